/**
 * Live news: one stream of journal events per browser. The tab that holds the lock reads it and tells the other tabs;
 * when it is closed, another one goes on after the last event that it knows.
 */
import { useSyncExternalStore } from 'react';
import type { QueryClient } from '@tanstack/react-query';
import { parseEvents } from '../../../src/client/sse.ts';
import { toAppError } from '../../../src/client/problem.ts';
import type { EventView } from '../../../src/contracts/views.ts';
import { journal } from './api.ts';
import { createCell } from './cell.ts';
import { createInvalidator } from './invalidate.ts';
import { noticeError } from './session.ts';

/** `lost`: what is shown may be old. `since`: when that began, epoch milliseconds. */
export type Connection = { readonly state: 'connecting' | 'live' } | { readonly state: 'lost'; readonly since: number };

type Message =
  | { readonly kind: 'event'; readonly event: EventView }
  | { readonly kind: 'state'; readonly connection: Connection }
  | { readonly kind: 'who' };

const FIRST_PAUSE_MS = 250;
const LAST_PAUSE_MS = 4000;
const CHANNEL = 'nightloom-events';

const connection = createCell<Connection>({ state: 'connecting' });

/** Whether news arrive. */
export function useConnection(): Connection {
  return useSyncExternalStore(connection.subscribe, connection.get);
}

/** Listens until `signal` is aborted; events renew what `queries` holds. */
export function listen(queries: QueryClient, signal: AbortSignal): void {
  const invalidate = createInvalidator(queries);
  const channel = new BroadcastChannel(CHANNEL);
  let lastSeq: number | null = null;
  let isLeader = false;
  const take = (event: EventView): void => {
    lastSeq = event.seq;
    invalidate.event(event);
  };
  const become = (next: Connection): void => {
    const before = connection.get().state;
    connection.set(next);
    // While we heard nothing, anything may have changed: after a break, and between the first answers and the stream.
    if (next.state === 'live' && before !== 'live') invalidate.everything();
  };
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.kind === 'event') take(data.event);
    if (data.kind === 'state') become(data.connection);
    if (data.kind === 'who' && isLeader) channel.postMessage({ kind: 'state', connection: connection.get() });
  };
  channel.postMessage({ kind: 'who' } satisfies Message);
  signal.addEventListener('abort', () => channel.close(), { once: true });
  const tell = (message: Message): void => {
    if (!signal.aborted) channel.postMessage(message);
  };
  const lead = async (): Promise<void> => {
    isLeader = true;
    if (lastSeq === null) connection.set({ state: 'connecting' });
    await read({
      after: () => lastSeq,
      signal,
      onEvent: (event) => {
        take(event);
        tell({ kind: 'event', event });
      },
      onState: (next) => {
        become(next);
        tell({ kind: 'state', connection: next });
      },
    });
  };
  void navigator.locks.request(CHANNEL, { signal }, lead).catch(() => undefined);
}

interface Reader {
  readonly after: () => number | null;
  readonly signal: AbortSignal;
  readonly onEvent: (event: EventView) => void;
  readonly onState: (connection: Connection) => void;
}

async function read({ after, signal, onEvent, onState }: Reader): Promise<void> {
  let pauseMs = FIRST_PAUSE_MS;
  let lostAt: number | null = null;
  while (!signal.aborted) {
    try {
      const body = await open(after(), signal);
      onState({ state: 'live' });
      lostAt = null;
      pauseMs = FIRST_PAUSE_MS;
      for await (const { event, data } of parseEvents(body)) {
        if (event === 'journal') onEvent(journal.read(data));
      }
    } catch (error) {
      noticeError(error);
    }
    if (signal.aborted) return;
    lostAt ??= Date.now();
    onState({ state: 'lost', since: lostAt });
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS);
  }
}

async function open(after: number | null, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const headers = { accept: 'text/event-stream', ...(after === null ? {} : { 'last-event-id': String(after) }) };
  const response = await fetch(journal.path, { headers, signal });
  if (!response.ok) throw await toAppError(response);
  return response.body ?? new ReadableStream();
}
