/** The embedded stack: Temporal as a child, API and control worker in this process, the host worker in a small one. */
import { createControlActivities } from '../activities/control/create-control-activities.ts';
import { buildApi } from '../api/build-api.ts';
import { AppError } from '../contracts/errors.ts';
import { createHostDoor } from '../host/door/host-door.ts';
import { acquireProcessLock } from '../host/runs/host-lock.ts';
import { ownIdentity } from '../host/runs/process-table.ts';
import { systemClock } from '../platform/clock.ts';
import { readEnvironment } from '../platform/environment.ts';
import { newId } from '../platform/ids.ts';
import { createLogger } from '../platform/logger.ts';
import { createMasker, secretValues } from '../platform/masking.ts';
import { defaultHome, ensureStateDirectory } from '../platform/paths.ts';
import { openStore } from '../store/open-store.ts';
import { createBatchClient } from '../temporal/batches.ts';
import { connectWorker } from '../temporal/worker-connection.ts';
import { createControlWorker } from '../worker/control-worker.ts';
import { runWorker } from '../worker/run-worker.ts';
import { installRuntime } from '../worker/runtime.ts';
import { workflowBundlePath } from '../worker/workflow-bundle.ts';
import { bindBatches } from './bind-batches.ts';
import { superviseHost } from './host-child.ts';
import { loadInstallation } from './installation.ts';
import { listenOnLoopback } from './listen.ts';
import { credentialNames, lastPort, removeStackRecord, writeStackRecord } from './stack-record.ts';
import { createStatus } from './stack-status.ts';
import { stopSignal } from './stop-signal.ts';
import { openTemporal } from './temporal.ts';
import { packageVersion } from './version.ts';

const CONNECT_TIMEOUT_MS = 30_000;

const startedAt = new Date().toISOString();
const environment = readEnvironment();
const stopping = stopSignal({ withParent: false });
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

try {
  await up();
} catch (error) {
  if (!AppError.is(error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.category === 'conflict' ? 5 : 6;
}

async function up(): Promise<void> {
  const paths = await ensureStateDirectory(defaultHome(environment));
  const lock = acquireProcessLock(`${paths.home}/up.lock`, 'up');
  const identity = await loadInstallation(paths);
  const { installation, host, secret, token } = identity;
  const secrets = [secret, token, ...secretValues(environment.raw)];
  const logger = createLogger({
    name: 'control',
    level: environment.logLevel,
    file: `${paths.logs}/control.log`,
    secrets,
  });
  installRuntime(logger);

  const [store, bundlePath, temporal] = await Promise.all([
    openStore({ file: paths.database }),
    workflowBundlePath(),
    openTemporal({ environment, paths, logger, onChange: () => writeRecord() }),
  ]);
  const { config } = temporal;
  const hostChild = superviseHost({
    home: paths.home,
    temporalAddress: config.address,
    embedded: config.embedded,
    env: environment.raw,
    logger,
    onChange: () => writeRecord(),
  });
  const connection = await connectWorker(config, CONNECT_TIMEOUT_MS, stopping);
  const control = await createControlWorker({
    connection,
    namespace: config.namespace,
    installation,
    bundlePath,
    activities: { ...createControlActivities({ store, clock: systemClock, installation, secret }) },
  });

  const version = packageVersion();
  const stack = { paths, version, installation, host, temporal, hostChild, control, store, url: () => url };
  const api = await buildApi({
    store,
    door: createHostDoor({ paths, environment, clock: systemClock, masker: createMasker(secrets) }),
    batches: bindBatches(createBatchClient({ client: temporal.temporal.client, installation })),
    clock: systemClock,
    ids: { project: () => newId('project'), batch: () => newId('batch'), task: () => newId('task') },
    logger,
    token,
    allowedHosts: ['127.0.0.1', 'localhost', '[::1]'],
    host,
    installation,
    version,
    status: createStatus(stack),
  });
  const url = await listenOnLoopback(api, lastPort(paths.stackFile));

  const own = ownIdentity();
  function writeRecord(): void {
    if (url === undefined || stopping.aborted) return;
    const child = hostChild.current();
    writeStackRecord(paths.stackFile, {
      v: 1,
      ...own,
      url,
      home: paths.home,
      version,
      temporalAddress: config.address,
      temporalUiUrl: temporal.uiUrl(),
      temporalPid: temporal.pid(),
      processes: [{ role: 'control', ...own }, ...(child === null ? [] : [{ role: 'host' as const, ...child }])],
      startedAt,
      credentials: credentialNames(environment.raw),
    });
  }

  const working = runWorker(control, stopping, logger);
  await Promise.race([hostChild.ready, working]);
  writeRecord();
  say(`Nightloom ${version} is up: ${url}`);
  say(`Temporal: ${config.address}${temporal.uiUrl() === null ? '' : `, Web UI ${temporal.uiUrl()}`}`);
  say(`State: ${paths.home}. Ctrl-C stops the stack; running agents go on, and \`nightloom up\` re-attaches.`);

  await working;
  await api.close();
  await hostChild.stop();
  await connection.close();
  await temporal.close(true);
  await store.close();
  await removeStackRecord(paths.stackFile, own);
  lock.release();
}
