/** Deadlines and gRPC status of calls, without importing the gRPC library, which is no dependency of ours. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError } from '@temporalio/client';

/** The status codes that we tell apart (https://grpc.io/docs/guides/status-codes/). */
export const SERVICE_STATUS = {
  cancelled: 1,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  failedPrecondition: 9,
  aborted: 10,
  unavailable: 14,
} as const;

/** True if `error` (or its cause, which the client wraps) is a gRPC error with this status. */
export function isServiceError(error: unknown, status: number): boolean {
  return serviceStatus(error) === status;
}

/** gRPC status of `error` or of its cause; null if neither is a gRPC error. */
function serviceStatus(error: unknown): number | null {
  if (isGrpcServiceError(error)) return error.code;
  return error instanceof Error && error.cause !== undefined ? serviceStatus(error.cause) : null;
}

/** A call had no answer in time; see {@link withinDeadline}. */
class CallTimeoutError extends Error {
  override readonly name = 'CallTimeoutError';
}

/** Something that sends calls with a deadline: a client or a connection. */
interface Caller {
  withDeadline<Result>(deadline: number, request: () => Promise<Result>): Promise<Result>;
}

/** The client's own pause before it notices that the deadline has passed. */
const SLACK_MS = 50;

/**
 * Runs `request` with the deadline `deadlineMs` (milliseconds since 1970) and gives up right after it. The client alone
 * overshoots by up to two seconds while the server is away: it first waits out the pause of its next retry.
 */
export async function withinDeadline<Result>(
  caller: Caller,
  deadlineMs: number,
  request: () => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const answer = caller.withDeadline(deadlineMs, request);
  const limit = sleep(deadlineMs - Date.now() + SLACK_MS, undefined, { signal: controller.signal }).then(() => {
    throw new CallTimeoutError('no answer in time');
  });
  try {
    return await Promise.race([answer, limit]);
  } finally {
    controller.abort();
    for (const loser of [answer, limit]) loser.catch(() => undefined);
  }
}

/**
 * True for an error that says that the deadline of a call passed. A busy server that notices it first answers
 * "cancelled"; nothing of ours cancels calls in another way.
 */
export function isTimeout(error: unknown): boolean {
  if (error instanceof CallTimeoutError) return true;
  return isServiceError(error, SERVICE_STATUS.deadlineExceeded) || isServiceError(error, SERVICE_STATUS.cancelled);
}
