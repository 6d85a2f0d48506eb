/** Sends one message to one address, once. */
import { lookup as lookUp } from 'node:dns';
import { once } from 'node:events';
import { request as requestHttp } from 'node:http';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { AppError } from '../contracts/errors.ts';
import { signatureOf } from './webhook-signature.ts';
import { checkTarget, isPublicAddress, isTrusted } from './webhook-target.ts';

/** For connecting, sending and the answer's head together. */
const TIMEOUT_MS = 10_000;
const MAX_RETRY_AFTER_S = 86_400;

/** What is sent. */
export interface WebhookMessage {
  readonly url: string;
  /** Signs it. */
  readonly secret: string;
  /** The same for every sending of the same event: receivers tell repetitions by it. */
  readonly id: string;
  /** JSON. */
  readonly body: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** How a sending went: `delivered` means an answer of 200 to 299. */
export type SendResult =
  | { readonly status: 'delivered'; readonly responseCode: number }
  | {
      readonly status: 'not_delivered';
      /** null: there was no answer. */
      readonly responseCode: number | null;
      readonly problem: string;
      /** What the receiver asks for before the next try, in seconds; null: nothing. */
      readonly retryAfterS: number | null;
    };

/** What a sender is bound to. */
export interface SendOptions {
  /** Hosts of `NIGHTLOOM_WEBHOOK_HOSTS`. */
  readonly trusted: readonly string[];
  readonly version: string;
  /** Default 10,000. */
  readonly timeoutMs?: number;
}

/**
 * Sends it as POST. Names are resolved for each sending, and the very address that is connected to is checked. Redirects are
 * not followed, proxies of the environment not used, the answer's body not read. Never throws: what went wrong is the result.
 */
export async function sendWebhook(message: WebhookMessage, options: SendOptions): Promise<SendResult> {
  let response: IncomingMessage;
  try {
    response = await post(checkTarget(message.url, options.trusted), message, options);
  } catch (error) {
    return { status: 'not_delivered', responseCode: null, problem: problemOf(error), retryAfterS: null };
  }
  const code = response.statusCode ?? 0;
  response.destroy();
  if (code >= 200 && code < 300) return { status: 'delivered', responseCode: code };
  const problem = code >= 300 && code < 400 ? `answered ${code}: redirects are not followed` : `answered ${code}`;
  return { status: 'not_delivered', responseCode: code, problem, retryAfterS: retryAfterOf(response) };
}

async function post(url: URL, message: WebhookMessage, options: SendOptions): Promise<IncomingMessage> {
  const atSeconds = Math.floor(message.nowMs / 1000);
  const body = Buffer.from(message.body);
  const sending = open(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'content-length': body.length,
      'user-agent': `Nightloom/${options.version}`,
      'webhook-id': message.id,
      'webhook-timestamp': String(atSeconds),
      'webhook-signature': signatureOf(message.secret, message.id, atSeconds, message.body),
    },
    // One message, one connection: no socket outlives its sending.
    agent: false,
    ...(isTrusted(url, options.trusted) ? {} : { lookup: publicLookup }),
  });
  const limit = setTimeout(
    () => sending.destroy(new Error(`no answer within ${options.timeoutMs ?? TIMEOUT_MS} ms`)),
    options.timeoutMs ?? TIMEOUT_MS,
  );
  try {
    sending.end(body);
    const [response] = (await once(sending, 'response')) as [IncomingMessage];
    // What happens to the connection after the answer's head is no concern of ours.
    sending.on('error', () => undefined);
    response.on('error', () => undefined);
    return response;
  } finally {
    clearTimeout(limit);
  }
}

function open(url: URL, options: RequestOptions): ClientRequest {
  return url.protocol === 'https:' ? requestHttps(url, options) : requestHttp(url, options);
}

/** Resolves to public addresses only, however many the name has: the connection is made to one of these. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookUp(hostname, { ...options, all: true }, (error, found) => {
    if (error !== null) return callback(error, []);
    const open = found.filter(({ address }) => isPublicAddress(address));
    const [first] = open;
    if (first === undefined) {
      return callback(new AppError('webhook_target_refused', `${hostname} has no public address`), []);
    }
    if (options.all === true) return callback(null, open);
    return callback(null, first.address, first.family);
  });
};

function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return 'could not be sent';
  // Of several addresses none answered: then Node's message is empty.
  const [first] = error instanceof AggregateError ? error.errors : [];
  const message = error.message === '' && first instanceof Error ? first.message : error.message;
  return message.slice(0, 300);
}

/** Only the form in seconds: the other one needs clocks that agree. */
function retryAfterOf(response: IncomingMessage): number | null {
  const text = response.headers['retry-after'] ?? '';
  return /^\d{1,9}$/.test(text) ? Math.min(Number(text), MAX_RETRY_AFTER_S) : null;
}
