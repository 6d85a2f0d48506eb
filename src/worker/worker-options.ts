/** Options that both workers share. */
import type { WorkerOptions } from '@temporalio/worker';

/**
 * `maxHeartbeatThrottleInterval`: a cancellation arrives with the answer to a heartbeat, so this is how fast agents
 * react to it. Grace and force time: see `runWorker`.
 */
export const SHARED_OPTIONS = {
  maxHeartbeatThrottleInterval: '2s',
  shutdownGraceTime: '1s',
  shutdownForceTime: '10s',
} as const satisfies Partial<WorkerOptions>;

/** Activities as the SDK takes them: functions by name. */
export type Activities = NonNullable<WorkerOptions['activities']>;
