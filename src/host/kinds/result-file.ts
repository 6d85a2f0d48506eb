/** The result of an attempt as it lies in its directory. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import type { TaskId } from '../../contracts/ids.ts';
import { MAX_RESULT_BYTES } from '../../contracts/kind-params.ts';
import type { Masker } from '../../platform/masking.ts';
import type { StatePaths } from '../../platform/paths.ts';
import { makePrivateDirectory, readJson, writeByRename } from '../runs/run-directory.ts';

const RESULT_FILE = 'result.json';

type RunPaths = Pick<StatePaths, 'runs'>;

/** Keeps a result, whole or not at all. @throws AppError invalid_input when it is too large */
export function writeResult(paths: RunPaths, task: TaskId, attempt: number, result: unknown): void {
  const text = JSON.stringify(result ?? null);
  const bytes = Buffer.byteLength(text, 'utf8');
  if (bytes > MAX_RESULT_BYTES) {
    throw new AppError('invalid_input', `The result has ${bytes} bytes; at most ${MAX_RESULT_BYTES} are kept.`);
  }
  makePrivateDirectory(join(paths.runs, task, String(attempt)));
  writeByRename(fileOf(paths, task, attempt), text);
}

/** The result, every text in it masked; null when there is none. */
export function readResult(paths: RunPaths, task: TaskId, attempt: number, masker: Masker): unknown {
  const file = fileOf(paths, task, attempt);
  const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return bytes > MAX_RESULT_BYTES ? null : masked(readJson(file), masker);
}

function fileOf(paths: RunPaths, task: TaskId, attempt: number): string {
  return join(paths.runs, task, String(attempt), RESULT_FILE);
}

function masked(value: unknown, masker: Masker): unknown {
  if (typeof value === 'string') return masker.maskText(value);
  if (Array.isArray(value)) return value.map((each) => masked(each, masker));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, masked(each, masker)]));
}
