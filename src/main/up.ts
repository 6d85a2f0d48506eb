/** The embedded stack: Temporal as a child, API and control worker in this process, the host worker in a small one. */
import { tellHandlers } from '../api/services/tell-handlers.ts';
import type { HostDoor } from '../contracts/host-door.ts';
import { acquireProcessLock } from '../host/runs/host-lock.ts';
import { systemClock } from '../platform/clock.ts';
import { readEnvironment } from '../platform/environment.ts';
import { createLogger } from '../platform/logger.ts';
import { secretValues } from '../platform/masking.ts';
import { defaultHome, ensureStateDirectory } from '../platform/paths.ts';
import { openStore } from '../store/open-store.ts';
import { workflowBundlePath } from '../worker/workflow-bundle.ts';
import { dashboardLink } from './dashboard-link.ts';
import { superviseHost } from './host-child.ts';
import { backUpHourly } from './hourly-backup.ts';
import { keepHouse } from './household.ts';
import { loadInstallation } from './installation.ts';
import { openKnownTemporal } from './known-temporal.ts';
import { listenOnLoopback } from './listen.ts';
import { measureSdk } from './measured-runtime.ts';
import { runProgram } from './run-program.ts';
import { goodbye, greeting } from './stack-greeting.ts';
import { lastPort } from './stack-record.ts';
import { buildStackApi, stackDoor, startControlWorker } from './stack-control.ts';
import type { ControlParts } from './stack-control.ts';
import { createStackRecorder } from './stack-recorder.ts';
import { stopSignal } from './stop-signal.ts';
import { locationSecrets, storeLocation } from './store-location.ts';
import { packageVersion } from './version.ts';
import { keepDelivering } from './webhooks.ts';

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
  const metrics = measureSdk(logger);
  cleanup.defer(() => metrics.stop());

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
  const parts = { ...shared, cleanup, identity, temporal, host, bundling, secrets, metrics, version };
  // The API shows what is known while the worker reads its bundle.
  const control = startControlWorker(parts);
  const door = stackDoor(parts);
  let url = '';
  const server = await buildStackApi(parts, control, door, () => url);
  url = await listenOnLoopback(server, lastPort(paths.stackFile));
  cleanup.defer(() => server.close());

  await Promise.race([Promise.all([host.ready, control.ready]), control.working]);
  cleanup.defer(() => record.remove());
  record.begin({ url, temporal, host });
  const link = await dashboardLink(server, url, identity.token);
  process.stdout.write(greeting({ link, paths, temporal, version }));
  const keeping = keepGoing(parts, door);
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
