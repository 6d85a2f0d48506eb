/** Process of a host worker under `up`: runs until its parent is gone or asks it to stop. Agents outlive it. */
import { createHostActivities } from '../activities/host/create-host-activities.ts';
import type { BatchId } from '../contracts/ids.ts';
import { acquireProcessLock } from '../host/runs/host-lock.ts';
import type { HostContext } from '../host/tasks/host-context.ts';
import { runJanitor } from '../host/tasks/janitor.ts';
import type { BatchLife } from '../host/tasks/janitor.ts';
import { systemClock } from '../platform/clock.ts';
import { readEnvironment } from '../platform/environment.ts';
import { createLogger } from '../platform/logger.ts';
import { createMasker, secretValues } from '../platform/masking.ts';
import { ensureStateDirectory } from '../platform/paths.ts';
import { embeddedTemporalConfig, externalTemporalConfig } from '../temporal/connection.ts';
import { createBatchClient } from '../temporal/batches.ts';
import type { BatchClient } from '../temporal/batches.ts';
import { clientOver, connectWorker } from '../temporal/worker-connection.ts';
import { createHostWorker } from '../worker/host-worker.ts';
import { runWorker } from '../worker/run-worker.ts';
import { installRuntime } from '../worker/runtime.ts';
import { hostOptions } from './host-options.ts';
import { loadInstallation } from './installation.ts';
import { stopSignal } from './stop-signal.ts';

/** While Temporal is being started again it is waited for; the parent decides when that is too long. */
const CONNECT_TIMEOUT_MS = 24 * 3_600_000;

const options = hostOptions(process.argv[2]);
const environment = readEnvironment();
const paths = await ensureStateDirectory(options.home);
const { installation, host, secret } = await loadInstallation(paths);
const secrets = [secret, ...secretValues(environment.raw)];
const logger = createLogger({
  name: 'host-worker',
  level: environment.logLevel,
  file: `${paths.logs}/host.log`,
  secrets,
});
const lock = acquireProcessLock(`${paths.home}/host.lock`, 'host-worker');
const stopping = stopSignal({ withParent: true });

installRuntime(logger);
const config = options.embedded
  ? embeddedTemporalConfig(options.temporalAddress, environment)
  : externalTemporalConfig(environment);
const connection = await connectWorker(config, CONNECT_TIMEOUT_MS, stopping);
const context: HostContext = {
  paths,
  environment,
  installation,
  host,
  secret,
  clock: systemClock,
  logger,
  masker: createMasker(secrets),
};
const worker = await createHostWorker({
  connection,
  namespace: config.namespace,
  installation,
  host,
  activities: { ...createHostActivities(context) },
});
process.send?.({ ready: true });
const batches = createBatchClient({ client: clientOver(connection, config.namespace), installation });
const sweeping = runJanitor(context, async (batch) => await lifeOf(batches, batch), stopping);
const endedCleanly = await runWorker(worker, stopping, logger);
await sweeping;
lock.release();
// An activity that hangs keeps worker and connection: only the end of the process frees them.
if (!endedCleanly) process.exit(0);
await connection.close();
process.disconnect?.();

async function lifeOf(client: BatchClient, batch: BatchId): Promise<BatchLife> {
  const found = await client.describe(batch).catch(() => null);
  if (found === null) return 'unknown';
  return found.open ? 'open' : 'closed';
}
