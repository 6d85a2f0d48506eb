/** `nightloom worker`: the control worker alone: workflows, and the activities that need the database. */
import { createControlActivities } from '../activities/control/create-control-activities.ts';
import { openStore } from '../store/open-store.ts';
import { createBatchClient } from '../temporal/batches.ts';
import { connectTemporal } from '../temporal/connection.ts';
import { createLaneClient } from '../temporal/lanes.ts';
import { prepareNamespace } from '../temporal/namespace.ts';
import { connectWorker } from '../temporal/worker-connection.ts';
import { createControlWorker } from '../worker/control-worker.ts';
import { runWorker } from '../worker/run-worker.ts';
import { workflowBundlePath } from '../worker/workflow-bundle.ts';
import { keepAliveFile } from './alive-file.ts';
import { installMeasuredRuntime } from './metrics-server.ts';
import { meetTemporal } from './recover-batches.ts';
import { runProgram } from './run-program.ts';
import { openService } from './service.ts';
import { controlWorkerOptions } from './service-options.ts';
import { stopSignal } from './stop-signal.ts';

/** A cluster that is being started is waited for; after that whoever runs us starts us again. */
const CONNECT_TIMEOUT_MS = 300_000;

const stopping = stopSignal({ withParent: false });
process.exit(await runProgram(main));

async function main(): Promise<number> {
  const options = controlWorkerOptions(process.argv[2]);
  await using cleanup = new AsyncDisposableStack();
  const { paths, identity, location, config, logger, clock } = await openService('control-worker');
  const { installation, secret, token } = identity;
  await installMeasuredRuntime({ place: options.metrics, part: 'worker', token, logger, cleanup });
  const store = await openStore(location);
  cleanup.defer(() => store.close());
  const connection = await connectWorker(config, CONNECT_TIMEOUT_MS, stopping);
  // Refused while a hanging activity keeps its worker; the end of the process closes it then.
  cleanup.defer(() => connection.close().catch(() => undefined));
  const temporal = connectTemporal(config);
  cleanup.defer(() => temporal.close());
  const { client } = temporal;
  await prepareNamespace({ connection: temporal.connection, namespace: config.namespace, embedded: false });
  // A cluster that lost our batches is not worked on before somebody says so: `nightloom recover --temporal-lost`.
  await meetTemporal({ store, temporal, config, installation, clock, logger }, false);
  const lanes = createLaneClient({ client, installation });
  const batches = createBatchClient({ client, installation });
  const worker = await createControlWorker({
    connection,
    namespace: config.namespace,
    installation,
    bundlePath: await workflowBundlePath(),
    activities: { ...createControlActivities({ store, clock, installation, secret, lanes, batches }) },
  });
  const running = runWorker(worker, stopping, logger);
  void keepAliveFile(`${paths.home}/worker.alive`, () => worker.getState() === 'RUNNING', stopping);
  process.stdout.write(`The control worker of ${installation} polls ${config.address}.\n`);
  await running;
  return 0;
}
