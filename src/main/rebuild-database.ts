/** `nightloom db rebuild`: a damaged file is put aside, the newest backup takes its place, and Temporal tells the rest. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createControlActivities } from '../activities/control/create-control-activities.ts';
import { systemClock } from '../platform/clock.ts';
import type { Environment } from '../platform/environment.ts';
import { createLogger } from '../platform/logger.ts';
import type { Logger } from '../platform/logger.ts';
import { secretValues } from '../platform/masking.ts';
import type { StatePaths } from '../platform/paths.ts';
import { restoreDatabase } from '../store/backup.ts';
import { checkDatabase } from '../store/check.ts';
import { openStore } from '../store/open-store.ts';
import type { StoreLocation } from '../store/open-store.ts';
import { quarantineDamaged } from '../store/quarantine.ts';
import type { Quarantine } from '../store/quarantine.ts';
import type { Store } from '../store/store.ts';
import { createBatchClient } from '../temporal/batches.ts';
import { createLaneClient } from '../temporal/lanes.ts';
import { connectWorker } from '../temporal/worker-connection.ts';
import { createControlWorker } from '../worker/control-worker.ts';
import { runWorker } from '../worker/run-worker.ts';
import { installRuntime } from '../worker/runtime.ts';
import { workflowBundlePath } from '../worker/workflow-bundle.ts';
import { bringBackBatches } from './bring-back-batches.ts';
import type { BringBackResult } from './bring-back-batches.ts';
import { loadInstallation } from './installation.ts';
import type { Installation } from './installation.ts';
import { locationSecrets } from './store-location.ts';
import { openTemporal } from './temporal.ts';
import type { OpenTemporal } from './temporal.ts';

const CONNECT_TIMEOUT_MS = 30_000;

/** What was done. */
export interface RebuildResult extends BringBackResult {
  readonly database: Quarantine;
  /** Backup that took the place of a damaged or missing file; null: there was none, or none was needed. */
  readonly backup: string | null;
}

/** What it works with. The caller holds the installation, so that no stack runs meanwhile. */
export interface RebuildOptions {
  readonly environment: Environment;
  readonly paths: StatePaths;
  readonly location: StoreLocation;
}

/**
 * Rebuilds the projection.
 * @throws AppError as opening store and Temporal; temporal_unreachable
 */
export async function rebuildDatabase({ environment, paths, location }: RebuildOptions): Promise<RebuildResult> {
  await using cleanup = new AsyncDisposableStack();
  const identity = await loadInstallation(paths, environment);
  const secrets = [identity.secret, identity.token, ...locationSecrets(location), ...secretValues(environment.raw)];
  const file = `${paths.logs}/control.log`;
  const logger = createLogger({ name: 'rebuild', level: environment.logLevel, file, secrets });
  installRuntime(logger);
  // Before anything is moved: without Temporal there is nothing to rebuild from.
  const opened = await openTemporal({ environment, paths, logger, onChange: () => undefined });
  cleanup.defer(() => opened.close(true));
  const { database, backup } = await replaceDamaged(location, paths);
  const store = await openStore(location);
  cleanup.defer(() => store.close());
  const told = await withWorker({ identity, opened, store, logger }, () =>
    bringBackBatches({
      store,
      temporal: opened.temporal,
      installation: identity.installation,
      clock: systemClock,
      logger,
    }),
  );
  return { database, backup, ...told };
}

async function replaceDamaged(
  location: StoreLocation,
  paths: StatePaths,
): Promise<Pick<RebuildResult, 'database' | 'backup'>> {
  if (!('file' in location)) return { database: { kind: 'whole' }, backup: null };
  const database = await quarantineDamaged(location.file, systemClock.now());
  if (database.kind === 'whole') return { database, backup: null };
  const backup = await newestBackup(join(paths.home, 'backups'));
  if (backup !== null) await restoreDatabase(location.file, backup, systemClock.now());
  return { database, backup };
}

/** The newest one that is whole; null: none. */
async function newestBackup(folder: string): Promise<string | null> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names
    .filter((each) => each.endsWith('.db'))
    .toSorted()
    .toReversed()) {
    const file = join(folder, name);
    if ((await checkDatabase(file)).problems.length === 0) return file;
  }
  return null;
}

interface Parts {
  readonly identity: Installation;
  readonly opened: OpenTemporal;
  readonly store: Store;
  readonly logger: Logger;
}

/** Runs `action` while a control worker polls. Whatever the workflows ask of it meanwhile waits until the rows are there. */
async function withWorker<Result>(
  { identity, opened, store, logger }: Parts,
  action: () => Promise<Result>,
): Promise<Result> {
  const { installation, secret } = identity;
  const { client } = opened.temporal;
  const connection = await connectWorker(opened.config, CONNECT_TIMEOUT_MS, new AbortController().signal);
  const stopping = new AbortController();
  const { promise: ready, resolve: open } = Promise.withResolvers<void>();
  const lanes = createLaneClient({ client, installation });
  const batches = createBatchClient({ client, installation });
  const activities = createControlActivities({ store, clock: systemClock, installation, secret, lanes, batches });
  const worker = await createControlWorker({
    connection,
    namespace: opened.config.namespace,
    installation,
    bundlePath: await workflowBundlePath(),
    activities: {
      loadOrder: (input) => ready.then(() => activities.loadOrder(input)),
      record: (record) => ready.then(() => activities.record(record)),
      requestLane: (input) => ready.then(() => activities.requestLane(input)),
      transferFate: (input) => ready.then(() => activities.transferFate(input)),
      batchesOf: (input) => ready.then(() => activities.batchesOf(input)),
    } satisfies typeof activities,
  });
  const running = runWorker(worker, stopping.signal, logger);
  try {
    return await action();
  } finally {
    open();
    stopping.abort();
    await running;
    await connection.close().catch(() => undefined);
  }
}
