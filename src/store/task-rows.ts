/** Task rows: from definitions to columns and back. */
import type { Selectable } from 'kysely';
import { soloTaskOf } from '../contracts/ids.ts';
import type { BatchId, ProjectId } from '../contracts/ids.ts';
import type { TaskState } from '../contracts/state.ts';
import type { TaskTable } from './database.ts';
import type { TaskDefinition, TaskNeeds, TaskRow } from './store.ts';
import { fromInstant, fromJson, fromNullableInstant, toInstant, toJson } from './values.ts';

/** Columns of a task that nothing was recorded of yet. */
export function toTaskColumns(
  task: TaskDefinition,
  place: { batch: BatchId; rank: number; createdAtMs: number },
): Selectable<TaskTable> {
  return {
    id: task.id,
    type: task.kind,
    // Nobody starts a task by itself: it is queued from the beginning.
    status: soloTaskOf(place.batch) === null ? 'idle' : 'queued',
    version: task.sha256,
    params: toJson(task.params),
    context: toContext(task),
    result: null,
    error: null,
    created_at: toInstant(place.createdAtMs),
    started_at: null,
    completed_at: null,
    read_at: null,
    deleted_at: null,
    batch: place.batch,
    project: task.project,
    name: task.name,
    title: task.title,
    rank: place.rank,
    attempt: 0,
    spent: 0,
    hops: 0,
    cost_usd: null,
    details: null,
    inbox_at: null,
  };
}

/** A row with its batch's first project beside it. */
export type TaskWithFirstProject = Omit<Selectable<TaskTable>, 'result'> & { readonly first_project: ProjectId };

/** The row as the store's callers see it. */
export function toTaskRow(row: TaskWithFirstProject): TaskRow {
  return {
    definition: {
      id: row.id,
      project: row.project,
      kind: row.type,
      name: row.name,
      title: row.title,
      sha256: row.version,
      params: fromJson(row.params),
      ...givenOf(row),
    },
    batch: row.batch,
    state: toTaskState(row),
    details: row.details === null ? null : fromJson(row.details),
    createdAtMs: fromInstant(row.created_at),
    inboxAtMs: fromNullableInstant(row.inbox_at),
    readAtMs: fromNullableInstant(row.read_at),
    dismissedAtMs: fromNullableInstant(row.deleted_at),
  };
}

/** The workflow's view of the row: what is at its zero value is absent. */
export function toTaskState(row: TaskWithFirstProject): TaskState {
  return {
    id: row.id,
    name: row.name,
    ...(row.project === row.first_project ? {} : { project: row.project }),
    ...(row.type === 'requirement' ? {} : { kind: row.type }),
    status: row.status,
    rank: row.rank,
    ...(row.attempt === 0 ? {} : { attempt: row.attempt }),
    ...(row.spent === 0 ? {} : { spent: row.spent }),
    ...(row.hops === 0 ? {} : { hops: row.hops }),
    ...givenOf(row).needs,
  };
}

/** One column for both: a task by itself needs no other, and nobody opens the result of one of a batch. */
function toContext({ needs, context }: TaskDefinition): string | null {
  const given = needs ?? context;
  return given === undefined ? null : toJson(given);
}

function givenOf({
  batch,
  context,
}: Pick<TaskWithFirstProject, 'batch' | 'context'>): Pick<TaskDefinition, 'needs' | 'context'> {
  if (context === null) return {};
  return soloTaskOf(batch) === null ? { needs: fromJson<TaskNeeds>(context) } : { context: fromJson(context) };
}
