/** What a task's current run is doing. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { RunProgress } from '../../contracts/host-door.ts';
import type { TaskId } from '../../contracts/ids.ts';
import { PHASES } from '../../contracts/vocabulary.ts';
import type { Masker } from '../../platform/masking.ts';
import type { StatePaths } from '../../platform/paths.ts';
import { readJson, RUN_FILES } from '../runs/run-directory.ts';
import { inspectRun } from '../runs/status.ts';
import { listRuns } from './logs.ts';
import type { RunEntry } from './logs.ts';

const ProgressSchema = z.object({
  phase: z.enum(PHASES),
  step: z.string(),
  turns: z.number(),
  lastTool: z.string().nullable(),
  tokens: z.number().nullable(),
  costUsd: z.number().nullable(),
  logBytes: z.number(),
  lastOutputAt: z.string().nullable(),
  updatedAt: z.string(),
});

/**
 * Progress of the run that runs now: what the watch wrote, else (a check, or the watch has not written yet) what the
 * files tell. null when no run of the task runs.
 */
export async function progress(
  paths: Pick<StatePaths, 'runs'>,
  task: TaskId,
  masker: Masker,
): Promise<RunProgress | null> {
  const started = listRuns(paths, task).filter((entry) => entry.startedAtMs !== null);
  const newest = started.at(-1);
  if (newest === undefined) return null;
  const { status } = await inspectRun(newest.directory);
  if (status !== 'running' && status !== 'orphaned') return null;
  const written = ProgressSchema.safeParse(readJson(join(newest.directory, RUN_FILES.progress)));
  if (!written.success) return fromFiles(newest);
  const { lastTool } = written.data;
  return { ...written.data, lastTool: lastTool === null ? null : masker.maskText(lastTool) };
}

function fromFiles(entry: RunEntry): RunProgress {
  const log = statSync(join(entry.directory, RUN_FILES.stdout), { throwIfNoEntry: false });
  const startedAt = new Date(entry.startedAtMs ?? 0).toISOString();
  const lastOutputAt = log === undefined || log.size === 0 ? null : new Date(log.mtimeMs).toISOString();
  return {
    phase: 'starting',
    step: entry.step,
    turns: 0,
    lastTool: null,
    tokens: null,
    costUsd: null,
    logBytes: log?.size ?? 0,
    lastOutputAt,
    updatedAt: lastOutputAt ?? startedAt,
  };
}
