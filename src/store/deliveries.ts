/** What is sent to webhooks: one row for each event and webhook, planned in the journal's order, claimed with a lease. */
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { JournalEvent } from '../contracts/events.ts';
import { topicFits } from '../contracts/topics.ts';
import type { WebhookId } from '../contracts/ids.ts';
import type { DeliveryOutcome, DeliveryRow, DueDelivery, WebhookRow } from './control-store.ts';
import { decodeNumberCursor, encodeNumberCursor } from './cursor.ts';
import type { Database, EventTable } from './database.ts';
import type { DeliveryTable } from './control-tables.ts';
import type { Page } from './store.ts';
import { chunksOf, fromInstant, toInstant, toNullableInstant } from './values.ts';
import { toEvent } from './events.ts';
import { toWebhookRow } from './webhook-rows.ts';

const EVENTS_PER_PLAN = 500;
const ROWS_PER_INSERT = 100;

/** See `WebhookStore.plan`. A disabled webhook misses what happens meanwhile. */
export async function planDeliveries(db: Kysely<Database>, nowMs: number): Promise<boolean> {
  const newest = await db
    .selectFrom('events')
    .select((eb) => eb.fn.max('seq').as('last'))
    .executeTakeFirst();
  const last = Number(newest?.last ?? 0);
  const behind = await db.selectFrom('webhooks').select('id').where('planned_seq', '<', last).execute();
  for (const { id } of behind) await db.transaction().execute((trx) => planFor(trx, id, nowMs));
  return behind.length > 0;
}

async function planFor(trx: Transaction<Database>, id: WebhookId, nowMs: number): Promise<void> {
  // Locks the row, in words of every dialect: of two who plan, the second finds it done.
  const locking = trx.updateTable('webhooks').set((eb) => ({ planned_seq: eb.ref('planned_seq') }));
  const row = await locking.where('id', '=', id).returningAll().executeTakeFirst();
  if (row === undefined) return;
  const webhook = toWebhookRow(row);
  const events = await trx
    .selectFrom('events')
    .select(['seq', 'type'])
    .where('seq', '>', row.planned_seq)
    .orderBy('seq')
    .limit(EVENTS_PER_PLAN)
    .execute();
  const last = events.at(-1);
  if (last === undefined) return;
  const wanted = webhook.enabled ? events.filter(({ type }) => topicFits(webhook.topics, type)) : [];
  const at = toInstant(nowMs);
  for (const some of chunksOf(wanted, ROWS_PER_INSERT)) {
    const rows = some.map(({ seq }) => ({
      webhook: id,
      event_seq: seq,
      status: 'pending' as const,
      attempt: 0,
      response_code: null,
      problem: null,
      next_at: at,
      created_at: at,
      settled_at: null,
    }));
    const inserting = trx.insertInto('deliveries').values(rows);
    await inserting.onConflict((conflict) => conflict.columns(['webhook', 'event_seq']).doNothing()).execute();
  }
  await trx.updateTable('webhooks').set({ planned_seq: last.seq }).where('id', '=', id).execute();
}

/** See `WebhookStore.claim`. */
export async function claimDue(
  db: Kysely<Database>,
  nowMs: number,
  leaseUntilMs: number,
  limit: number,
  webhook?: WebhookId,
): Promise<DueDelivery[]> {
  let query = db
    .selectFrom('deliveries')
    .innerJoin('webhooks', 'webhooks.id', 'deliveries.webhook')
    .select(['deliveries.webhook', 'deliveries.event_seq', 'deliveries.next_at', 'deliveries.attempt'])
    .where('deliveries.status', '=', 'pending')
    .where('deliveries.next_at', '<=', toInstant(nowMs))
    .where('webhooks.enabled', '=', 1);
  if (webhook !== undefined) query = query.where('deliveries.webhook', '=', webhook);
  const due = await query.orderBy('deliveries.next_at').orderBy('deliveries.event_seq').limit(limit).execute();
  const claimed: DueDelivery[] = [];
  for (const { webhook: owner, event_seq, next_at, attempt } of due) {
    // Whoever changes the time first has it.
    const taking = db
      .updateTable('deliveries')
      .set({ next_at: toInstant(leaseUntilMs), attempt: attempt + 1 })
      .where('webhook', '=', owner)
      .where('event_seq', '=', event_seq)
      .where('status', '=', 'pending')
      .where('next_at', '=', next_at);
    if ((await taking.executeTakeFirst()).numUpdatedRows === 0n) continue;
    const found = await read(db, owner, event_seq);
    if (found !== null) claimed.push({ ...found, attempt: attempt + 1 });
  }
  return claimed;
}

