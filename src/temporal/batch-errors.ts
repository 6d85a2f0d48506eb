/** Calls about a batch: which errors pass, and what the others mean. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { ApplicationFailure, QueryNotRegisteredError, WorkflowNotFoundError } from '@temporalio/client';
import { WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { isErrorCode } from '../contracts/error-catalogue.ts';
import { AppError } from '../contracts/errors.ts';
import { isServiceError, isTimeout, SERVICE_STATUS, withinDeadline } from './service-errors.ts';

const PROBE_TIMEOUT_MS = 1_000;

/** True when Temporal does not know the workflow or it has ended. */
export function notFound(error: unknown): boolean {
  return error instanceof WorkflowNotFoundError;
}

/** True when the workflow is known and has ended. Server 1.31 tells the two apart in the text only. */
export function hasEnded(error: unknown): boolean {
  return notFound(error) && error instanceof Error && /already completed/i.test(error.message);
}

/**
 * True for what a call meets while its workflow continues as new or its workflow task is retried; the same call gives
 * the answer later (an update: with the same id). Observed on server 1.31.2.
 */
function isPassing(error: unknown): boolean {
  if (notFound(error)) return error instanceof Error && /^update ".*" not found/i.test(error.message);
  if (error instanceof WorkflowUpdateFailedError) {
    return error.cause instanceof ApplicationFailure && PASSING_FAILURES.has(error.cause.type ?? '');
  }
  return (
    isServiceError(error, SERVICE_STATUS.failedPrecondition) ||
    isServiceError(error, SERVICE_STATUS.aborted) ||
    isServiceError(error, SERVICE_STATUS.unavailable)
  );
}

const RETRY_MS = [20, 50, 100, 200, 400, 800] as const;

/**
 * Runs `request` with a deadline for all goes together and repeats it while what it meets passes. Throws the client's
 * own errors.
 */
export async function callWithRetries<Result>(
  client: Client,
  timeoutMs: number,
  request: () => Promise<Result>,
): Promise<Result> {
  const deadlineMs = Date.now() + timeoutMs;
  for (let retries = 0; ; retries += 1) {
    try {
      return await withinDeadline(client, deadlineMs, request);
    } catch (error) {
      const pauseMs = RETRY_MS[Math.min(retries, RETRY_MS.length - 1)] ?? 0;
      if (!isPassing(error) || Date.now() + pauseMs >= deadlineMs) throw error;
      await sleep(pauseMs);
    }
  }
}

const PASSING_FAILURES: ReadonlySet<string> = new Set(['UnprocessedUpdate', 'AcceptedUpdateCompletedWorkflow']);

/** The AppError that a call's error means; `subject` like `batch b_...`. A deadline is the fault of the server or of the missing worker: asks which. */
export async function translateCallError(client: Client, subject: string, error: unknown): Promise<AppError> {
  if (AppError.is(error)) return error;
  if (notFound(error) && !isPassing(error)) {
    return new AppError('batch_not_found', `Temporal has no open workflow of ${subject}.`, { cause: error });
  }
  if (error instanceof WorkflowUpdateFailedError && !isPassing(error)) return refusal(subject, error);
  if (error instanceof QueryNotRegisteredError) {
    return new AppError('internal', `The workflow of ${subject} does not know this query.`, { cause: error });
  }
  if (timedOut(error)) {
    if (!(await serverAnswers(client))) return unreachable(error);
    const text = `No worker answered for ${subject} in time; the command may still be applied.`;
    return new AppError('no_worker', text, { details: { subject }, cause: error });
  }
  if (isServiceError(error, SERVICE_STATUS.unavailable)) return unreachable(error);
  if (isPassing(error)) {
    const text = `The workflow of ${subject} did not get to it in time; a command may still be applied.`;
    return new AppError('no_worker', text, { details: { subject }, cause: error });
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new AppError('internal', `Temporal refused a call for ${subject}: ${reason}`, { cause: error });
}

/** Handlers refuse with our own codes as the failure's type, and the details object as its first detail. */
function refusal(subject: string, error: WorkflowUpdateFailedError): AppError {
  const { cause } = error;
  if (cause instanceof ApplicationFailure && cause.type != null && isErrorCode(cause.type)) {
    return new AppError(cause.type, cause.message, { details: asDetails(cause.details?.[0]), cause: error });
  }
  const reason = cause?.message ?? error.message;
  return new AppError('internal', `The workflow of ${subject} refused the command: ${reason}`, { cause: error });
}

function asDetails(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function timedOut(error: unknown): boolean {
  return error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isTimeout(error);
}

async function serverAnswers(client: Client): Promise<boolean> {
  try {
    const { connection } = client;
    const deadlineMs = Date.now() + PROBE_TIMEOUT_MS;
    await withinDeadline(connection, deadlineMs, () => connection.workflowService.getSystemInfo({}));
    return true;
  } catch {
    return false;
  }
}

function unreachable(error: unknown): AppError {
  return new AppError('temporal_unreachable', 'Temporal does not answer.', { cause: error });
}
