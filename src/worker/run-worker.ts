/** Runs a worker until it is told to stop. */
import type { Worker } from '@temporalio/worker';
import type { Logger } from '../platform/logger.ts';

/**
 * Runs the worker until `signal` aborts: it stops polling, activities get the grace time, then a cancellation that
 * says `workerShutdown` (agents go on, the next worker re-attaches). Returns within about 10 s of the signal. False:
 * an activity did not end; worker and connection cannot be freed then, so the process must exit by itself. The
 * connection stays open.
 * @throws Error when the worker broke before `signal`
 */
export async function runWorker(worker: Worker, signal: AbortSignal, logger: Logger): Promise<boolean> {
  const shutdown = (): void => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const running = worker.run();
  signal.addEventListener('abort', shutdown, { once: true });
  if (signal.aborted) shutdown();
  try {
    await running;
    return true;
  } catch (error) {
    // The forced end of 1.24.0 throws one of several errors ("worker still in use" among them): the cause is the same.
    if (!signal.aborted) throw error;
    logger.warn({ err: error }, 'an activity did not end in time; the worker stopped without it');
    return false;
  } finally {
    signal.removeEventListener('abort', shutdown);
  }
}