async function read(
  db: Kysely<Database>,
  webhook: WebhookId,
  seq: number,
): Promise<{ readonly webhook: WebhookRow; readonly event: JournalEvent } | null> {
  const owner = await db.selectFrom('webhooks').selectAll().where('id', '=', webhook).executeTakeFirst();
  const event = await db.selectFrom('events').selectAll().where('seq', '=', seq).executeTakeFirst();
  if (owner === undefined || event === undefined) return null;
  return { webhook: toWebhookRow(owner), event: toEvent(event) };
}

/** See `WebhookStore.settle`. */
export async function settle(
  db: Kysely<Database>,
  webhook: WebhookId,
  seq: number,
  outcome: DeliveryOutcome,
  nowMs: number,
): Promise<void> {
  const { status, responseCode, problem, nextAtMs } = outcome;
  await db
    .updateTable('deliveries')
    .set({
      status,
      response_code: responseCode,
      problem,
      next_at: toNullableInstant(nextAtMs),
      settled_at: status === 'pending' ? null : toInstant(nowMs),
    })
    .where('webhook', '=', webhook)
    .where('event_seq', '=', seq)
    .execute();
}

/** See `WebhookStore.nextDueMs`. */
export async function nextDueMs(db: Kysely<Database>): Promise<number | null> {
  const row = await db
    .selectFrom('deliveries')
    .innerJoin('webhooks', 'webhooks.id', 'deliveries.webhook')
    .select((eb) => eb.fn.min('deliveries.next_at').as('next'))
    .where('deliveries.status', '=', 'pending')
    .where('webhooks.enabled', '=', 1)
    .executeTakeFirst();
  return row?.next ? fromInstant(row.next) : null;
}

/** See `WebhookStore.deliveries`. */
export async function listDeliveries(
  db: Kysely<Database>,
  webhook: WebhookId,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string },
): Promise<Page<DeliveryRow>> {
  let query = db
    .selectFrom('deliveries')
    .leftJoin('events', 'events.seq', 'deliveries.event_seq')
    .selectAll('deliveries')
    .select('events.type')
    .where('deliveries.webhook', '=', webhook);
  if (cursor !== undefined) query = query.where('deliveries.event_seq', '<', decodeNumberCursor(cursor));
  const rows = await query
    .orderBy('deliveries.event_seq', 'desc')
    .limit(limit + 1)
    .execute();
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > shown.length && last !== undefined;
  return { items: shown.map(toDeliveryRow), nextCursor: more ? encodeNumberCursor(last.event_seq) : null };
}

/** See `WebhookStore.again`. */
export async function again(db: Kysely<Database>, webhook: WebhookId, seq: number, nowMs: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('deliveries')
    .set({ status: 'pending', attempt: 0, next_at: toInstant(nowMs), problem: null, settled_at: null })
    .where('webhook', '=', webhook)
    .where('event_seq', '=', seq)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** See `WebhookStore.purge`. */
export async function purgeDeliveries(db: Kysely<Database>, beforeMs: number): Promise<void> {
  await db
    .deleteFrom('deliveries')
    .where('status', '!=', 'pending')
    .where('settled_at', '<', toInstant(beforeMs))
    .execute();
}

function toDeliveryRow(row: Selectable<DeliveryTable> & { readonly type: EventTable['type'] | null }): DeliveryRow {
  return {
    webhook: row.webhook,
    seq: row.event_seq,
    type: row.type,
    status: row.status,
    attempt: row.attempt,
    responseCode: row.response_code,
    problem: row.problem,
    nextAtMs: row.next_at === null ? null : fromInstant(row.next_at),
    createdAtMs: fromInstant(row.created_at),
    settledAtMs: row.settled_at === null ? null : fromInstant(row.settled_at),
  };
}
