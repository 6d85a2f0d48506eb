/** Webhook rows. */
import type { Selectable } from 'kysely';
import type { WebhookRow } from './control-store.ts';
import type { WebhookTable } from './control-tables.ts';
import { fromInstant, fromJson } from './values.ts';

/** The row as the store's callers see it. */
export function toWebhookRow(row: Selectable<WebhookTable>): WebhookRow {
  return {
    id: row.id,
    url: row.url,
    topics: fromJson(row.topics),
    enabled: row.enabled === 1,
    secretNumber: row.secret_number,
    version: row.version,
    createdAtMs: fromInstant(row.created_at),
  };
}
