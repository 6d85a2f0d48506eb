/** The settings of the installation that the database keeps. */
import { KeptSettingsSchema } from '../contracts/installation-settings.ts';
import type { KeptSettings } from '../contracts/installation-settings.ts';
import type { SettingStore } from './control-store.ts';

const KEY = 'installation';

/** Settings with the number of the change that made them; 0: none was made yet. */
export interface VersionedSettings {
  readonly settings: KeptSettings;
  readonly version: number;
}

/** As they are; what was never said has its default, and so has what this program cannot read. */
export async function readSettings(store: Pick<SettingStore, 'get'>): Promise<VersionedSettings> {
  const row = await store.get(KEY);
  const read = KeptSettingsSchema.safeParse(row?.value ?? {});
  return { settings: read.success ? read.data : KeptSettingsSchema.parse({}), version: row?.version ?? 0 };
}

/** False: somebody changed them since `version`. */
export async function writeSettings(
  store: Pick<SettingStore, 'set'>,
  settings: KeptSettings,
  version: number,
): Promise<boolean> {
  return await store.set(KEY, settings, version);
}
