/** Server-sent events over a raw response: one slow reader holds up nobody, and nothing is piled up for it. */
import { once } from 'node:events';
import type { FastifyInstance, FastifyReply } from 'fastify';

const HEARTBEAT_MS = 15_000;
/** What browsers wait before they connect again. */
const RETRY_MS = 1000;

/** One event to send. */
export interface OutgoingEvent {
  readonly event: string;
  /** JSON. */
  readonly text: string;
  /** Comes back as `Last-Event-ID` after a reconnection. */
  readonly id?: string | number;
}

/** An open stream. */
export interface EventStream {
  /** Aborted when the reader is gone or the server closes. */
  readonly closed: AbortSignal;
  /** Sends them in one piece. Resolves when the reader can take more; at once when it is gone. */
  send(...events: readonly OutgoingEvent[]): Promise<void>;
  /** The next sign of life tells the reader that it is at `id`: it comes back with that, though no event came. */
  mark(id: number): void;
  end(): void;
}

/** The streams of a server, so that closing it ends them. */
export interface StreamRegistry {
  /** Takes the response over and sends the headers. */
  open(reply: FastifyReply): EventStream;
}

/** A registry bound to the server's life. */
export function createStreamRegistry(app: FastifyInstance): StreamRegistry {
  const streams = new Set<EventStream>();
  app.addHook('preClose', async () => {
    for (const stream of streams) stream.end();
  });
  return {
    open: (reply) => {
      const stream = openStream(reply);
      streams.add(stream);
      stream.closed.addEventListener('abort', () => streams.delete(stream), { once: true });
      return stream;
    },
  };
}

function openStream(reply: FastifyReply): EventStream {
  reply.hijack();
  const { raw } = reply;
  const closing = new AbortController();
  let place = '';
  const heartbeat = setInterval(() => {
    // A reader that does not read needs no sign of life from us.
    if (!raw.writableNeedDrain) raw.write(`${place}: heartbeat\n\n`);
  }, HEARTBEAT_MS);
  const close = (): void => {
    clearInterval(heartbeat);
    closing.abort();
  };
  raw.on('close', close);
  raw.on('error', close);
  // The reader may have gone while the handler was still looking things up.
  if (raw.destroyed) close();
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  raw.write(`retry: ${RETRY_MS}\n\n`);
  return {
    closed: closing.signal,
    send: async (...events) => {
      if (closing.signal.aborted || raw.write(events.map(format).join(''))) return;
      await once(raw, 'drain', { signal: closing.signal }).catch(() => undefined);
    },
    mark: (id) => {
      place = `id: ${id}\n`;
    },
    end: () => {
      raw.end();
      close();
    },
  };
}

function format({ event, text, id }: OutgoingEvent): string {
  // JSON has no line breaks outside of strings, and inside they are escaped: one data line is enough.
  return `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${text}\n\n`;
}

/** Resolves after `ms`, when `signal` is aborted, or when the function given to `subscribe` is called. */
export function waitFor(ms: number, signal: AbortSignal, subscribe?: (wake: () => void) => () => void): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    let unsubscribe: (() => void) | undefined;
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      unsubscribe?.();
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    unsubscribe = subscribe?.(done);
  });
}
