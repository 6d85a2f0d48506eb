/** The embedded stack: Temporal as a child, API and control worker in this process, the host worker in a small one. */
import { createControlActivities } from '../activities/control/create-control-activities.ts';
import { buildApi } from '../api/build-api.ts';
import { tellHandlers } from '../api/services/tell-handlers.ts';
import type { HostDoor } from '../contracts/host-door.ts';
import { createHostDoor } from '../host/door/host-door.ts';
import { acquireProcessLock } from '../host/runs/host-lock.ts';
import { systemClock } from '../platform/clock.ts';
import { readEnvironment } from '../platform/environment.ts';
import { NEW_IDS } from '../platform/ids.ts';
import { createLogger } from '../platform/logger.ts';
import type { Logger } from '../platform/logger.ts';
import { createMasker, secretValues } from '../platform/masking.ts';
import { defaultHome, ensureStateDirectory } from '../platform/paths.ts';
import type { StatePaths } from '../platform/paths.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { createBatchClient } from '../temporal/batches.ts';
import { createLaneClient } from '../temporal/lanes.ts';
import { connectWorker } from '../temporal/worker-connection.ts';
import { createControlWorker } from '../worker/control-worker.ts';
import { runWorker } from '../worker/run-worker.ts';
import { installRuntime } from '../worker/runtime.ts';
import { createWorkerMetrics } from '../worker/worker-metrics.ts';
import type { WorkerMetrics } from '../worker/worker-metrics.ts';
import { workflowBundlePath } from '../worker/workflow-bundle.ts';
import { awakeCheck } from './awake-check.ts';
import { bindBatches } from './bind-batches.ts';
import { DASHBOARD, dashboardLink } from './dashboard-link.ts';
import { superviseHost } from './host-child.ts';
import type { HostChild } from './host-child.ts';
import { backUpHourly } from './hourly-backup.ts';
import { keepHouse } from './household.ts';
import { loadInstallation } from './installation.ts';
import type { Installation } from './installation.ts';
import { openKnownTemporal } from './known-temporal.ts';
import { listenOnLoopback } from './listen.ts';
import { keepDraining } from './measured-runtime.ts';
import { runProgram } from './run-program.ts';
import { goodbye, greeting } from './stack-greeting.ts';
import { lastPort } from './stack-record.ts';
import { createStackRecorder } from './stack-recorder.ts';
import { createStatus } from './stack-status.ts';
import { stopSignal } from './stop-signal.ts';
import { locationSecrets, storeLocation } from './store-location.ts';
import type { OpenTemporal } from './temporal.ts';
import { packageVersion } from './version.ts';
import { keepDelivering, webhookSender } from './webhooks.ts';

const CONNECT_TIMEOUT_MS = 30_000;

const startedAt = new Date().toISOString();
const version = packageVersion();
const environment = readEnvironment();
const stopping = stopSignal({ withParent: false });
process.exit(await runProgram(up));

