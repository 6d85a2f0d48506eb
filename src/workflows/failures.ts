/** Translator: what an activity failed with -> code, category, message. Runs in the workflow sandbox. */
import { ActivityFailure, ApplicationFailure, isCancellation, TimeoutFailure } from '@temporalio/workflow';
import { ERRORS, isErrorCode } from '../contracts/error-catalogue.ts';
import type { ErrorCode } from '../contracts/error-catalogue.ts';
import type { Refusal } from '../domain/commands.ts';

/** A failed activity in our own words. `cancelled` is a cancellation of the scope, not an error. */
export type KnownFailure =
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'error'; readonly code: ErrorCode; readonly message: string };

/** What an activity failed with. */
export function failureOf(error: unknown): KnownFailure {
  if (isCancellation(error)) return { kind: 'cancelled' };
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure) return fromTimeout(cause);
  if (cause instanceof ApplicationFailure && cause.type != null && isErrorCode(cause.type)) {
    return { kind: 'error', code: cause.type, message: cause.message };
  }
  return { kind: 'error', code: 'internal', message: cause instanceof Error ? cause.message : String(cause) };
}

/** A refused command as the failure that fails only the update. */
export function toUpdateFailure(refusal: Refusal): ApplicationFailure {
  return ApplicationFailure.nonRetryable(refusal.message, refusal.code, {
    hint: ERRORS[refusal.code].hint,
    details: refusal.details ?? {},
  });
}

function fromTimeout(failure: TimeoutFailure): KnownFailure {
  if (failure.timeoutType === 'SCHEDULE_TO_START') {
    return { kind: 'error', code: 'host_offline', message: 'No worker of the host took the work within 15 minutes.' };
  }
  return { kind: 'error', code: 'run_lost', message: `The host did not answer in time (${failure.timeoutType}).` };
}
