/** Where runs lie and how their files are read and written: one directory per step of an attempt. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import type { InstallationId, TaskId } from '../../contracts/ids.ts';
import type { StatePaths } from '../../platform/paths.ts';

/** Names of the files of a run directory. */
export const RUN_FILES = {
  order: 'order.json',
  prompt: 'prompt.md',
  spec: 'run.json',
  stdin: 'stdin',
  stdout: 'stdout',
  stderr: 'stderr',
  claim: 'claim',
  process: 'process.json',
  progress: 'progress.json',
  exit: 'exit.json',
} as const;

const STEP = /^[a-z0-9][a-z0-9-]{0,60}$/;

/**
 * Directory of one step (`agent`, `fix-1`, `verify-0-1`, ...) of an attempt; nothing is made.
 * @throws AppError run_not_found when the names cannot be those of a run, so that no name leads elsewhere
 */
export function runDirectory(paths: Pick<StatePaths, 'runs'>, task: TaskId, attempt: number, step: string): string {
  if (!STEP.test(step) || !Number.isSafeInteger(attempt) || attempt < 0 || !/^[\w-]+$/.test(task)) {
    throw new AppError('run_not_found', `No run can be named ${JSON.stringify([task, attempt, step])}.`);
  }
  return join(paths.runs, task, String(attempt), step);
}

/** Marker of a run: value of `NIGHTLOOM_RUN` in all its processes. No white space. */
export function runMarker(installation: InstallationId, task: TaskId, attempt: number, step: string): string {
  return `${runMarkerPrefix(installation, task)}${attempt}/${step}`;
}

/** Start of the markers of all runs of a task, with its final slash; for `fence`. */
export function runMarkerPrefix(installation: InstallationId, task: TaskId): string {
  return `${installation}/${task}/`;
}

/** Numbers of the attempts of a task that left a directory, rising. */
export function listAttempts(paths: Pick<StatePaths, 'runs'>, task: TaskId): number[] {
  return namesIn(join(paths.runs, task))
    .filter((name) => /^\d{1,9}$/.test(name))
    .map(Number)
    .toSorted((left, right) => left - right);
}

/** Steps of an attempt that left a directory, by name. */
export function listSteps(paths: Pick<StatePaths, 'runs'>, task: TaskId, attempt: number): string[] {
  return namesIn(join(paths.runs, task, String(attempt)))
    .filter((name) => STEP.test(name))
    .toSorted();
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Makes a directory and its parents, each 0700. Synchronous like all of this file: a launch is counted in milliseconds. */
export function makePrivateDirectory(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** Writes a file (0600) by rename, so that readers see the old or the new content and nothing between. */
export function writeByRename(file: string, content: string | Uint8Array): void {
  const draft = join(dirname(file), `.${randomBytes(6).toString('hex')}.tmp`);
  try {
    writeFileSync(draft, content, { mode: 0o600, flag: 'wx' });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** {@link writeByRename} of a value as JSON. */
export function writeJson(file: string, value: unknown): void {
  writeByRename(file, `${JSON.stringify(value)}\n`);
}

/** Content of a text file; null when it does not exist. */
export function readTextIfAny(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return null;
    throw error;
  }
}

/** Value of a JSON file; null when it does not exist or is not complete JSON. The caller checks its form. */
export function readJson(file: string): unknown {
  const text = readTextIfAny(file);
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** `code` of a system error; undefined for everything else. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** True for a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