/** Everything is closed in the reverse order of its opening, however this ends. */
async function up(): Promise<number> {
  await using cleanup = new AsyncDisposableStack();
  const paths = await ensureStateDirectory(defaultHome(environment));
  const lock = acquireProcessLock(`${paths.home}/up.lock`, 'up');
  cleanup.defer(() => lock.release());
  const identity = await loadInstallation(paths, environment);
  const location = await storeLocation(environment, paths);
  const secrets = [identity.secret, identity.token, ...locationSecrets(location), ...secretValues(environment.raw)];
  const logger = createLogger({
    name: 'control',
    level: environment.logLevel,
    file: `${paths.logs}/control.log`,
    secrets,
  });
  const metrics = createWorkerMetrics();
  installRuntime(logger, metrics.buffer);
  cleanup.defer(keepDraining(metrics));

  const store = await openStore(location);
  cleanup.defer(() => store.close());
  if ('file' in location) {
    void backUpHourly({ file: location.file, folder: `${paths.home}/backups`, clock: systemClock, logger }, stopping);
  }
  const record = createStackRecorder({ paths, version, startedAt, environment, stopping });
  const bundling = workflowBundlePath();
  bundling.catch(() => undefined);
  const { installation } = identity;
  const shared = { environment, paths, store, installation, logger, stopping };
  const temporal = await openKnownTemporal({ ...shared, onChange: record.write });
  cleanup.defer(() => temporal.close(true));
  const { address, embedded } = temporal.config;
  const env = environment.raw;
  const host = superviseHost({
    home: paths.home,
    temporalAddress: address,
    embedded,
    env,
    logger,
    onChange: record.write,
  });
  cleanup.defer(() => host.stop());
  const bundlePath = await bundling;
  const parts = { cleanup, paths, identity, logger, store, temporal, host, bundlePath, secrets, metrics };
  const control = await startControl(parts);
  const url = await listenOnLoopback(control.server, lastPort(paths.stackFile));
  cleanup.defer(() => control.server.close());
  control.setUrl(url);

  await Promise.race([host.ready, control.working]);
  cleanup.defer(() => record.remove());
  record.begin({ url, temporal, host });
  const link = await dashboardLink(control.server, url, identity.token);
  process.stdout.write(greeting({ link, paths, temporal, version }));
  const keeping = keepGoing(parts, control.door);
  cleanup.defer(() => keeping);
  await control.working;
  process.stdout.write(await goodbye(store));
  return 0;
}

/** What goes on beside the API until the stack stops. */
async function keepGoing({ paths, identity, logger, store }: ControlParts, door: HostDoor): Promise<void> {
  await Promise.all([
    keepHouse({ paths, store, logger, path: environment.path }, stopping),
    keepDelivering({ secret: identity.secret, environment, clock: systemClock, store, logger }, stopping),
    tellHandlers({ store, door, logger }, stopping),
  ]);
}

interface ControlParts {
  readonly cleanup: AsyncDisposableStack;
  readonly paths: StatePaths;
  readonly identity: Installation;
  readonly logger: Logger;
  readonly store: Store;
  readonly temporal: OpenTemporal;
  readonly host: HostChild;
  readonly bundlePath: string;
  readonly secrets: readonly string[];
  readonly metrics: WorkerMetrics;
}

/** The control worker, running, and the API, not listening yet. */
async function startControl(parts: ControlParts) {
  const { cleanup, paths, identity, logger, store, temporal, host } = parts;
  const { installation, secret, token } = identity;
  const { config } = temporal;
  const connection = await connectWorker(config, CONNECT_TIMEOUT_MS, stopping);
  // Refused while a hanging activity keeps its worker; the end of the process closes it then.
  cleanup.defer(() => connection.close().catch(() => undefined));
  const { client } = temporal.temporal;
  const batches = createBatchClient({ client, installation });
  const lanes = createLaneClient({ client, installation });
  const control = await createControlWorker({
    connection,
    namespace: config.namespace,
    installation,
    bundlePath: parts.bundlePath,
    activities: { ...createControlActivities({ store, clock: systemClock, installation, secret, lanes, batches }) },
  });
  let url = '';
  const door = createHostDoor({ paths, environment, clock: systemClock, masker: createMasker(parts.secrets) });
  const server = await buildApi({
    store,
    door,
    batches: bindBatches(batches),
    lanes,
    webhooks: webhookSender({ secret, environment, clock: systemClock }),
    clock: systemClock,
    ids: NEW_IDS,
    logger,
    token,
    allowedHosts: ['127.0.0.1', 'localhost', '[::1]'],
    host: identity.host,
    installation,
    version,
    dashboard: DASHBOARD,
    githubWebhookSecret: environment.githubWebhookSecret,
    ownChecks: async () => [await awakeCheck(paths.home, environment)],
    workerMetrics: () => parts.metrics.read(),
    hostMetrics: () => host.metrics(),
    status: createStatus({
      paths,
      version,
      installation,
      host: identity.host,
      temporal,
      hostChild: host,
      control,
      store,
      url: () => url,
    }),
  });
  const setUrl = (known: string): void => {
    url = known;
  };
  return { working: runWorker(control, stopping, logger), server, setUrl, door };
}
