/** Runs a worker until it is told to stop. */
import { GracefulShutdownPeriodExpiredError } from '@temporalio/worker';
import type { Worker } from '@temporalio/worker';
import type { Logger } from '../platform/logger.ts';

/**
 * Runs the worker until `signal` aborts: it stops polling, activities get the grace time, then a cancellation that
 * says `workerShutdown` (agents go on, the next worker re-attaches). Returns within about 10 s of the signal, also if
 * an activity does not end. The connection stays open.
 * @throws Error when the worker itself broke
 */
export async function runWorker(worker: Worker, signal: AbortSignal, logger: Logger): Promise<void> {
  const shutdown = (): void => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const running = worker.run();
  signal.addEventListener('abort', shutdown, { once: true });
  if (signal.aborted) shutdown();
  try {
    await running;
  } catch (error) {
    if (!signal.aborted || !(error instanceof GracefulShutdownPeriodExpiredError)) throw error;
    logger.warn({ err: error }, 'an activity did not end in time; the worker stopped without it');
  } finally {
    signal.removeEventListener('abort', shutdown);
  }
}
