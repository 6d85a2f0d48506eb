/**
 * `Idempotency-Key` on changes: the same key with the same request is answered as the first time, for a day and over
 * restarts. A process that died between effect and answer leaves the key without one: once its lease is over the request
 * runs again, and finds what it made, because ids are derived from the key ({@link seedOf}).
 */
import { createHash, randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../../contracts/errors.ts';
import { routes } from '../../contracts/http.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import type { KeyedRequest } from '../../store/control-store.ts';
import type { Store } from '../../store/store.ts';

const CHANGES: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
/** Their answers hold secrets, which are never kept. By method and path. */
const SECRET: ReadonlySet<string> = new Set(
  [routes.createSessionCode, routes.openSession, routes.createWebhook, routes.renewWebhookSecret].map(
    ({ method, path }) => `${method} ${path}`,
  ),
);
const KEY = /^[\x21-\x7e]{1,200}$/;
const KEPT_MS = 86_400_000;
/** Longer than any answer takes: a key of a living process is not given to another. */
const LEASE_MS = 180_000;
const PURGE_EVERY_MS = 3_600_000;
/** Larger answers are made again. */
const MAX_ANSWER_BYTES = 262_144;

/** What the plugin works with. */
export interface KeyedRequestOptions {
  readonly store: Pick<Store, 'idempotency'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

/** Requests that have their key and are being answered. */
const running = new WeakMap<FastifyRequest, KeyedRequest>();

/**
 * What ids of things that the request makes are derived from: the same for its repetition, so that a process which died
 * between effect and answer has nothing made twice. null: it has no key.
 */
export function seedOf(request: FastifyRequest): string | null {
  const keyed = running.get(request);
  if (keyed === undefined) return null;
  const { principal, key, method, path, bodySha256 } = keyed;
  return `key-${digest([principal, key, method, path, bodySha256].join('\n'))}`;
}

/** Registers the hooks. Who is let in was decided before. */
export function installKeyedRequests(app: FastifyInstance, { store, clock, logger }: KeyedRequestOptions): void {
  const { idempotency } = store;
  const holder = randomUUID();
  app.addHook('preHandler', async (request, reply) => {
    const keyed = keyOf(request);
    if (keyed === null) return;
    const nowMs = clock.now();
    const lease = { holder, nowMs, leaseUntilMs: nowMs + LEASE_MS, bornAfterMs: nowMs - KEPT_MS };
    const known = await idempotency.begin(keyed, lease);
    switch (known.verdict) {
      case 'run':
        running.set(request, keyed);
        return;
      case 'answered':
        await reply
          .code(known.status)
          .header('idempotency-replayed', 'true')
          .type(known.status < 400 ? 'application/json; charset=utf-8' : 'application/problem+json; charset=utf-8')
          .serializer((body: unknown) => String(body))
          .send(known.answer);
        return reply;
      case 'under_way':
        throw new AppError('request_under_way', 'A request with this Idempotency-Key is being answered.', {
          retryAt: new Date(known.untilMs).toISOString(),
        });
      case 'other_request':
        throw new AppError('idempotency_key_reused', 'This Idempotency-Key was used for another request.');
    }
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const keyed = running.get(request);
    if (keyed === undefined) return payload;
    running.delete(request);
    try {
      const { statusCode: status } = reply;
      if (typeof payload === 'string' && isKept(status, payload))
        await idempotency.finish(keyed, { status, answer: payload });
      else await idempotency.release(keyed);
    } catch (err) {
      // What was done is done: the caller is told, and a repetition finds the key without an answer.
      logger.error({ err }, 'the answer of a keyed request could not be kept');
    }
    return payload;
  });
  const purge = (): void => {
    void idempotency
      .purge(clock.now() - KEPT_MS)
      .catch((err: unknown) => logger.warn({ err }, 'old keys are not purged'));
  };
  const timer = setInterval(purge, PURGE_EVERY_MS);
  timer.unref();
  app.addHook('onClose', async () => clearInterval(timer));
}

/** A server's own trouble may be over at the next try: it is not kept. */
function isKept(status: number, payload: string): boolean {
  return status < 500 && status !== 429 && Buffer.byteLength(payload) <= MAX_ANSWER_BYTES;
}

/** null: not a change, without a key, or with a secret in its answer. @throws AppError invalid_input */
function keyOf(request: FastifyRequest): KeyedRequest | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined || !CHANGES.has(request.method) || request.is404) return null;
  if (SECRET.has(`${request.method} ${request.routeOptions.url}`)) return null;
  if (typeof key !== 'string' || !KEY.test(key)) {
    const message = 'must be 1 to 200 visible ASCII characters';
    throw new AppError('invalid_input', `Idempotency-Key ${message}.`, {
      details: { fields: [{ path: 'idempotency-key', message }] },
    });
  }
  const principal = digest(request.headers.authorization ?? request.headers.cookie ?? '');
  const bodySha256 = digest(JSON.stringify(request.body ?? null));
  return { principal, key, method: request.method, path: request.url, bodySha256 };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
