/** Webhooks. */
import type { Kysely } from 'kysely';
import type { WebhookId } from '../contracts/ids.ts';
import type { WebhookChange, WebhookRow, WebhookStore } from './control-store.ts';
import type { WebhookTable } from './control-tables.ts';
import type { Database } from './database.ts';
import { again, claimDue, listDeliveries, nextDueMs, planDeliveries, purgeDeliveries, settle } from './deliveries.ts';
import { toInstant, toJson } from './values.ts';
import { toWebhookRow } from './webhook-rows.ts';

/** {@link WebhookStore} on `db`. */
export function createWebhookStore(db: Kysely<Database>): WebhookStore {
  const get = async (id: WebhookId): Promise<WebhookRow | null> => {
    const row = await db.selectFrom('webhooks').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : toWebhookRow(row);
  };
  return {
    add: async ({ id, url, topics, enabled, createdAtMs }) => {
      const newest = await db
        .selectFrom('events')
        .select((eb) => eb.fn.max('seq').as('last'))
        .executeTakeFirst();
      await db
        .insertInto('webhooks')
        .values({
          id,
          url,
          topics: toJson(topics),
          enabled: enabled ? 1 : 0,
          secret_number: 1,
          version: 1,
          planned_seq: Number(newest?.last ?? 0),
          created_at: toInstant(createdAtMs),
        })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute();
      return toWebhookRow(await db.selectFrom('webhooks').selectAll().where('id', '=', id).executeTakeFirstOrThrow());
    },
    list: async () => {
      const rows = await db.selectFrom('webhooks').selectAll().orderBy('created_at').orderBy('id').execute();
      return rows.map(toWebhookRow);
    },
    get,
    change: async (id, version, change) => {
      const changing = db.updateTable('webhooks').set({ ...toColumns(change), version: version + 1 });
      const row = await changing.where('id', '=', id).where('version', '=', version).returningAll().executeTakeFirst();
      return row === undefined ? null : toWebhookRow(row);
    },
    remove: async (id) => {
      await db.deleteFrom('webhooks').where('id', '=', id).execute();
    },
    plan: (nowMs) => planDeliveries(db, nowMs),
    claim: (nowMs, leaseUntilMs, limit, webhook) => claimDue(db, nowMs, leaseUntilMs, limit, webhook),
    settle: (webhook, seq, outcome, nowMs) => settle(db, webhook, seq, outcome, nowMs),
    nextDueMs: () => nextDueMs(db),
    deliveries: (webhook, filter) => listDeliveries(db, webhook, filter),
    again: (webhook, seq, nowMs) => again(db, webhook, seq, nowMs),
    purge: (beforeMs) => purgeDeliveries(db, beforeMs),
  };
}

function toColumns({ url, topics, enabled, secretNumber }: WebhookChange): Partial<WebhookTable> {
  return {
    ...(url === undefined ? {} : { url }),
    ...(topics === undefined ? {} : { topics: toJson(topics) }),
    ...(enabled === undefined ? {} : { enabled: enabled ? 1 : 0 }),
    ...(secretNumber === undefined ? {} : { secret_number: secretNumber }),
  };
}
