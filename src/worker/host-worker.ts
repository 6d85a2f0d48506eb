/** The worker of one host: everything that touches its disk, its repositories and its agents. Loads no workflows. */
import { Worker } from '@temporalio/worker';
import type { NativeConnection } from '@temporalio/worker';
import type { HostId, InstallationId } from '../contracts/ids.ts';
import { hostQueue } from '../contracts/names.ts';
import { SHARED_OPTIONS } from './worker-options.ts';
import type { Activities } from './worker-options.ts';

/** The lanes bound the agents; this leaves room for the short activities of every lane besides its watch. */
const ACTIVITY_SLOTS = 40;

/** What the host worker needs. */
export interface HostWorkerOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly installation: InstallationId;
  readonly host: HostId;
  readonly activities: Activities;
}

/**
 * Makes the worker; it polls once it is run. Call `installRuntime` first.
 * @throws Error when the namespace does not exist
 */
export function createHostWorker(options: HostWorkerOptions): Promise<Worker> {
  return Worker.create({
    ...SHARED_OPTIONS,
    connection: options.connection,
    namespace: options.namespace,
    taskQueue: hostQueue(options.installation, options.host),
    activities: options.activities,
    maxConcurrentActivityTaskExecutions: ACTIVITY_SLOTS,
  });
}
