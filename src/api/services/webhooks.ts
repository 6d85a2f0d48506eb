/** Webhooks: whom to tell of events. Their secrets are derived when they are needed, and kept nowhere. */
import { AppError } from '../../contracts/errors.ts';
import type { JournalEvent } from '../../contracts/events.ts';
import { asId, isId } from '../../contracts/ids.ts';
import type { WebhookId } from '../../contracts/ids.ts';
import type { RouteAnswer } from '../../contracts/http.ts';
import type { WebhookChange, WebhookRow } from '../../store/control-store.ts';
import type { ApiDeps } from '../deps.ts';
import { instant } from '../views/instants.ts';
import { toWebhookView } from '../views/webhook-view.ts';
import { derivedId } from './task-definitions.ts';

/** More than this would be a mistake of a script. */
const MAX_WEBHOOKS = 100;

/** What a creation asks for. */
export interface WebhookRequest {
  readonly url: string;
  readonly topics: readonly string[];
  readonly enabled: boolean;
  /** The same key makes the same webhook, also after a restart; null: every request makes one. */
  readonly key: string | null;
}

/** Makes one. @throws AppError invalid_input, webhook_target_refused, idempotency_key_reused */
export async function createWebhook(deps: ApiDeps, request: WebhookRequest): Promise<RouteAnswer<'createWebhook'>> {
  const { url, topics, enabled, key } = request;
  deps.webhooks.checkTarget(url);
  const known = await deps.store.webhooks.list();
  const id = key === null ? deps.ids.webhook() : asId('webhook', `w_${derivedId(`webhook\n${key}`)}`);
  const isNew = !known.some((each) => each.id === id);
  if (isNew && known.length >= MAX_WEBHOOKS) throw tooMany();
  const wanted = { id, url, topics: [...new Set(topics)], enabled, createdAtMs: deps.clock.now() };
  const row = await deps.store.webhooks.add(wanted);
  if (!isNew && (row.url !== url || row.topics.join() !== wanted.topics.join())) {
    throw new AppError('idempotency_key_reused', 'This Idempotency-Key made another webhook.');
  }
  return withSecret(deps, row);
}

/** One webhook. @throws AppError webhook_not_found */
export async function findWebhook(deps: ApiDeps, id: string): Promise<WebhookRow> {
  const row = isId('webhook', id) ? await deps.store.webhooks.get(id) : null;
  if (row === null) throw new AppError('webhook_not_found', `There is no webhook ${id.slice(0, 50)}.`);
  return row;
}

/**
 * Changes it.
 * @param version the one that is meant; null: whatever it is now
 * @throws AppError webhook_not_found, webhook_changed, invalid_input, webhook_target_refused
 */
export async function changeWebhook(
  deps: ApiDeps,
  id: string,
  version: number | null,
  change: WebhookChange,
): Promise<WebhookRow> {
  if (change.url !== undefined) deps.webhooks.checkTarget(change.url);
  const row = await findWebhook(deps, id);
  const changed = await deps.store.webhooks.change(row.id, version ?? row.version, change);
  if (changed !== null) return changed;
  const now = await findWebhook(deps, id);
  throw new AppError('webhook_changed', `Webhook ${now.id} has version ${now.version} by now.`, {
    details: { webhook: toWebhookView(now) },
  });
}

/** Gives it a new secret. @throws AppError webhook_not_found, webhook_changed */
export async function renewSecret(deps: ApiDeps, id: string): Promise<RouteAnswer<'renewWebhookSecret'>> {
  const { version, secretNumber } = await findWebhook(deps, id);
  return withSecret(deps, await changeWebhook(deps, id, version, { secretNumber: secretNumber + 1 }));
}

/** Sends it a made-up event now. @throws AppError webhook_not_found */
export async function testWebhook(deps: ApiDeps, id: string): Promise<RouteAnswer<'testWebhook'>> {
  const row = await findWebhook(deps, id);
  const startedMs = deps.clock.monotonicMs();
  const { responseCode, problem } = await deps.webhooks.send(row, testEvent(row.id, deps.clock.now()));
  const durationMs = Math.round(deps.clock.monotonicMs() - startedMs);
  return { delivered: problem === null, responseCode, problem, durationMs };
}

/** Has an event sent to it again. @throws AppError webhook_not_found, delivery_not_found */
export async function redeliver(deps: ApiDeps, id: string, seq: number): Promise<RouteAnswer<'redeliver'>> {
  const row = await findWebhook(deps, id);
  if (!(await deps.store.webhooks.again(row.id, seq, deps.clock.now()))) {
    throw new AppError('delivery_not_found', `Webhook ${row.id} has no delivery of event ${seq}.`);
  }
  return { webhook: row.id, seq };
}

function withSecret(deps: ApiDeps, row: WebhookRow): RouteAnswer<'createWebhook'> {
  return { ...toWebhookView(row), secret: deps.webhooks.secretOf(row.id, row.secretNumber) };
}

/** Number 0: no event of the journal has it. */
function testEvent(webhook: WebhookId, nowMs: number): JournalEvent {
  const data = { message: 'A test of this webhook.', webhook };
  return {
    seq: 0,
    id: `${webhook}:test:${nowMs}`,
    type: 'system.note',
    at: instant(nowMs),
    batch: null,
    task: null,
    data,
  };
}

function tooMany(): AppError {
  const message = `there are ${MAX_WEBHOOKS} webhooks already`;
  return new AppError('invalid_input', `${message}.`, { details: { fields: [{ path: 'url', message }] } });
}
