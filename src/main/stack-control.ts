/** Control worker and API of a stack: one process, neither waits for the other. */
import type { Worker } from '@temporalio/worker';
import { createControlActivities } from '../activities/control/create-control-activities.ts';
import { buildApi } from '../api/build-api.ts';
import type { HostDoor } from '../contracts/host-door.ts';
import { createHostDoor } from '../host/door/host-door.ts';
import { systemClock } from '../platform/clock.ts';
import type { Environment } from '../platform/environment.ts';
import { NEW_IDS } from '../platform/ids.ts';
import type { Logger } from '../platform/logger.ts';
import { createMasker } from '../platform/masking.ts';
import type { StatePaths } from '../platform/paths.ts';
import type { Store } from '../store/store.ts';
import { createBatchClient } from '../temporal/batches.ts';
import { createLaneClient } from '../temporal/lanes.ts';
import { connectWorker } from '../temporal/worker-connection.ts';
import { createControlWorker } from '../worker/control-worker.ts';
import { runWorker } from '../worker/run-worker.ts';
import { awakeCheck } from './awake-check.ts';
import { bindBatches } from './bind-batches.ts';
import { DASHBOARD } from './dashboard-link.ts';
import type { HostChild } from './host-child.ts';
import type { Installation } from './installation.ts';
import type { MeasuredRuntime } from './measured-runtime.ts';
import { createStatus } from './stack-status.ts';
import type { OpenTemporal } from './temporal.ts';
import { webhookSender } from './webhooks.ts';

const CONNECT_TIMEOUT_MS = 30_000;

/** What both are made of. */
export interface ControlParts {
  /** Closes, in reverse order, what was opened. */
  readonly cleanup: AsyncDisposableStack;
  readonly environment: Environment;
  readonly paths: StatePaths;
  readonly identity: Installation;
  readonly logger: Logger;
  readonly store: Store;
  readonly temporal: OpenTemporal;
  readonly host: HostChild;
  /** Path of the workflow bundle, when there is one. */
  readonly bundling: Promise<string>;
  /** Never shown. */
  readonly secrets: readonly string[];
  /** Of the control worker. */
  readonly metrics: MeasuredRuntime;
  readonly version: string;
  readonly stopping: AbortSignal;
}

/** A control worker that is being started. */
export interface StartingControl {
  /** null until it was made. */
  readonly worker: () => Worker | null;
  /** Resolves when it was made; never if that failed. */
  readonly ready: Promise<void>;
  /** Ends as `runWorker` does; rejects also when it could not be made. */
  readonly working: Promise<boolean>;
}

/** Begins to connect, to read the bundle and to poll. */
export function startControlWorker(parts: ControlParts): StartingControl {
  const { cleanup, identity, store, temporal, logger, stopping } = parts;
  const { installation, secret } = identity;
  let worker: Worker | null = null;
  const { promise: ready, resolve: markReady } = Promise.withResolvers<void>();
  const work = async (): Promise<boolean> => {
    const connection = await connectWorker(temporal.config, CONNECT_TIMEOUT_MS, stopping);
    // Refused while a hanging activity keeps its worker; the end of the process closes it then.
    cleanup.defer(() => connection.close().catch(() => undefined));
    const { batches, lanes } = clientsOf(parts);
    worker = await createControlWorker({
      connection,
      namespace: temporal.config.namespace,
      installation,
      bundlePath: await parts.bundling,
      activities: { ...createControlActivities({ store, clock: systemClock, installation, secret, lanes, batches }) },
    });
    markReady();
    return await runWorker(worker, stopping, logger);
  };
  const working = work();
  // Whoever waits for it may come later than its failure.
  working.catch(() => undefined);
  return { worker: () => worker, ready, working };
}

/** The API, not listening yet. `url`: where it will be. */
export async function buildStackApi(parts: ControlParts, control: StartingControl, door: HostDoor, url: () => string) {
  const { environment, paths, identity, logger, store, temporal, host, version } = parts;
  const { installation, secret, token } = identity;
  const { batches, lanes } = clientsOf(parts);
  const known = { paths, version, installation, host: identity.host, store, url };
  return await buildApi({
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
    status: createStatus({ ...known, temporal, hostChild: host, controlWorker: control.worker }),
  });
}

/** What the API asks the host through. */
export function stackDoor({ environment, paths, secrets }: ControlParts): HostDoor {
  return createHostDoor({ paths, environment, clock: systemClock, masker: createMasker(secrets) });
}

function clientsOf({ temporal, identity }: ControlParts) {
  const { client } = temporal.temporal;
  const { installation } = identity;
  return {
    batches: createBatchClient({ client, installation }),
    lanes: createLaneClient({ client, installation }),
  };
}
