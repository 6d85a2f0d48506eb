/** The runs of a task and what they printed. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import type { LogAddress, LogInfo, LogRange } from '../../contracts/host-door.ts';
import type { LogLine, LogQuery, LogSearchResult } from '../../contracts/host-door-inspect.ts';
import type { TaskId } from '../../contracts/ids.ts';
import type { Masker } from '../../platform/masking.ts';
import type { StatePaths } from '../../platform/paths.ts';
import { listAttempts, listSteps, runDirectory, RUN_FILES } from '../runs/run-directory.ts';
import { inspectRun, isOver, readExit } from '../runs/status.ts';
import { DEFAULT_WINDOW_BYTES, readWindow } from './log-window.ts';
import { findLine, searchFile } from './search-log.ts';

type RunPaths = Pick<StatePaths, 'runs'>;

/** A run of a task as it lies on the disk. */
export interface RunEntry {
  readonly attempt: number;
  readonly step: string;
  readonly directory: string;
  /** When its shim claimed it, in milliseconds since 1970; null while it waits for one. */
  readonly startedAtMs: number | null;
}

/** All runs of a task in the order of their start; those that have not started are last. */
export function listRuns(paths: RunPaths, task: TaskId): RunEntry[] {
  const entries: RunEntry[] = [];
  for (const attempt of listAttempts(paths, task)) {
    for (const step of listSteps(paths, task, attempt)) {
      const directory = runDirectory(paths, task, attempt, step);
      const startedAtMs = statSync(join(directory, RUN_FILES.claim), { throwIfNoEntry: false })?.mtimeMs ?? null;
      entries.push({ attempt, step, directory, startedAtMs });
    }
  }
  return entries.toSorted((left, right) => left.attempt - right.attempt || order(left) - order(right));
}

function order(entry: RunEntry): number {
  return entry.startedAtMs ?? Number.MAX_SAFE_INTEGER;
}

/** What the API shows of {@link listRuns}; directories that never held a log are left out. */
export function logs(paths: RunPaths, task: TaskId): LogInfo[] {
  return listRuns(paths, task)
    .filter((entry) => sizeOf(entry.directory, RUN_FILES.stdout) !== null)
    .map((entry) => {
      const exit = readExit(entry.directory);
      return {
        attempt: entry.attempt,
        step: entry.step,
        startedAt: entry.startedAtMs === null ? null : new Date(entry.startedAtMs).toISOString(),
        endedAt: exit === null ? null : new Date(exit.endedAt).toISOString(),
        exitCode: exit?.code ?? null,
        stdoutBytes: sizeOf(entry.directory, RUN_FILES.stdout) ?? 0,
        stderrBytes: sizeOf(entry.directory, RUN_FILES.stderr) ?? 0,
      };
    });
}

/**
 * A range of a run's log, masked.
 * @throws AppError run_not_found with the steps that exist
 */
export async function readLog(
  paths: RunPaths,
  address: LogAddress,
  offset: number,
  maxBytes: number | undefined,
  masker: Masker,
): Promise<LogRange> {
  const directory = runDirectory(paths, address.task, address.attempt, address.step);
  const file = fileOf(paths, address);
  const status = await inspectRun(directory);
  return readWindow({ file, offset, maxBytes: maxBytes ?? DEFAULT_WINDOW_BYTES, ended: isOver(status), masker });
}

/** Lines of a log with a text in them. @throws AppError run_not_found */
export async function searchLog(
  paths: RunPaths,
  address: LogAddress,
  query: LogQuery,
  masker: Masker,
): Promise<LogSearchResult> {
  return await searchFile(fileOf(paths, address), query, masker);
}

/** Where a line of a log begins. @throws AppError run_not_found */
export async function findLogLine(paths: RunPaths, address: LogAddress, line: number): Promise<LogLine> {
  return await findLine(fileOf(paths, address), line);
}

/** @throws AppError run_not_found with the steps that exist */
function fileOf(paths: RunPaths, address: LogAddress): string {
  const directory = runDirectory(paths, address.task, address.attempt, address.step);
  if (sizeOf(directory, RUN_FILES[address.stream]) === null) throw notFound(paths, address);
  return join(directory, RUN_FILES[address.stream]);
}

function notFound(paths: RunPaths, address: LogAddress): AppError {
  const { task, attempt, step, stream } = address;
  const available = listRuns(paths, task).map((entry) => `${entry.attempt}/${entry.step}`);
  return new AppError('run_not_found', `Attempt ${attempt} of ${task} left no ${stream} of the step ${step}.`, {
    details: { task, attempt, step, available },
  });
}

function sizeOf(directory: string, name: string): number | null {
  const found = statSync(join(directory, name), { throwIfNoEntry: false });
  return found?.isFile() === true ? found.size : null;
}
