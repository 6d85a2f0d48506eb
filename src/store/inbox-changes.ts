/** Writes of the inbox that are part of larger transactions: notices of a record, and the exact number of what is unread. */
import type { Kysely, RawBuilder, Transaction } from 'kysely';
import { sql } from 'kysely';
import type { JournalEntry } from '../contracts/events.ts';
import { soloTaskOf } from '../contracts/ids.ts';
import type { BatchId } from '../contracts/ids.ts';
import { isTrialContext } from '../contracts/trial-routes.ts';
import { noticeChange } from '../domain/inbox.ts';
import type { Sender } from '../domain/inbox.ts';
import type { Database } from './database.ts';
import type { Engine } from './engine.ts';
import { insertEvents } from './events.ts';
import { fromJson, toInstant, toJson } from './values.ts';

/** Where the last number that was told is kept. */
const UNREAD_KEY = 'inbox.unread';

interface Told {
  readonly unread: number;
  /** Counts the changes, for the ids of their journal entries. */
  readonly change: number;
}

/**
 * Adds and resolves the notices that the entries ask for. Again: adds nothing twice, and what the user did with a notice
 * stays.
 */
export async function writeNotices(
  trx: Transaction<Database>,
  entries: readonly JournalEntry[],
  sender: Sender,
): Promise<void> {
  for (const { id, batch, atMs, ...entry } of entries) {
    if (batch === null) continue;
    const at = toInstant(atMs);
    const change = noticeChange({ id, batch, atMs, ...entry }, sender);
    if (change === null) continue;
    // A hold or pause that is followed by another one is over.
    await resolveNotices(trx, batch, at);
    if (change.kind === 'resolve') continue;
    const { notice: kind, message } = change;
    await trx
      .insertInto('notices')
      .values({ id, kind, batch, at, message, resolved_at: null, read_at: null, deleted_at: null })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  }
}

/** Whom a record of `batch` comes from. */
export async function senderOf(trx: Transaction<Database>, batch: BatchId): Promise<Sender> {
  const task = soloTaskOf(batch);
  if (task === null) return 'batch';
  const row = await trx.selectFrom('tasks').select('context').where('id', '=', task).executeTakeFirst();
  const context = row?.context ?? null;
  return context !== null && isTrialContext(fromJson(context)) ? 'trial' : 'task';
}

/** What asked for something before `at` and does not any more counts as read. */
async function resolveNotices(trx: Transaction<Database>, batch: JournalEntry['batch'], at: string): Promise<void> {
  await trx
    .updateTable('notices')
    .set({ resolved_at: at, read_at: sql`coalesce(read_at, ${at})` })
    .where('batch', '=', batch)
    .where('kind', 'in', ['held', 'paused'])
    .where('resolved_at', 'is', null)
    .where('at', '<', at)
    .execute();
}

/** `column` as it is while `inbox_at` stays at `inboxAt`; null for a new end, which was neither read nor dismissed. */
export function keptWhileAt(column: 'read_at' | 'deleted_at', inboxAt: string | null): RawBuilder<string | null> {
  return sql`case when inbox_at is not distinct from ${inboxAt} then ${sql.ref(column)} else null end`;
}

/** How many entries of the inbox are unread: those of deleted batches do not count. */
export async function countUnread(db: Kysely<Database>): Promise<number> {
  const { rows } = await sql<{ total: number | string }>`select
    (select count(*) from tasks inner join batches on batches.id = tasks.batch
      where tasks.inbox_at is not null and tasks.read_at is null and tasks.deleted_at is null
        and batches.deleted_at is null)
    + (select count(*) from notices inner join batches on batches.id = notices.batch
      where notices.read_at is null and notices.deleted_at is null and batches.deleted_at is null) as total`.execute(
    db,
  );
  return Number(rows[0]?.total ?? 0);
}

/**
 * The last step of every transaction that may change the inbox: counts anew and tells it in the journal if the number is
 * another one, or `always`. True if it wrote an entry.
 */
export async function tellUnread(
  trx: Transaction<Database>,
  engine: Pick<Engine, 'lockJournal'>,
  { atMs, always }: { readonly atMs: number; readonly always: boolean },
): Promise<boolean> {
  // Whoever counts must see what was committed before, and nobody may commit between the counting and the telling.
  await engine.lockJournal(trx);
  const row = await trx.selectFrom('system').select('value').where('key', '=', UNREAD_KEY).executeTakeFirst();
  const before: Told = row === undefined ? { unread: 0, change: 0 } : fromJson(row.value);
  const unread = await countUnread(trx);
  if (unread === before.unread && !always) return false;
  const told: Told = { unread, change: before.change + 1 };
  const value = toJson(told);
  await trx
    .insertInto('system')
    .values({ key: UNREAD_KEY, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
  const id = `inbox:${told.change}`;
  await insertEvents(trx, engine, [{ id, type: 'inbox.changed', atMs, batch: null, task: null, data: { unread } }]);
  return true;
}
