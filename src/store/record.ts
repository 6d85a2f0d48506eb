/** The projection: writes what a batch's workflow says of itself. On the hot path once or twice per task. */
import type { Kysely, Transaction, UpdateObject } from 'kysely';
import type { TaskId } from '../contracts/ids.ts';
import type { JournalEntry } from '../contracts/events.ts';
import type { BatchRecord, TaskRecord } from '../contracts/record.ts';
import type { AttemptRecord, TaskDetails } from '../contracts/state.ts';
import { isFinalTaskStatus } from '../contracts/vocabulary.ts';
import { concernsUser } from '../domain/inbox.ts';
import type { Sender } from '../domain/inbox.ts';
import type { Database } from './database.ts';
import type { Engine } from './engine.ts';
import { logImplementation } from './implementation-log.ts';
import { insertEvents } from './events.ts';
import { keptWhileAt, senderOf, tellUnread, writeNotices } from './inbox-changes.ts';
import { chunksOf, toInstant, toJson, toNullableInstant } from './values.ts';
import { failpoint } from '../platform/failpoint.ts';

const IDS_PER_QUERY = 500;

/** See `Store.record`. */
export async function writeRecord(
  db: Kysely<Database>,
  engine: Pick<Engine, 'lockJournal'>,
  record: BatchRecord,
  atMs: number,
): Promise<boolean> {
  return await db.transaction().execute(async (trx) => {
    if (!(await writeHead(trx, record, atMs))) return false;
    const done: JournalEntry[] = [];
    const sender = await senderOf(trx, record.batch);
    for (const task of record.tasks) {
      if (await writeTask(trx, record, task, sender)) done.push(...(await logImplementation(trx, task, atMs)));
    }
    const final = record.tasks.filter((task) => isFinalTaskStatus(task.state.status));
    for (const some of chunksOf(final, IDS_PER_QUERY)) {
      const ids = some.map((task) => task.state.id);
      await trx.deleteFrom('open_requirements').where('task', 'in', ids).execute();
    }
    for (const ids of chunksOf(record.removed, IDS_PER_QUERY)) {
      await trx.deleteFrom('tasks').where('batch', '=', record.batch).where('id', 'in', ids).execute();
    }
    await insertEvents(trx, engine, [...record.events, ...done]);
    await writeNotices(trx, record.events, sender);
    await tellUnread(trx, engine, { atMs, always: false });
    failpoint('record:inside');
    return true;
  });
}

async function writeHead(trx: Transaction<Database>, record: BatchRecord, atMs: number): Promise<boolean> {
  const { head, epoch, seq } = record;
  const { numUpdatedRows } = await trx
    .updateTable('batches')
    .set({
      name: head.name,
      status: head.status,
      epoch,
      seq,
      head: toJson(head),
      command_number: head.commandNumber,
      recorded_at: toInstant(atMs),
    })
    .where('id', '=', record.batch)
    .where((eb) => eb.or([eb('epoch', '<', epoch), eb.and([eb('epoch', '=', epoch), eb('seq', '<=', seq)])]))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/**
 * A task belongs to the batch that it came to last, however late the records arrive. One that the batch no longer has
 * (deleted with it, or dropped) is not brought back: false.
 */
async function writeTask(
  trx: Transaction<Database>,
  record: BatchRecord,
  task: TaskRecord,
  sender: Sender,
): Promise<boolean> {
  const { state, details } = task;
  const { numUpdatedRows } = await trx
    .updateTable('tasks')
    .set({
      batch: record.batch,
      hops: state.hops ?? 0,
      status: state.status,
      rank: state.rank,
      attempt: state.attempt ?? 0,
      spent: state.spent ?? 0,
      ...(details === null ? {} : detailColumns(details)),
      ...inboxColumns(task, sender),
    })
    .where('id', '=', state.id)
    .where((eb) => eb.or([eb('batch', '=', record.batch), eb('hops', '<', state.hops ?? 0)]))
    .where('hops', '<=', state.hops ?? 0)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  for (const attempt of details?.attempts ?? []) await writeAttempt(trx, state.id, attempt);
  return true;
}

/** An end comes into the inbox once, unread; a task that is tried again leaves it. */
function inboxColumns({ state, details }: TaskRecord, sender: Sender): UpdateObject<Database, 'tasks'> {
  const concerns = concernsUser(state.status, sender);
  // Details that are not sent have not changed, and with them the end.
  if (concerns && details === null) return {};
  const inboxAt = concerns ? toNullableInstant(details?.completedAtMs ?? null) : null;
  return {
    inbox_at: inboxAt,
    read_at: keptWhileAt('read_at', inboxAt),
    deleted_at: keptWhileAt('deleted_at', inboxAt),
  };
}

function detailColumns(details: TaskDetails): UpdateObject<Database, 'tasks'> {
  const { failure } = details;
  return {
    details: toJson(details),
    started_at: toNullableInstant(details.startedAtMs),
    completed_at: toNullableInstant(details.completedAtMs),
    cost_usd: details.costUsd,
    error: failure === null ? null : toJson(failure),
  };
}

async function writeAttempt(trx: Transaction<Database>, task: TaskId, attempt: AttemptRecord): Promise<void> {
  const values = {
    started_at: toInstant(attempt.startedAtMs),
    ended_at: toNullableInstant(attempt.endedAtMs),
    record: toJson(attempt),
  };
  await trx
    .insertInto('attempts')
    .values({ task, number: attempt.number, ...values })
    .onConflict((conflict) => conflict.columns(['task', 'number']).doUpdateSet(values))
    .execute();
}
