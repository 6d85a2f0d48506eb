/** Hears that other processes wrote to the journal (PostgreSQL LISTEN). */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { ClientConfig } from 'pg';

/** Channel that every append notifies. */
export const APPEND_CHANNEL = 'nightloom_events';

const RECONNECT_PAUSE_MS = 500;

/** A connection of its own for notifications. */
export interface AppendListener {
  /** Connects, and connects again whenever the connection is lost; further calls do nothing. */
  start(): void;
  close(): Promise<void>;
}

/** Told who appended; null: somebody may have. */
type OnAppend = (sender: string | null) => void;

/** Calls `onAppend` for each commit that wrote events, and after each connecting: something may have been missed. */
export function listenForAppends(config: ClientConfig, onAppend: OnAppend): AppendListener {
  const stopping = new AbortController();
  let running: Promise<void> | null = null;

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      // Errors are not told: listeners look for themselves too, only later.
      await listenOnce(config, onAppend, stopping.signal).catch(() => undefined);
      await sleep(RECONNECT_PAUSE_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };

  return {
    start: () => {
      if (!stopping.signal.aborted) running ??= run();
    },
    close: async () => {
      stopping.abort();
      await running;
    },
  };
}

/** Returns when the connection is lost or `signal` aborts. */
async function listenOnce(config: ClientConfig, onAppend: OnAppend, signal: AbortSignal): Promise<void> {
  const client = new Client(config);
  const { promise: lost, resolve: lose } = Promise.withResolvers<void>();
  client.on('error', () => lose());
  client.on('end', () => lose());
  client.on('notification', ({ payload }) => onAppend(payload ?? null));
  signal.addEventListener('abort', () => lose(), { once: true });
  try {
    await client.connect();
    await client.query(`listen ${APPEND_CHANNEL}`);
    if (!signal.aborted) onAppend(null);
    await lost;
  } finally {
    await client.end().catch(() => undefined);
  }
}
