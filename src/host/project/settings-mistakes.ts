/** Mistakes in settings, in words: what zod found, key by key. */
import { SettingsFileSchema } from '../../contracts/settings.ts';
import type { SettingsFile } from '../../contracts/settings.ts';

/** One mistake; `path` is a dotted key, empty for the file as a whole. */
export interface SettingsMistake {
  /** The file's path, or `dashboard` or `flags`. */
  readonly file: string;
  readonly path: string;
  readonly message: string;
}

/** The parts of a zod issue that we read. */
interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
  readonly errors?: readonly (readonly Issue[])[];
}

/** `value` as a settings file; every mistake of it is added to `mistakes`, and then null is returned. */
export function checkSettingsFile(value: unknown, file: string, mistakes: SettingsMistake[]): SettingsFile | null {
  // An empty YAML file is null: it says nothing, which is fine.
  const parsed = SettingsFileSchema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) mistakes.push(...describe(issue, file));
  return null;
}

function describe(issue: Issue, file: string): SettingsMistake[] {
  if (issue.code === 'unrecognized_keys' && issue.keys !== undefined) {
    return issue.keys.map((key) => ({ file, path: dotted([...issue.path, key]), message: 'unknown key' }));
  }
  if (issue.code === 'invalid_union' && issue.errors !== undefined) return describeUnion(issue, issue.errors, file);
  const message = issue.code === 'invalid_key' ? 'not a name for an environment variable' : issue.message;
  return [{ file, path: dotted(issue.path), message }];
}

/** The branch that got the type right is the one that was meant; without one, both forms are named. */
function describeUnion(issue: Issue, branches: readonly (readonly Issue[])[], file: string): SettingsMistake[] {
  const meant = branches.find(
    (branch) => !branch.some((each) => each.code === 'invalid_type' && each.path.length === 0),
  );
  if (meant === undefined) {
    return [{ file, path: dotted(issue.path), message: 'must be a command, or an object {command, timeout}' }];
  }
  return meant.flatMap((each) => describe({ ...each, path: [...issue.path, ...each.path] }, file));
}

function dotted(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}
