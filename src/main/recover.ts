/** `nightloom recover --temporal-lost`: opens the open batches from SQL in the Temporal that the environment names. */
import { acquireProcessLock } from '../host/runs/host-lock.ts';
import { systemClock } from '../platform/clock.ts';
import { readEnvironment } from '../platform/environment.ts';
import { createLogger } from '../platform/logger.ts';
import { secretValues } from '../platform/masking.ts';
import { defaultHome, ensureStateDirectory } from '../platform/paths.ts';
import { openStore } from '../store/open-store.ts';
import { loadInstallation } from './installation.ts';
import { reopenAll } from './recover-batches.ts';
import { runProgram } from './run-program.ts';
import { locationSecrets, storeLocation } from './store-location.ts';
import { openTemporal } from './temporal.ts';

const environment = readEnvironment();
process.exit(await runProgram(recover));

/** Holds the stack's lock: nothing may work on the batches meanwhile. */
async function recover(): Promise<number> {
  await using cleanup = new AsyncDisposableStack();
  const paths = await ensureStateDirectory(defaultHome(environment));
  const lock = acquireProcessLock(`${paths.home}/up.lock`, 'recover');
  cleanup.defer(() => lock.release());
  const identity = await loadInstallation(paths, environment);
  const location = await storeLocation(environment, paths);
  const secrets = [identity.secret, identity.token, ...locationSecrets(location), ...secretValues(environment.raw)];
  const file = `${paths.logs}/control.log`;
  const logger = createLogger({ name: 'recover', level: environment.logLevel, file, secrets });
  const store = await openStore(location);
  cleanup.defer(() => store.close());
  const opened = await openTemporal({ environment, paths, logger, onChange: () => undefined });
  cleanup.defer(() => opened.close(true));
  const { temporal, config } = opened;
  const { installation } = identity;
  const { batches } = await reopenAll({ store, temporal, config, installation, clock: systemClock, logger });
  const list = batches.map((batch) => `  ${batch}`);
  const head = `Opened in the Temporal at ${config.address}, namespace ${config.namespace}: ${batches.length} of the open batches.`;
  process.stdout.write(`${[head, ...list, 'They go on with: nightloom up'].join('\n')}\n`);
  return 0;
}
