/** Waiting for the end of a run. */
import { systemClock } from '../../platform/clock.ts';
import { inspectRun, isOver, readExit } from './status.ts';
import type { RunStatus } from './status.ts';
import { watchDirectory } from './watch-directory.ts';

/** Options of {@link waitForRun}. */
export interface WaitOptions {
  /** Then the present status is returned. */
  readonly timeoutMs: number;
  /** Ends the wait (not the run) by rejecting with its reason. */
  readonly signal?: AbortSignal;
}

/** How often the shim's life is checked while no file changes. */
const CHECK_EVERY_MS = 500;
/** How often `exit.json` is looked for, should the system drop a change. */
const LOOK_EVERY_MS = 100;

/** Resolves as soon as the run has ended or is lost, at the latest after `timeoutMs` with its status then. */
export async function waitForRun(dir: string, options: WaitOptions): Promise<RunStatus> {
  const deadline = systemClock.monotonicMs() + options.timeoutMs;
  const changes = watchDirectory(dir);
  const onAbort = (): void => changes.close();
  options.signal?.addEventListener('abort', onAbort, { once: true });
  try {
    let checkAt = 0;
    for (;;) {
      options.signal?.throwIfAborted();
      const exit = readExit(dir);
      if (exit !== null) return { status: 'exited', exit };
      const now = systemClock.monotonicMs();
      if (now >= deadline) return await inspectRun(dir);
      if (now >= checkAt) {
        const status = await inspectRun(dir);
        if (isOver(status)) return status;
        checkAt = now + CHECK_EVERY_MS;
      }
      await changes.next(Math.min(LOOK_EVERY_MS, deadline - now));
    }
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
    changes.close();
  }
}
