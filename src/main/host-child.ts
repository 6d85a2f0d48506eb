/** The host worker as a child of `up`: started, started again when it dies, and stopped. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ProcessIdentity } from '../host/runs/process-table.ts';
import { startTimeOf } from '../host/runs/process-table.ts';
import type { Logger } from '../platform/logger.ts';
import { askForMetrics, onReady } from './host-channel.ts';

/** What the child is told. */
export interface HostChildOptions {
  readonly home: string;
  readonly temporalAddress: string;
  readonly embedded: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly logger: Logger;
  /** Called whenever the child became ready or died. */
  readonly onChange: () => void;
}

/** The running child. */
export interface HostChild {
  /** null while it is down. */
  current(): ProcessIdentity | null;
  isReady(): boolean;
  /** What it measures, in the text format of Prometheus; null while it is down or does not answer. */
  metrics(): Promise<string | null>;
  /** Resolves when it is ready for the first time. */
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}

const ENTRY = fileURLToPath(new URL('./host.ts', import.meta.url));
/**
 * A small young generation: every run and every git is a fork of this process, which costs by the page. Measured:
 * 204 -> 146 MB after 40 tasks.
 */
const NODE_FLAGS = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=2'] as const;
/** Pauses before it is started again; the last one repeated. */
const RESTART_PAUSES_MS = [0, 200, 1000, 5000];
/** The worker's own force time is 10 s. */
const STOP_TIMEOUT_MS = 15_000;

/** Starts and supervises it. Its agents survive it and us; it ends when our channel to it is gone. */
export function superviseHost(options: HostChildOptions): HostChild {
  let child: ChildProcess | null = null;
  let identity: ProcessIdentity | null = null;
  let isReady = false;
  const stopping = new AbortController();
  const { promise: ready, resolve: markReady } = Promise.withResolvers<void>();

  const once = async (): Promise<void> => {
    const started = startChild(options);
    child = started;
    const { pid } = started;
    identity = pid === undefined ? null : { pid, startTime: startTimeOf(pid) ?? '' };
    onReady(started, () => {
      isReady = true;
      markReady();
      options.onChange();
    });
    await new Promise<void>((resolve) => {
      started.once('exit', () => resolve());
      started.once('error', () => resolve());
    });
    isReady = false;
    identity = null;
    child = null;
    options.onChange();
  };

  const supervise = async (): Promise<void> => {
    for (let deaths = 0; !stopping.signal.aborted; deaths += 1) {
      const startedAt = performance.now();
      await once();
      if (stopping.signal.aborted) return;
      if (performance.now() - startedAt > 60_000) deaths = 0;
      options.logger.warn({ deaths: deaths + 1 }, 'the host worker died and is started again');
      const pauseMs = RESTART_PAUSES_MS[Math.min(deaths, RESTART_PAUSES_MS.length - 1)] ?? 0;
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };

  const supervising = supervise();
  return {
    current: () => identity,
    isReady: () => isReady,
    metrics: async () => (child === null ? null : await askForMetrics(child)),
    ready,
    stop: async () => {
      stopping.abort();
      child?.kill('SIGTERM');
      const forced = setTimeout(() => child?.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await supervising;
      clearTimeout(forced);
    },
  };
}

function startChild(options: HostChildOptions): ChildProcess {
  const { home, temporalAddress, embedded } = options;
  const argv = [...NODE_FLAGS, ENTRY, JSON.stringify({ home, temporalAddress, embedded })];
  return spawn(process.execPath, argv, { env: { ...options.env }, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}
