/** Batch rows. */
import type { Kysely, Selectable } from 'kysely';
import type { BatchId } from '../contracts/ids.ts';
import type { BatchHead } from '../contracts/record.ts';
import type { Clock } from '../platform/clock.ts';
import { applyEdit } from '../domain/edit-batch.ts';
import type { EditableBatch } from '../domain/edit-batch.ts';
import { addTasks, createBatch, dropTasks } from './creation.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { BatchTable, Database } from './database.ts';
import type { Engine } from './engine.ts';
import { createFigures } from './figures.ts';
import { tellUnread } from './inbox-changes.ts';
import { rebuildState } from './rebuild.ts';
import { dropRetries, retryTasks } from './retries.ts';
import type { BatchRow, BatchStore } from './store.ts';
import { chunksOf, fromInstant, fromJson, IDS_PER_QUERY, toInstant, toJson, toNullableInstant } from './values.ts';

/** {@link BatchStore} on `db`. */
export function createBatchStore(db: Kysely<Database>, engine: Engine, clock: Pick<Clock, 'now'>): BatchStore {
  return {
    create: (batch) => createBatch(db, batch),
    confirm: (id, head) => confirm(db, id, head, clock.now()),
    abandon: async (id) => {
      await db.deleteFrom('batches').where('id', '=', id).where('status', '=', 'creating').execute();
    },
    addTasks: (id, tasks, firstRank, atMs) => addTasks(db, tasks, { batch: id, firstRank, createdAtMs: atMs }),
    dropTasks: (id, tasks) => dropTasks(db, id, tasks),
    retryTasks: (id, tasks) => retryTasks(db, id, tasks),
    dropRetries: (tasks) => dropRetries(db, tasks),
    edit: (row, change) => editClosed(db, row, change),
    setDeleted: async (id, atMs) => {
      await db.transaction().execute(async (trx) => {
        await trx
          .updateTable('batches')
          .set({ deleted_at: toNullableInstant(atMs) })
          .where('id', '=', id)
          .execute();
        await tellUnread(trx, engine, { atMs: atMs ?? clock.now(), always: false });
      });
      engine.appended.notify();
    },
    get: async (id) => {
      const row = await db.selectFrom('batches').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toRow(row);
    },
    list: (filter) => list(db, filter),
    creating: async () => {
      const rows = db.selectFrom('batches').selectAll().where('status', '=', 'creating').orderBy('created_at');
      return (await rows.execute()).map(toRow);
    },
    open: async () => {
      const rows = db.selectFrom('batches').selectAll().where('status', 'in', ['idle', 'running', 'paused']);
      return (await rows.orderBy('created_at').orderBy('id').execute()).map(toRow);
    },
    names: (ids) => names(db, ids),
    figures: createFigures(db, engine),
    remove: async (id) => {
      await db.transaction().execute(async (trx) => {
        await trx.deleteFrom('batches').where('id', '=', id).execute();
        await tellUnread(trx, engine, { atMs: clock.now(), always: false });
      });
      engine.appended.notify();
    },
    state: (id) => rebuildState(db, id),
    raiseEpoch: async (id, from) => {
      const raising = db
        .updateTable('batches')
        .set({ epoch: from + 1 })
        .where('id', '=', id)
        .where('epoch', '=', from);
      return (await raising.executeTakeFirst()).numUpdatedRows > 0n;
    },
  };
}

/** A record of the workflow may have come first: then the row is not `creating` any more, and newer. */
async function confirm(db: Kysely<Database>, id: BatchId, head: BatchHead, atMs: number): Promise<void> {
  await db
    .updateTable('batches')
    .set({
      status: head.status,
      epoch: head.epoch,
      seq: head.seq,
      head: toJson(head),
      command_number: head.commandNumber,
      recorded_at: toInstant(atMs),
    })
    .where('id', '=', id)
    .where('status', '=', 'creating')
    .execute();
}

/** Compare and set: a workflow that was opened again has the say. */
async function editClosed(db: Kysely<Database>, row: BatchRow, change: Partial<EditableBatch>): Promise<boolean> {
  if (row.head === null) return false;
  const head = structuredClone(row.head);
  applyEdit(head, change);
  const { numUpdatedRows } = await db
    .updateTable('batches')
    .set({ name: head.name, head: toJson(head) })
    .where('id', '=', row.id)
    .where('epoch', '=', row.epoch)
    .where('seq', '=', row.seq)
    .where('head', '=', toJson(row.head))
    .where('status', 'in', ['completed', 'cancelled'])
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** `sinceMs` is compared with when the workflow last recorded something. */
async function list(
  db: Kysely<Database>,
  filter: Parameters<BatchStore['list']>[0],
): Promise<Awaited<ReturnType<BatchStore['list']>>> {
  const { status, project, sinceMs, deleted, closedSinceMs, cursor } = filter;
  let query = db
    .selectFrom('batches')
    .selectAll()
    .where('solo', '=', 0)
    .where('deleted_at', deleted === true ? 'is not' : 'is', null);
  query = status === undefined ? query.where('status', '!=', 'creating') : query.where('status', '=', status);
  if (project !== undefined) {
    query = query.where((eb) =>
      eb.exists(
        eb
          .selectFrom('tasks')
          .select('tasks.id')
          .whereRef('tasks.batch', '=', 'batches.id')
          .where('tasks.project', '=', project),
      ),
    );
  }
  if (closedSinceMs !== undefined) {
    query = query.where((eb) =>
      eb.or([eb('status', 'not in', ['completed', 'cancelled']), eb('recorded_at', '>=', toInstant(closedSinceMs))]),
    );
  }
  if (sinceMs !== undefined) query = query.where('recorded_at', '>=', toInstant(sinceMs));
  if (cursor !== undefined) {
    const place = decodeCursor(cursor, 'batch');
    query = query.where((eb) => eb(eb.refTuple('created_at', 'id'), '<', eb.tuple(place.createdAt, place.id)));
  }
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
    .execute();
  const shown = rows.slice(0, filter.limit);
  const last = shown.at(-1);
  const more = rows.length > shown.length && last !== undefined;
  return {
    items: shown.map(toRow),
    nextCursor: more ? encodeCursor({ createdAt: last.created_at, id: last.id }) : null,
  };
}

async function names(db: Kysely<Database>, ids: readonly BatchId[]): Promise<Map<BatchId, string>> {
  const result = new Map<BatchId, string>();
  for (const some of chunksOf(ids, IDS_PER_QUERY)) {
    const rows = await db.selectFrom('batches').select(['id', 'name']).where('id', 'in', some).execute();
    for (const { id, name } of rows) result.set(id, name);
  }
  return result;
}

function toRow(row: Selectable<BatchTable>): BatchRow {
  return {
    id: row.id,
    name: row.name,
    host: row.host,
    project: row.project,
    epoch: row.epoch,
    seq: row.seq,
    status: row.status,
    flags: fromJson(row.flags),
    createdAtMs: fromInstant(row.created_at),
    recordedAtMs: fromInstant(row.recorded_at),
    deletedAtMs: row.deleted_at === null ? null : fromInstant(row.deleted_at),
    head: row.head === null ? null : fromJson(row.head),
  };
}
