/** The worker side of a connection; its own file because it loads the SDK's native library. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { AppError } from '../contracts/errors.ts';
import type { TemporalConfig } from './connection.ts';

const RETRY_MS = 500;

/**
 * A connection for workers. While Temporal does not answer it is tried again every half second, at most for
 * `timeoutMs`. The caller closes it after its workers have ended: an open one keeps the process alive.
 * @throws AppError temporal_unreachable, cancelled (`signal`)
 */
export async function connectWorker(
  config: TemporalConfig,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<NativeConnection> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await NativeConnection.connect(config.connectionOptions);
    } catch (error) {
      if (signal?.aborted === true) throw new AppError('cancelled', 'Connecting to Temporal was cancelled.');
      if (Date.now() + RETRY_MS >= deadline) {
        const text = `Temporal at ${config.address} did not answer within ${timeoutMs} ms.`;
        throw new AppError('temporal_unreachable', text, { details: { address: config.address }, cause: error });
      }
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** A client over a worker's own connection: a process needs no second one to look at workflows. */
export function clientOver(connection: NativeConnection, namespace: string): Client {
  return new Client({ connection, namespace });
}
