/** The embedded stack: Temporal as a child, API and control worker in this process, the host worker in a small one. */
import { createControlActivities } from '../activities/control/create-control-activities.ts';
import { buildApi } from '../api/build-api.ts';
import { tellHandlers } from '../api/services/tell-handlers.ts';
import type { HostDoor } from '../contracts/host-door.ts';
import { createHostDoor } from '../host/door/host-door.ts';
import { acquireProcessLock } from '../host/runs/host-lock.ts';
import { ownIdentity } from '../host/runs/process-table.ts';
import type { ProcessIdentity } from '../host/runs/process-table.ts';
import { systemClock } from '../platform/clock.ts';
import { readEnvironment } from '../platform/environment.ts';
import { newId } from '../platform/ids.ts';
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
import type { DashboardLink } from './dashboard-link.ts';
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
import type { StackProcess } from './stack-record.ts';
import { credentialNames, lastPort, removeStackRecord, writeStackRecord } from './stack-record.ts';
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
  const record = createStackRecorder(paths);
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
  greet(await dashboardLink(control.server, url, identity.token), paths, temporal);
  const keeping = keepGoing(parts, control.door);
  cleanup.defer(() => keeping);
  await control.working;
  await sayGoodbye(store);
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

/** Keeps `stack.json` true from the moment that everything runs. */
function createStackRecorder(paths: StatePaths) {
  const identity = ownIdentity();
  let parts: { url: string; temporal: OpenTemporal; host: HostChild } | null = null;
  const write = (): void => {
    if (parts === null || stopping.aborted) return;
    const { url, temporal } = parts;
    const host = parts.host.current();
    const server = temporal.process();
    const own = { role: 'control' as const, ...identity };
    writeStackRecord(paths.stackFile, {
      v: 1,
      ...identity,
      url,
      home: paths.home,
      version,
      temporalAddress: temporal.config.address,
      temporalUiUrl: temporal.uiUrl(),
      temporalPid: server?.pid ?? null,
      processes: [own, ...ofRole('host', host), ...ofRole('temporal', server)],
      startedAt,
      credentials: credentialNames(environment.raw),
    });
  };
  return {
    write,
    begin: (known: NonNullable<typeof parts>): void => {
      parts = known;
      write();
    },
    remove: () => removeStackRecord(paths.stackFile, identity),
  };
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
    ids: {
      project: () => newId('project'),
      batch: () => newId('batch'),
      task: () => newId('task'),
      webhook: () => newId('webhook'),
      idea: () => newId('idea'),
    },
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

function greet(link: DashboardLink, paths: StatePaths, temporal: OpenTemporal): void {
  const ui = temporal.uiUrl();
  const lines = [
    `Nightloom ${version} is up: ${link.url}`,
    ...(link.login === null ? [] : [`Dashboard: ${link.login}`]),
    `Temporal: ${temporal.config.address}${ui === null ? '' : `, Web UI ${ui}`}`,
    `State: ${paths.home}. Ctrl-C stops the stack; running agents go on, and \`nightloom up\` re-attaches.`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Whoever stops the stack must know what it leaves running. */
async function sayGoodbye(store: Store): Promise<void> {
  const { length } = (await store.tasks.list({ status: 'running', limit: 100 })).items;
  const agents = length === 1 ? '1 agent goes on' : `${length} agents go on`;
  process.stdout.write(
    length === 0
      ? 'The stack stops; no agent is running.\n'
      : `The stack stops; ${agents} running, and \`nightloom up\` re-attaches.\n`,
  );
}

function ofRole(role: StackProcess['role'], identity: ProcessIdentity | null): StackProcess[] {
  return identity === null ? [] : [{ role, ...identity }];
}
