/** Heartbeats by a timer: an activity that is busy in git or waits for a process is still alive. */
import { Context } from '@temporalio/activity';

/** A third of the heartbeat time-out in `workflows/activity-options.ts`: two beats may be late. */
const INTERVAL_MS = 2000;

/** What is shown in the Web UI while the activity runs; small and readable. */
export type HeartbeatDetails = Readonly<Record<string, string | number | boolean | null>>;

/**
 * Runs `work`, beating every 2 s with what `details` says then; work that ends sooner never beats.
 * `signal` is aborted when the activity is cancelled, for whatever reason.
 */
export async function beating<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
  details: () => HeartbeatDetails = () => ({}),
): Promise<Result> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(details()), INTERVAL_MS);
  try {
    return await work(context.cancellationSignal);
  } finally {
    clearInterval(timer);
  }
}
