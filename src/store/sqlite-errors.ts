/** Errors of SQLite in our words. */
import type { ErrorCode } from '../contracts/error-catalogue.ts';
import { AppError } from '../contracts/errors.ts';

/** Primary result codes (https://sqlite.org/rescode.html) that are not mistakes of ours. */
const CODES: Readonly<Record<number, ErrorCode>> = {
  5: 'database_busy',
  6: 'database_busy',
  8: 'state_dir_unusable',
  10: 'state_dir_unusable',
  11: 'state_dir_unusable',
  13: 'disk_low',
  14: 'state_dir_unusable',
  26: 'state_dir_unusable',
};

/** Corrupt, and not a database. */
const DAMAGED: ReadonlySet<number> = new Set([11, 26]);

/** Result of `action`, which uses the database `file`. @throws AppError for {@link CODES}; anything else as it is */
export function translated<Result>(file: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    const primary = primaryCode(error);
    const code = primary === null ? undefined : CODES[primary];
    if (primary === null || code === undefined || !(error instanceof Error)) throw error;
    if (DAMAGED.has(primary)) throw damaged(file, error.message, error);
    if (code === 'state_dir_unusable') throw unusable(file, error.message, error);
    throw new AppError(code, `The database ${file} could not be written: ${error.message}.`, {
      details: { file },
      cause: error,
    });
  }
}

/** Whether SQLite says that what it read is no database, or no longer one. */
export function saysDamaged(error: unknown): boolean {
  const primary = primaryCode(error);
  return primary !== null && DAMAGED.has(primary);
}

/** The low byte is the primary code, the rest says more. null: no error of SQLite. */
function primaryCode(error: unknown): number | null {
  if (AppError.is(error) || !(error instanceof Error) || !('errcode' in error)) return null;
  return Number(error.errcode) & 0xff;
}

/** The error for a file whose content is broken. */
export function damaged(file: string, reason: string, cause: unknown): AppError {
  const next = '`nightloom db rebuild` keeps it aside and brings back what backup and Temporal know.';
  const { message, details } = unusable(file, reason, cause);
  return new AppError('state_dir_unusable', message, { details: { ...details, next }, cause });
}

/** The error for a file that cannot be used where it is. */
export function unusable(file: string, reason: string, cause: unknown): AppError {
  return new AppError('state_dir_unusable', `The database ${file} cannot be used: ${reason}. It was left as it is.`, {
    details: { file, reason },
    cause,
  });
}
