/** Runs of tasks that live on this machine, for the janitor. */
import { isId } from '../../contracts/ids.ts';
import type { BatchId, InstallationId, TaskId } from '../../contracts/ids.ts';
import type { StatePaths } from '../../platform/paths.ts';
import { findMarked } from './process-table.ts';
import { isRecord, listAttempts, listSteps, readJson, RUN_FILES, runDirectory } from './run-directory.ts';
import { join } from 'node:path';

/** A task of which something lives here. */
export interface LivingTask {
  readonly task: TaskId;
  /** null when none of its run directories says. */
  readonly batch: BatchId | null;
}

/** Tasks of the installation with living processes, each once. A scan of the process table: some milliseconds. */
export function livingTasks(paths: Pick<StatePaths, 'runs'>, installation: InstallationId): LivingTask[] {
  const prefix = `${installation}/`;
  const ids = new Set(findMarked((marker) => marker.startsWith(prefix)).map((row) => row.marker.split('/')[1] ?? ''));
  return [...ids].filter((id) => isId('task', id)).map((task) => ({ task, batch: batchOf(paths, task) }));
}

function batchOf(paths: Pick<StatePaths, 'runs'>, task: TaskId): BatchId | null {
  for (const attempt of listAttempts(paths, task).toReversed()) {
    for (const step of listSteps(paths, task, attempt)) {
      const order = readJson(join(runDirectory(paths, task, attempt, step), RUN_FILES.order));
      if (isRecord(order) && typeof order['batch'] === 'string' && isId('batch', order['batch'])) return order['batch'];
    }
  }
  return null;
}
