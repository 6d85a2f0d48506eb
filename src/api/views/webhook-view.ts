/** Webhooks and their deliveries as callers see them. */
import type { DeliveryView, WebhookView } from '../../contracts/webhook-routes.ts';
import type { DeliveryRow, WebhookRow } from '../../store/control-store.ts';
import { instant, nullableInstant } from './instants.ts';

/** A webhook, without its secret. */
export function toWebhookView({ id, url, topics, enabled, version, createdAtMs }: WebhookRow): WebhookView {
  return { id, url, topics: [...topics], enabled, version, createdAt: instant(createdAtMs) };
}

/** A delivery. */
export function toDeliveryView(row: DeliveryRow): DeliveryView {
  const { seq, type, status, attempt, responseCode, problem } = row;
  return {
    seq,
    type,
    status,
    attempts: attempt,
    responseCode,
    problem,
    nextAt: nullableInstant(row.nextAtMs),
    createdAt: instant(row.createdAtMs),
    settledAt: nullableInstant(row.settledAtMs),
  };
}
