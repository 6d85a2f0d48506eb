/** The worker that runs workflows and the control activities (`loadOrder`, `record`, `notify`). */
import { Worker } from '@temporalio/worker';
import type { NativeConnection } from '@temporalio/worker';
import type { InstallationId } from '../contracts/ids.ts';
import { controlQueue } from '../contracts/names.ts';
import { SHARED_OPTIONS } from './worker-options.ts';
import type { Activities } from './worker-options.ts';

/** Workflows kept in memory; others are replayed from history when something happens to them. */
const CACHED_WORKFLOWS = 200;

/** What the control worker needs. */
export interface ControlWorkerOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly installation: InstallationId;
  /** From `workflowBundlePath`: webpack must never be loaded here. */
  readonly bundlePath: string;
  readonly activities: Activities;
}

/**
 * Makes the worker; it polls once it is run. Call `installRuntime` first. The short sticky timeout lets workflows go
 * on 1 s after a worker died instead of 10 s.
 * @throws Error when the bundle cannot be loaded or the namespace does not exist
 */
export function createControlWorker(options: ControlWorkerOptions): Promise<Worker> {
  return Worker.create({
    ...SHARED_OPTIONS,
    connection: options.connection,
    namespace: options.namespace,
    taskQueue: controlQueue(options.installation),
    workflowBundle: { codePath: options.bundlePath },
    activities: options.activities,
    stickyQueueScheduleToStartTimeout: '1s',
    maxCachedWorkflows: CACHED_WORKFLOWS,
    maxConcurrentActivityTaskExecutions: 20,
    maxConcurrentLocalActivityExecutions: 20,
  });
}
