/** The command line's translator of errors: to an exit code, and to the lines or the document that people read. */
import { CATEGORIES, ERRORS, EXIT_TASK_FAILED, EXIT_UNREACHABLE } from '../contracts/error-catalogue.ts';
import { AppError } from '../contracts/errors.ts';
import type { ErrorCode } from '../contracts/error-catalogue.ts';
import type { BatchSummary, TaskView } from '../contracts/views.ts';

/** Exit code of a usage mistake: unknown command, unknown flag, wrong value. */
export const EXIT_USAGE = CATEGORIES.input.exit;
/** Exit code when a batch cannot go on without the user. */
export const EXIT_NEEDS_USER = CATEGORIES.environment.exit;
/** Exit code after Ctrl-C. */
export const EXIT_INTERRUPTED = CATEGORIES.cancelled.exit;

/** An error as `--json` prints it. */
export interface ErrorDocument {
  readonly error: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly next: string;
    readonly details: Readonly<Record<string, unknown>>;
  };
}

/** Exit code of anything that was thrown. */
export function exitCodeOf(error: unknown): number {
  if (!AppError.is(error)) return CATEGORIES.internal.exit;
  if (error.code === 'stack_unreachable') return EXIT_UNREACHABLE;
  return CATEGORIES[error.category].exit;
}

/** Exit code of a batch that has ended: 0, 1 when a task failed or was skipped, 130 when it was cancelled. */
export function exitCodeOfBatch(batch: Pick<BatchSummary, 'status' | 'counts'>): number {
  if (batch.counts.failed + batch.counts.skipped > 0) return EXIT_TASK_FAILED;
  return batch.status === 'cancelled' ? EXIT_INTERRUPTED : 0;
}

/** Exit code of one task that has ended, as of a batch of it alone. */
export function exitCodeOfTask({ status }: Pick<TaskView, 'status'>): number {
  if (status === 'failed' || status === 'skipped') return EXIT_TASK_FAILED;
  return status === 'cancelled' ? EXIT_INTERRUPTED : 0;
}

/** Lines for people: the fact, what is available, the next step. */
export function errorLines(error: unknown): string[] {
  if (!AppError.is(error)) {
    const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return [`${ERRORS.internal.summary} ${cause}`, `Next: ${ERRORS.internal.hint}`];
  }
  return [error.message, ...detailLines(error), `Next: ${nextOf(error)}`];
}

/** The same for programs. */
export function errorDocument(error: unknown): ErrorDocument {
  if (AppError.is(error)) {
    return { error: { code: error.code, message: error.message, next: nextOf(error), details: error.details } };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { error: { code: 'internal', message, next: ERRORS.internal.hint, details: {} } };
}

function nextOf(error: AppError): string {
  const { next } = error.details;
  return typeof next === 'string' ? next : ERRORS[error.code].hint;
}

/**
 * Lists in the details (mistakes, candidates, output tails) help at once, unless the message has said them already;
 * other details are for programs.
 */
function detailLines({ message, details }: Pick<AppError, 'message' | 'details'>): string[] {
  const lists = Object.values(details).filter((value) => Array.isArray(value));
  return lists.flatMap((list) => list.map(partsOf).filter((parts) => !isSaid(parts, message))).map(asLine);
}

/** A message that ends in a colon announces its list. */
function isSaid(parts: readonly string[], message: string): boolean {
  return !message.endsWith(':') && parts.every((part) => message.includes(part));
}

function asLine(parts: readonly string[]): string {
  return `  ${parts.join('  ')}`;
}

function partsOf(item: unknown): string[] {
  if (typeof item !== 'object' || item === null) return [String(item)];
  return Object.values(item)
    .filter((part) => part !== null && typeof part !== 'object')
    .map(String);
}
