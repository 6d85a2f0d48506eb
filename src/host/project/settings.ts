/**
 * Resolves the settings of a project from all sources, weakest first: built-in, user file, project file, dashboard,
 * flags. Single keys override, lists are replaced as a whole, `env` is merged by variable.
 */
import { join } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import type { ResolvedConfiguration } from '../../contracts/host-door.ts';
import type {
  KeepAwake,
  SettingOrigin,
  SettingsFile,
  SettingSource,
  SettingsOverrides,
} from '../../contracts/settings.ts';
import { readProjectFile, readSettingsFile } from './settings-files.ts';
import { checkSettingsFile } from './settings-mistakes.ts';
import type { SettingsMistake } from './settings-mistakes.ts';
import { BUILT_IN, toSettings } from './settings-values.ts';

/** Where to look. */
export interface SettingsSources {
  /** The state directory: `config.json` in it is the user's file. */
  readonly home: string;
  /** Top level of the user's checkout, never the tree that an agent changes. */
  readonly checkout: string;
  readonly dashboard: SettingsOverrides;
  readonly flags: SettingsOverrides;
}

/** Settings as resolved, with what was said over the built-in values (that is what gets frozen). */
export interface ResolvedSettings extends ResolvedConfiguration {
  readonly said: SettingsOverrides;
}

interface Layer {
  readonly source: SettingSource;
  readonly file: string | null;
  readonly values: SettingsFile;
}

/**
 * Reads the files and resolves.
 * @throws AppError invalid_settings with every mistake of every source: `details.mistakes` [{file, path, message}]
 */
export async function resolveSettings(sources: SettingsSources): Promise<ResolvedSettings> {
  const mistakes: SettingsMistake[] = [];
  const user = await readSettingsFile(join(sources.home, 'config.json'), mistakes);
  const project = await readProjectFile(sources.checkout, mistakes);
  const layers: Layer[] = [
    { source: 'built-in', file: null, values: copyOf(BUILT_IN) },
    { source: 'user', file: user?.path ?? null, values: user?.content ?? {} },
    { source: 'project', file: project?.path ?? null, values: project?.content ?? {} },
    { source: 'dashboard', file: null, values: checkSettingsFile(sources.dashboard, 'dashboard', mistakes) ?? {} },
    { source: 'flags', file: null, values: checkSettingsFile(sources.flags, 'flags', mistakes) ?? {} },
  ];
  const origins = originsOf(layers);
  checkTogether(origins, mistakes);
  if (mistakes.length > 0) throw invalid(mistakes);
  const said = fromOrigins(origins);
  const settings = toSettings(said);
  return { settings, origins: listed(origins, settings), projectFileSha256: project?.sha256 ?? null, said };
}

function copyOf(values: SettingsOverrides): SettingsFile {
  return structuredClone(values);
}

/** The setting of this machine, from the user's own file; a file with mistakes says nothing here. */
export async function keepAwakeSetting(home: string): Promise<KeepAwake> {
  return (await readSettingsFile(join(home, 'config.json'), []))?.content?.keepAwake ?? 'onPower';
}

/** Later layers replace earlier ones, key by key. */
function originsOf(layers: readonly Layer[]): Map<string, SettingOrigin> {
  const origins = new Map<string, SettingOrigin>();
  for (const { source, file, values } of layers) {
    for (const [key, value] of leaves(values)) origins.set(key, { key, value, source, file });
  }
  return origins;
}

/** Dotted keys and values; lists and their entries are one value. */
function* leaves(values: object, prefix = ''): Generator<[string, unknown]> {
  for (const [name, value] of Object.entries(values)) {
    const key = `${prefix}${name}`;
    if (key === '$schema' || value === undefined) continue;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) yield* leaves(value, `${key}.`);
    else yield [key, value];
  }
}

/** Keys have at most one dot, because variable names in `env` have none. */
function fromOrigins(origins: ReadonlyMap<string, SettingOrigin>): SettingsOverrides {
  const top = new Map<string, unknown>();
  const groups = new Map<string, Map<string, unknown>>();
  for (const { key, value } of origins.values()) {
    // Of the machine, not of a batch: nothing of it is frozen.
    if (key === 'keepAwake') continue;
    const dot = key.indexOf('.');
    if (dot === -1) {
      top.set(key, value);
      continue;
    }
    const group = groups.get(key.slice(0, dot)) ?? new Map<string, unknown>();
    groups.set(key.slice(0, dot), group.set(key.slice(dot + 1), value));
  }
  for (const [name, members] of groups) top.set(name, Object.fromEntries(members));
  const mistakes: SettingsMistake[] = [];
  const merged = checkSettingsFile(Object.fromEntries(top), 'merged', mistakes);
  if (merged === null) throw invalid(mistakes);
  return merged;
}

/** Mistakes that only the sources together show. */
function checkTogether(origins: ReadonlyMap<string, SettingOrigin>, mistakes: SettingsMistake[]): void {
  const where = (key: string): string => {
    const origin = origins.get(key);
    return origin?.file ?? origin?.source ?? 'built-in';
  };
  const value = (key: string): unknown => origins.get(key)?.value;
  if (value('agent.name') === 'command' && !origins.has('agent.command')) {
    const message = 'needs agent.command: the argv of the program to run';
    mistakes.push({ file: where('agent.name'), path: 'agent.name', message });
  }
  if (needsProgram(value('agent.fallback')) && !origins.has('agent.command')) {
    const message = 'the agent command needs its argv: {"name": "command", "command": [...]}';
    mistakes.push({ file: where('agent.fallback'), path: 'agent.fallback', message });
  }
  const awake = origins.get('keepAwake');
  if (awake !== undefined && awake.source !== 'user') {
    mistakes.push({
      file: where('keepAwake'),
      path: 'keepAwake',
      message: 'belongs to a machine: set it in your own file',
    });
  }
  if (value('git.commit') === false && value('delivery.mode') === 'push') {
    const message = 'push needs commits, but git.commit is false';
    mistakes.push({ file: where('delivery.mode'), path: 'delivery.mode', message });
  }
}

/** True for a list of stand-ins in which the agent "command" is named without a program; checked by the schema before. */
function needsProgram(fallback: unknown): boolean {
  const entries: unknown[] = Array.isArray(fallback) ? fallback : [];
  return entries.some((entry) => {
    if (typeof entry !== 'object' || entry === null) return entry === 'command';
    return 'name' in entry && entry.name === 'command' && !('command' in entry);
  });
}

/** For `nightloom config`, sorted by key; the mode that `git.commit: false` implies is shown with that origin. */
function listed(
  origins: ReadonlyMap<string, SettingOrigin>,
  settings: ResolvedConfiguration['settings'],
): SettingOrigin[] {
  const mode = origins.get('workspace.mode');
  const commit = origins.get('git.commit');
  const implied = mode !== undefined && commit !== undefined && mode.value !== settings.workspace.mode;
  return [...origins.values()]
    .map((origin) =>
      implied && origin.key === 'workspace.mode'
        ? { ...commit, key: origin.key, value: settings.workspace.mode }
        : origin,
    )
    .toSorted((left, right) => (left.key < right.key ? -1 : 1));
}

function invalid(mistakes: readonly SettingsMistake[]): AppError {
  const lines = mistakes.map(({ file, path, message }) => `${file}: ${path === '' ? '' : `${path}: `}${message}`);
  const count = mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`;
  return new AppError('invalid_settings', `The settings have ${count}:\n${lines.join('\n')}`, {
    details: { mistakes },
  });
}
