/**
 * Tells webhooks of events: walks the journal from where it was, plans a delivery for each event and webhook, sends what is
 * due. Everything it knows is in the database, and each delivery is claimed with a lease: any number of processes may do
 * this at once, and one that dies leaves its deliveries to the next. So a message may come twice, and never not at all.
 */
import type { JournalEvent } from '../contracts/events.ts';
import type { WebhookId } from '../contracts/ids.ts';
import type { DeliveryStatus } from '../contracts/vocabulary.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { SendResult, WebhookMessage } from './send-webhook.ts';

/** Longer than one sending may take. */
const LEASE_MS = 30_000;
/** Sent to one webhook at the same time: a slow one holds up itself only. */
const AT_ONCE = 4;
/** Events that another process wrote are seen after this at the latest, where the database does not tell. */
const POLL_MS = 1000;
const AFTER_TROUBLE_MS = 5000;
/** After the first, second, ... sending that failed; after the last of these it is given up: 11 hours in all. */
const RETRY_AFTER_S = [5, 30, 120, 600, 1800, 3600, 10_800, 21_600] as const;
const GONE = 410;
const KEPT_MS = 30 * 86_400_000;
const PURGE_EVERY_MS = 3_600_000;

/** A webhook that something is due for. */
interface DueWebhook {
  readonly id: WebhookId;
  readonly url: string;
  readonly secretNumber: number;
  readonly enabled: boolean;
}

/** What is kept of deliveries; the store's `webhooks`. */
export interface DeliveryQueue {
  list(): Promise<readonly DueWebhook[]>;
  plan(nowMs: number): Promise<boolean>;
  claim(
    nowMs: number,
    leaseUntilMs: number,
    limit: number,
    webhook: WebhookId,
  ): Promise<readonly { readonly webhook: DueWebhook; readonly event: JournalEvent; readonly attempt: number }[]>;
  settle(
    webhook: WebhookId,
    seq: number,
    outcome: {
      readonly status: DeliveryStatus;
      readonly responseCode: number | null;
      readonly problem: string | null;
      readonly nextAtMs: number | null;
    },
    nowMs: number,
  ): Promise<void>;
  nextDueMs(): Promise<number | null>;
  purge(beforeMs: number): Promise<void>;
}

/** What the deliverer works with. */
export interface DelivererOptions {
  readonly queue: DeliveryQueue;
  /** Calls back after events were committed; gives the function that ends it. */
  readonly onAppend: (listener: () => void) => () => void;
  readonly secretOf: (webhook: WebhookId, number: number) => string;
  readonly send: (message: WebhookMessage) => Promise<SendResult>;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

/** Body and id of the message that tells `webhook` of `event`: the event as the stream of events has it. */
export function messageOf(webhook: WebhookId, event: JournalEvent): { readonly id: string; readonly body: string } {
  return { id: `${webhook}_${event.seq}`, body: JSON.stringify(event) };
}

/** Delivers until `signal` aborts; resolves when what was being sent is settled. Trouble with the database is logged and waited for. */
export async function deliverWebhooks(options: DelivererOptions, signal: AbortSignal): Promise<void> {
  const { queue, clock, logger, onAppend } = options;
  const busy = new Map<WebhookId, Promise<void>>();
  const wake = createWake(signal);
  const unsubscribe = onAppend(wake.now);
  let purgeAtMs = clock.now() + PURGE_EVERY_MS;
  while (!signal.aborted) {
    try {
      const webhooks = await queue.list();
      if (webhooks.length > 0) while (await queue.plan(clock.now())) if (signal.aborted) break;
      for (const { id, enabled } of webhooks) {
        if (!enabled || busy.has(id)) continue;
        const working = deliverDue(options, id, signal)
          .catch((err: unknown) => logger.warn({ err, webhook: id }, 'deliveries could not be made'))
          .finally(() => busy.delete(id));
        busy.set(id, working);
      }
      if (clock.now() >= purgeAtMs) {
        purgeAtMs = clock.now() + PURGE_EVERY_MS;
        await queue.purge(clock.now() - KEPT_MS);
      }
      const dueMs = webhooks.length === 0 ? null : await queue.nextDueMs();
      await wake.within(Math.max(50, Math.min(POLL_MS, (dueMs ?? Infinity) - clock.now())));
    } catch (err) {
      logger.warn({ err }, 'webhooks wait for the database');
      await wake.within(AFTER_TROUBLE_MS);
    }
  }
  unsubscribe();
  await Promise.all(busy.values());
}

/** Sends what is due for one webhook now, until nothing is. */
async function deliverDue(options: DelivererOptions, id: WebhookId, signal: AbortSignal): Promise<void> {
  const { queue, clock } = options;
  while (!signal.aborted) {
    const nowMs = clock.now();
    const due = await queue.claim(nowMs, nowMs + LEASE_MS, AT_ONCE, id);
    if (due.length === 0) return;
    await Promise.all(due.map((delivery) => deliverOne(options, delivery)));
  }
}

async function deliverOne(
  { queue, clock, logger, send, secretOf }: DelivererOptions,
  delivery: { readonly webhook: DueWebhook; readonly event: JournalEvent; readonly attempt: number },
): Promise<void> {
  const { webhook, event, attempt } = delivery;
  const { id, url, secretNumber } = webhook;
  const secret = secretOf(id, secretNumber);
  const result = await send({ url, secret, ...messageOf(id, event), nowMs: clock.now() });
  const nowMs = clock.now();
  const { responseCode } = result;
  if (result.status === 'delivered') {
    await queue.settle(id, event.seq, { status: 'delivered', responseCode, problem: null, nextAtMs: null }, nowMs);
    return;
  }
  const { problem } = result;
  const waitS = responseCode === GONE ? null : waitAfter(attempt, result.retryAfterS);
  logger.info({ webhook: id, seq: event.seq, attempt, responseCode, problem, waitS }, 'a webhook was not delivered');
  const status = waitS === null ? 'failed' : 'pending';
  const nextAtMs = waitS === null ? null : nowMs + waitS * 1000;
  await queue.settle(id, event.seq, { status, responseCode, problem, nextAtMs }, nowMs);
}

/** Seconds before the next sending; null: it is given up. */
function waitAfter(attempt: number, askedS: number | null): number | null {
  const ownS = RETRY_AFTER_S[attempt - 1];
  return ownS === undefined ? null : Math.max(ownS, askedS ?? 0);
}

/** A pause that `now` ends early, also when it is called before the pause begins. */
function createWake(signal: AbortSignal) {
  let isAsked = false;
  let end: (() => void) | null = null;
  const now = (): void => {
    isAsked = true;
    end?.();
  };
  signal.addEventListener('abort', now, { once: true });
  return {
    now,
    within: async (ms: number): Promise<void> => {
      if (!isAsked && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          end = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      end = null;
      isAsked = false;
    },
  };
}
