/** A host worker from its connection to its end; under `up` and by itself. */
import { createHostActivities } from '../activities/host/create-host-activities.ts';
import type { HostContext } from '../host/tasks/host-context.ts';
import { runJanitor } from '../host/tasks/janitor.ts';
import { createBatchClient } from '../temporal/batches.ts';
import type { TemporalConfig } from '../temporal/connection.ts';
import { clientOver, connectWorker } from '../temporal/worker-connection.ts';
import { createHostWorker } from '../worker/host-worker.ts';
import { runWorker } from '../worker/run-worker.ts';

/** While Temporal is being started it is waited for; who started us decides when that is too long. */
const CONNECT_TIMEOUT_MS = 24 * 3_600_000;

/** What a host worker runs on. */
export interface HostRun {
  readonly context: HostContext;
  readonly config: TemporalConfig;
  readonly stopping: AbortSignal;
  /** Called once it can poll. */
  readonly onReady: () => void;
}

/**
 * Works until `stopping`. False: an activity hangs, so that worker and connection cannot be freed and only the end of
 * the process does it. Call `installRuntime` before.
 * @throws AppError cancelled when stopped while it waited for Temporal
 */
export async function runHost({ context, config, stopping, onReady }: HostRun): Promise<boolean> {
  const { installation, host, logger } = context;
  const connection = await connectWorker(config, CONNECT_TIMEOUT_MS, stopping);
  const worker = await createHostWorker({
    connection,
    namespace: config.namespace,
    installation,
    host,
    activities: { ...createHostActivities(context) },
  });
  onReady();
  const batches = createBatchClient({ client: clientOver(connection, config.namespace), installation });
  const sweeping = runJanitor(context, (batch) => batches.life(batch).catch(() => 'unknown' as const), stopping);
  const endedCleanly = await runWorker(worker, stopping, logger);
  await sweeping;
  if (endedCleanly) await connection.close();
  return endedCleanly;
}
