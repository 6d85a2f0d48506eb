/** Task rows and their attempts. */
import type { ExpressionBuilder, Kysely } from 'kysely';
import type { ProjectId, TaskId } from '../contracts/ids.ts';
import type { AttemptRecord } from '../contracts/state.ts';
import type { TaskStatus } from '../contracts/vocabulary.ts';
import type { BatchId } from '../contracts/ids.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { Database } from './database.ts';
import { latestOfRequirements } from './latest-tasks.ts';
import { paceOf } from './pace.ts';
import type { TaskStore } from './task-store.ts';
import { toTaskRow } from './task-rows.ts';
import { chunksOf, fromJson, IDS_PER_QUERY } from './values.ts';

/** {@link TaskStore} on `db`. */
export function createTaskStore(db: Kysely<Database>): TaskStore {
  return {
    get: async (id) => {
      const row = await rowsOf(db).where('tasks.id', '=', id).executeTakeFirst();
      return row === undefined ? null : toTaskRow(row);
    },
    ofBatch: async (id) => {
      const query = rowsOf(db).where('tasks.batch', '=', id);
      const rows = await query.orderBy('tasks.rank').orderBy('tasks.created_at').orderBy('tasks.id').execute();
      return rows.map(toTaskRow);
    },
    list: (filter) => list(db, filter),
    attempts: async (id) => {
      const rows = await db.selectFrom('attempts').select('record').where('task', '=', id).orderBy('number').execute();
      return rows.map((row) => fromJson<AttemptRecord>(row.record));
    },
    result: async (id) => {
      const row = await db.selectFrom('tasks').select('result').where('id', '=', id).executeTakeFirst();
      return row === undefined || row.result === null ? null : fromJson(row.result);
    },
    withoutResult: async (host, limit) => {
      const query = rowsOf(db)
        .where('tasks.result', 'is', null)
        .where('tasks.type', '!=', 'requirement')
        .where('tasks.status', 'in', ['completed', 'failed', 'cancelled'])
        .where('tasks.attempt', '>', 0)
        .where('batches.host', '=', host);
      return (await query.orderBy('tasks.created_at').orderBy('tasks.id').limit(limit).execute()).map(toTaskRow);
    },
    setResult: async (id, result) => {
      await db
        .updateTable('tasks')
        .set({ result: JSON.stringify(result ?? null) })
        .where('id', '=', id)
        .execute();
    },
    lastAttempts: (id) => lastAttempts(db, id),
    lastAttemptsOf: (ids) => lastAttemptsOf(db, ids),
    pace: (id) => paceOf(db, id),
    latestOfRequirements: (project) => latestOfRequirements(db, project),
    openRequirements: (project) => openRequirements(db, project),
  };
}

/** All but `result`, which may have a megabyte. */
const COLUMNS = [
  'tasks.id',
  'tasks.type',
  'tasks.status',
  'tasks.version',
  'tasks.params',
  'tasks.context',
  'tasks.error',
  'tasks.created_at',
  'tasks.started_at',
  'tasks.completed_at',
  'tasks.read_at',
  'tasks.deleted_at',
  'tasks.batch',
  'tasks.project',
  'tasks.name',
  'tasks.title',
  'tasks.rank',
  'tasks.attempt',
  'tasks.spent',
  'tasks.hops',
  'tasks.cost_usd',
  'tasks.details',
  'tasks.inbox_at',
] as const;

function rowsOf(db: Kysely<Database>) {
  return db
    .selectFrom('tasks')
    .innerJoin('batches', 'batches.id', 'tasks.batch')
    .select(COLUMNS)
    .select('batches.project as first_project');
}

async function list(
  db: Kysely<Database>,
  filter: Parameters<TaskStore['list']>[0],
): Promise<Awaited<ReturnType<TaskStore['list']>>> {
  const { status, kind, batch, project, alone, unread, dismissed, cursor } = filter;
  let query = rowsOf(db).where('batches.status', '!=', 'creating').where('batches.deleted_at', 'is', null);
  if (unread !== undefined) query = query.where((eb) => (unread ? isUnread(eb) : eb.not(isUnread(eb))));
  if (dismissed !== undefined) query = query.where('tasks.deleted_at', dismissed ? 'is not' : 'is', null);
  if (status !== undefined) query = query.where('tasks.status', '=', status);
  if (kind !== undefined) query = query.where('tasks.type', '=', kind);
  if (batch !== undefined) query = query.where('tasks.batch', '=', batch);
  if (project !== undefined) query = query.where('tasks.project', '=', project);
  if (alone !== undefined) query = query.where('batches.solo', '=', alone ? 1 : 0);
  if (cursor !== undefined) {
    const place = decodeCursor(cursor, 'task');
    query = query.where((eb) =>
      eb(eb.refTuple('tasks.created_at', 'tasks.id'), '<', eb.tuple(place.createdAt, place.id)),
    );
  }
  const rows = await query
    .orderBy('tasks.created_at', 'desc')
    .orderBy('tasks.id', 'desc')
    .limit(filter.limit + 1)
    .execute();
  const shown = rows.slice(0, filter.limit);
  const last = shown.at(-1);
  const more = rows.length > shown.length && last !== undefined;
  return {
    items: shown.map(toTaskRow),
    nextCursor: more ? encodeCursor({ createdAt: last.created_at, id: last.id }) : null,
  };
}

function isUnread(eb: ExpressionBuilder<Database, 'tasks'>) {
  return eb.and([eb('tasks.inbox_at', 'is not', null), eb('tasks.read_at', 'is', null)]);
}

async function lastAttempts(db: Kysely<Database>, batch: BatchId): Promise<Map<TaskId, AttemptRecord>> {
  const rows = await db
    .selectFrom('attempts')
    .innerJoin('tasks', 'tasks.id', 'attempts.task')
    .select(['attempts.task', 'attempts.record'])
    .where('tasks.batch', '=', batch)
    .where((eb) =>
      eb(
        'attempts.number',
        '=',
        eb
          .selectFrom('attempts as newest')
          .select((inner) => inner.fn.max('newest.number').as('number'))
          .whereRef('newest.task', '=', 'attempts.task'),
      ),
    )
    .execute();
  return new Map(rows.map((row) => [row.task, fromJson<AttemptRecord>(row.record)]));
}

async function lastAttemptsOf(db: Kysely<Database>, ids: readonly TaskId[]): Promise<Map<TaskId, AttemptRecord>> {
  const result = new Map<TaskId, AttemptRecord>();
  for (const some of chunksOf(ids, IDS_PER_QUERY)) {
    const rows = db.selectFrom('attempts').select(['task', 'record']).where('task', 'in', some).orderBy('number');
    for (const row of await rows.execute()) result.set(row.task, fromJson<AttemptRecord>(row.record));
  }
  return result;
}

async function openRequirements(
  db: Kysely<Database>,
  project: ProjectId,
): Promise<Map<string, { task: TaskId; batch: BatchId; status: TaskStatus }>> {
  const rows = await db
    .selectFrom('open_requirements')
    .innerJoin('tasks', 'tasks.id', 'open_requirements.task')
    .select(['open_requirements.requirement', 'open_requirements.task', 'tasks.batch', 'tasks.status'])
    .where('open_requirements.project', '=', project)
    .orderBy('open_requirements.requirement')
    .execute();
  return new Map(rows.map(({ requirement, task, batch, status }) => [requirement, { task, batch, status }]));
}
