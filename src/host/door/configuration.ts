/** Settings as the API sees them: for showing and checking, not for running anything. */
import type { ResolvedConfiguration } from '../../contracts/host-door.ts';
import type { SettingOrigin, SettingsOverrides } from '../../contracts/settings.ts';
import { createMasker, secretValues } from '../../platform/masking.ts';
import type { Masker } from '../../platform/masking.ts';
import { resolveSettings } from '../project/settings.ts';

/**
 * Resolves the settings of a checkout and masks what looks like a secret in `env` and everywhere else.
 * @throws AppError invalid_settings with every mistake
 */
export async function configuration(
  home: string,
  checkout: string,
  overrides: { readonly dashboard: SettingsOverrides; readonly flags: SettingsOverrides },
  masker: Masker,
): Promise<ResolvedConfiguration> {
  const { settings, origins, projectFileSha256 } = await resolveSettings({ home, checkout, ...overrides });
  const own = createMasker(secretValues(settings.env));
  const maskText = (text: string): string => masker.maskText(own.maskText(text));
  return {
    settings: { ...settings, env: mapValues(settings.env, maskText) },
    origins: origins.map((origin) => maskOrigin(origin, maskText)),
    projectFileSha256,
  };
}

function mapValues(values: Readonly<Record<string, string>>, map: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}

function maskOrigin(origin: SettingOrigin, maskText: (text: string) => string): SettingOrigin {
  return typeof origin.value === 'string' ? { ...origin, value: maskText(origin.value) } : origin;
}
