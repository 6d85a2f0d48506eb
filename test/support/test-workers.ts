/** The two workers of a test installation, each of which can be stopped and started again. */
import { Worker } from '@temporalio/worker';
import type { Client } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { createControlActivities } from '../../src/activities/control/create-control-activities.ts';
import { createHostActivities } from '../../src/activities/host/create-host-activities.ts';
import { controlQueue } from '../../src/contracts/names.ts';
import type { HostContext } from '../../src/host/tasks/host-context.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import type { Store } from '../../src/store/store.ts';
import { createBatchClient } from '../../src/temporal/batches.ts';
import { createLaneClient } from '../../src/temporal/lanes.ts';
import { createControlWorker } from '../../src/worker/control-worker.ts';
import { createHostWorker } from '../../src/worker/host-worker.ts';
import { runWorker } from '../../src/worker/run-worker.ts';
import { workflowBundlePath } from '../../src/worker/workflow-bundle.ts';

/** A worker by its role. */
export interface TestWorker {
  /** Stops it as the product does; running agents go on. Again: nothing. */
  stop(): Promise<void>;
  /** Starts it anew. */
  start(): Promise<void>;
}

/** What both need. */
export interface TestWorkersOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly context: HostContext;
  readonly store: Store;
  /** For what control activities ask of workflows. */
  readonly client: Client;
  /** Workflows kept in memory; 0: every workflow task replays the whole history. Default: as in the product. */
  readonly cachedWorkflows?: number | undefined;
}

/** Makes the workers' handles; nothing runs yet. */
export function testWorkers(options: TestWorkersOptions): { control: TestWorker; host: TestWorker } {
  return { control: restartable(() => controlWorker(options)), host: restartable(() => hostWorker(options)) };
}

async function controlWorker({
  connection,
  namespace,
  context,
  store,
  client,
  cachedWorkflows,
}: TestWorkersOptions): Promise<Worker> {
  const { installation, secret } = context;
  const lanes = createLaneClient({ client, installation });
  const batches = createBatchClient({ client, installation });
  const activities = {
    ...createControlActivities({ store, clock: systemClock, installation, secret, lanes, batches }),
  };
  const bundlePath = await workflowBundlePath();
  if (cachedWorkflows === undefined)
    return await createControlWorker({ connection, namespace, installation, bundlePath, activities });
  return await Worker.create({
    connection,
    namespace,
    taskQueue: controlQueue(installation),
    workflowBundle: { codePath: bundlePath },
    activities,
    maxCachedWorkflows: cachedWorkflows,
    shutdownGraceTime: 0,
  });
}

async function hostWorker({ connection, namespace, context }: TestWorkersOptions): Promise<Worker> {
  const { installation, host } = context;
  return await createHostWorker({
    connection,
    namespace,
    installation,
    host,
    activities: { ...createHostActivities(context) },
  });
}

function restartable(create: () => Promise<Worker>): TestWorker {
  let running: { readonly stopping: AbortController; readonly ended: Promise<boolean> } | null = null;
  return {
    start: async () => {
      const worker = await create();
      const stopping = new AbortController();
      running = { stopping, ended: runWorker(worker, stopping.signal, silentLogger) };
    },
    stop: async () => {
      const present = running;
      running = null;
      present?.stopping.abort();
      await present?.ended;
    },
  };
}
