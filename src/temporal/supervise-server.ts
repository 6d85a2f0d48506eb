/** Keeps the embedded server running: when it dies it is started again on the same port and database. */
import { setTimeout as sleep } from 'node:timers/promises';
import { restartEmbeddedServer, stopEmbeddedServer } from './embedded-server.ts';
import type { EmbeddedServer, EmbeddedServerOptions } from './embedded-server.ts';
import { isAlive } from './server-process.ts';
import type { ServerRecord } from './server-record.ts';

/** Looking costs two file reads on Linux and a process elsewhere. */
const CHECK_INTERVAL_MS = process.platform === 'linux' ? 250 : 1_000;
const BACKOFFS_MS = [0, 500, 1_000, 2_000, 5_000, 10_000] as const;

/** What happened to the server. `down`: it died; `failed`: a restart failed and is tried again; `up`: it answers. */
export type ServerEvent =
  | { readonly state: 'down' }
  | { readonly state: 'failed'; readonly error: unknown }
  | { readonly state: 'up'; readonly server: EmbeddedServer };

/** A running watch over the server. */
export interface ServerSupervisor {
  /** The server as it was last seen answering. */
  current(): ServerRecord;
  /** Stops watching and leaves the server alone. Waits for a restart that is under way. */
  release(): Promise<void>;
  /** Stops watching, then ends the server. */
  stop(): Promise<void>;
}

/**
 * Watches `server` (also one that another process started) and starts it again whenever its process is gone, at once,
 * then with growing pauses up to 10 s, without end. `onEvent` must not throw.
 */
export function superviseEmbeddedServer(
  options: EmbeddedServerOptions,
  server: EmbeddedServer,
  onEvent: (event: ServerEvent) => void,
): ServerSupervisor {
  const controller = new AbortController();
  let record = server.record;

  const watch = async (): Promise<void> => {
    while (!controller.signal.aborted) {
      if (await isAlive(record)) {
        await pause(CHECK_INTERVAL_MS, controller.signal);
        continue;
      }
      options.logger.warn({ pid: record.pid }, 'the Temporal server died');
      onEvent({ state: 'down' });
      record = await restart(options, record, onEvent, controller.signal);
    }
  };

  const watching = watch();
  const release = async (): Promise<void> => {
    controller.abort();
    await watching;
  };
  return {
    current: () => record,
    release,
    stop: async () => {
      await release();
      await stopEmbeddedServer(options.stateDirectory);
    },
  };
}

async function restart(
  options: EmbeddedServerOptions,
  last: ServerRecord,
  onEvent: (event: ServerEvent) => void,
  signal: AbortSignal,
): Promise<ServerRecord> {
  for (let failures = 0; !signal.aborted; failures += 1) {
    await pause(BACKOFFS_MS[Math.min(failures, BACKOFFS_MS.length - 1)] ?? 0, signal);
    if (signal.aborted) break;
    try {
      const server = await restartEmbeddedServer(options, last);
      onEvent({ state: 'up', server });
      return server.record;
    } catch (error) {
      options.logger.error({ err: error, failures: failures + 1 }, 'the Temporal server could not be restarted');
      onEvent({ state: 'failed', error });
    }
  }
  return last;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
