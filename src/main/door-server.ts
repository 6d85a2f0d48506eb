/** Serves the host door over HTTP to who has the installation's secret. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '../contracts/errors.ts';
import type { HostDoor } from '../contracts/host-door.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { DOOR_CALLS, isDoorMethod } from './door-calls.ts';
import type { DoorMethod } from './door-calls.ts';
import { DOOR_PATH, HEADERS, HEALTH_PATH, isSignedBy, MAX_SKEW_MS, signatureOf } from './door-protocol.ts';
import type { DoorAnswer } from './door-protocol.ts';
import { closeServer, listenAt } from './listen.ts';
import type { ListenPlace } from './service-options.ts';

/** What the server works with. */
export interface DoorServerOptions {
  readonly door: HostDoor;
  /** The installation's. */
  readonly secret: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

/** A server that listens. */
export interface DoorServer {
  /** Address as URL. */
  readonly url: string;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 2 * 1024 * 1024;

/** Refused before anything was done: the status is all that is said. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Listens at `place`; a port of 0 takes a free one.
 * @throws AppError port_taken
 */
export async function serveDoor(options: DoorServerOptions, place: ListenPlace): Promise<DoorServer> {
  const replays = createReplayGuard(options.clock);
  const server = createServer((request, response) => {
    handle(request, response, options, replays).catch((err: unknown) => {
      const status = err instanceof Refusal ? err.status : 500;
      if (status === 500) options.logger.error({ err }, 'a call of the host door failed');
      else options.logger.warn({ status, reason: err instanceof Error ? err.message : '' }, 'a call was refused');
      response.writeHead(status, { 'content-type': 'text/plain' }).end();
    });
  });
  const url = await listenAt(server, 'The host door', place);
  return { url, close: () => closeServer(server) };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: DoorServerOptions,
  replays: ReplayGuard,
): Promise<void> {
  const url = request.url ?? '';
  if (request.method === 'GET' && url === HEALTH_PATH) {
    response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n');
    return;
  }
  const method = url.startsWith(DOOR_PATH) ? url.slice(DOOR_PATH.length) : '';
  if (request.method !== 'POST' || !isDoorMethod(method)) throw new Refusal(404, 'no such call');
  const body = await readBody(request);
  const header = (name: string): string => String(request.headers[name] ?? '');
  const [time, nonce] = [header(HEADERS.time), header(HEADERS.nonce)];
  const isOurs = isSignedBy({ kind: 'request', method, time, nonce, body }, header(HEADERS.signature), options.secret);
  if (!isOurs) throw new Refusal(401, 'the signature is wrong');
  if (!replays.accept(Number(time), nonce)) throw new Refusal(401, 'the request is too old, or was sent before');
  const text = JSON.stringify(await answerOf(method, body, options));
  const signature = signatureOf({ kind: 'answer', method, time, nonce, body: text }, options.secret);
  response.writeHead(200, { 'content-type': 'application/json', [HEADERS.signature]: signature }).end(text);
}

async function answerOf(method: DoorMethod, body: string, { door, logger }: DoorServerOptions): Promise<DoorAnswer> {
  try {
    const args: unknown = JSON.parse(body);
    return { ok: true, value: await DOOR_CALLS[method](door, args) };
  } catch (error) {
    if (!AppError.is(error)) {
      logger.error({ err: error, method }, 'a call of the host door failed');
      return { ok: false, code: 'internal', message: `The host failed at ${method}.`, details: {} };
    }
    const { code, message, details, retryAt } = error;
    return { ok: false, code, message, details, ...(retryAt === undefined ? {} : { retryAt }) };
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const piece = Buffer.from(chunk);
    bytes += piece.length;
    if (bytes > MAX_BODY_BYTES) throw new Refusal(413, 'the body is too large');
    chunks.push(piece);
  }
  return Buffer.concat(chunks).toString('utf8');
}

interface ReplayGuard {
  accept(timeMs: number, nonce: string): boolean;
}

/** Takes each request once; older ones than the clocks may differ are never taken, so that nonces can be forgotten. */
function createReplayGuard(clock: Pick<Clock, 'now'>): ReplayGuard {
  const seen = new Map<string, number>();
  return {
    accept: (timeMs, nonce) => {
      const now = clock.now();
      if (!(Math.abs(now - timeMs) <= MAX_SKEW_MS) || nonce.length < 16 || nonce.length > 100) return false;
      for (const [old, at] of seen) {
        if (at + 2 * MAX_SKEW_MS >= now) break;
        seen.delete(old);
      }
      if (seen.has(nonce)) return false;
      seen.set(nonce, now);
      return true;
    },
  };
}
