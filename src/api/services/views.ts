/** Gathers what the views of batches and tasks need. */
import type { ProjectId } from '../../contracts/ids.ts';
import type { BatchSummary, BatchView, TaskDetail, TaskView } from '../../contracts/views.ts';
import type { BatchRow, ProjectRow, TaskRow } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';
import { toBatchSummary, toBatchView } from '../views/batch-view.ts';
import { originOf, toAttemptView, toTaskView } from '../views/task-view.ts';
import { queueLengths } from './lanes.ts';
import { findBatch, projectsById } from './lookup.ts';
import { resultOf } from './results.ts';
import type { MergeCheck } from './merge-check.ts';

/** Makers of views. */
export interface Views {
  batch(row: BatchRow): Promise<BatchView>;
  summaries(rows: readonly BatchRow[]): Promise<BatchSummary[]>;
  tasks(rows: readonly TaskRow[]): Promise<TaskView[]>;
  /** @throws AppError batch_not_found */
  task(row: TaskRow): Promise<TaskDetail>;
}

/** {@link Views} over the store and the host door. */
export function createViews(deps: Pick<ApiDeps, 'store' | 'door' | 'clock'>, merges: MergeCheck): Views {
  const { store, door, clock } = deps;
  return {
    batch: async (row) => {
      const projects = await projectsById(store);
      const [tasks, attempts, figures, merged, queues] = await Promise.all([
        store.tasks.ofBatch(row.id),
        store.tasks.lastAttempts(row.id),
        store.batches.figures([row.id]),
        mergedOf(row, projects, merges),
        queueLengths(store, [row]),
      ]);
      const costUsd = figures.get(row.id)?.costUsd ?? null;
      const around = { projects, merged, costUsd, queued: queues.get(row.host), nowMs: clock.now() };
      return toBatchView(row, tasks, attempts, around);
    },
    summaries: async (rows) => {
      const ids = rows.map((row) => row.id);
      const projects = await projectsById(store);
      const [figures, queues] = await Promise.all([store.batches.figures(ids), queueLengths(store, rows)]);
      const merged = new Map<ProjectId, boolean>();
      return rows.map((row) => {
        const { counts = {}, costUsd = null } = figures.get(row.id) ?? {};
        return toBatchSummary(row, counts, {
          projects,
          merged,
          costUsd,
          queued: queues.get(row.host),
          nowMs: clock.now(),
        });
      });
    },
    tasks: async (rows) => {
      const begun = rows.filter(({ state }) => state.attempt !== undefined);
      const [projects, attempts] = await Promise.all([
        projectsById(store),
        store.tasks.lastAttemptsOf(begun.map(({ definition }) => definition.id)),
      ]);
      return rows.map((row) => {
        const { id, project } = row.definition;
        return toTaskView(row, projects.get(project)?.name ?? project, attempts.get(id));
      });
    },
    task: (row) => detailOf(store, door, row),
  };
}

async function detailOf(store: ApiDeps['store'], door: ApiDeps['door'], row: TaskRow): Promise<TaskDetail> {
  const { id, project, params } = row.definition;
  const [batch, attempts, projects, logs, progress, result, screenshots] = await Promise.all([
    findBatch(store, row.batch),
    store.tasks.attempts(id),
    projectsById(store),
    door.logs(id),
    door.progress(id),
    resultOf({ store, door }, row),
    door.screenshots(id),
  ]);
  return {
    ...toTaskView(row, projects.get(project)?.name ?? project, attempts.at(-1)),
    batchName: batch.name,
    attemptList: attempts.map(toAttemptView),
    logs,
    progress,
    ...originOf(row),
    params: { ...params },
    screenshots,
    result,
  };
}

async function mergedOf(
  row: BatchRow,
  projects: ReadonlyMap<ProjectId, ProjectRow>,
  merges: MergeCheck,
): Promise<Map<ProjectId, boolean>> {
  const result = new Map<ProjectId, boolean>();
  if (row.status !== 'completed' && row.status !== 'cancelled') return result;
  for (const [id, { path }] of projects) {
    const branch = row.head?.workspaces[id]?.branch;
    if (branch === undefined || branch === null) continue;
    const merged = await merges.isMerged(path, branch);
    if (merged !== null) result.set(id, merged);
  }
  return result;
}
