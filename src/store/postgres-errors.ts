/** PostgreSQL's errors in our words. */
import { DatabaseError } from 'pg';
import { AppError } from '../contracts/errors.ts';
import type { ErrorCode } from '../contracts/error-catalogue.ts';

/** By SQLSTATE or its class (https://www.postgresql.org/docs/current/errcodes-appendix.html); others are our mistakes. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  // Somebody wrote the same at the same moment: a repetition finds it.
  23505: 'database_busy',
  40001: 'database_busy',
  '40P01': 'database_busy',
  '55P03': 'database_busy',
  57014: 'database_busy',
  53200: 'database_busy',
  53300: 'database_busy',
  53100: 'disk_low',
  '57P01': 'database_unreachable',
  '57P02': 'database_unreachable',
  '57P03': 'database_unreachable',
  '25P03': 'database_unreachable',
  '08': 'database_unreachable',
  '28': 'database_unusable',
  '3D000': 'database_unusable',
  42501: 'database_unusable',
  25006: 'database_unusable',
  '58': 'database_unusable',
  XX001: 'database_unusable',
  XX002: 'database_unusable',
};

/** Errors of the client before or beside a statement that no waiting repairs. */
const REFUSALS = /^SASL|does not support SSL|certificate|self.signed/i;

/** `error` as an AppError where waiting, the user or the caller can do something about it; else as it came. */
export function translatePostgresError(name: string, error: unknown): unknown {
  if (!(error instanceof Error) || AppError.is(error)) return error;
  if (!(error instanceof DatabaseError)) return translateClientError(name, error);
  const { code: state = '', message, table, constraint } = error;
  if (state === '23503') return missingParent(table, error);
  if (state === '22021') return unstorableText(error);
  const code = CODES[state] ?? CODES[state.slice(0, 2)];
  if (code === undefined) return error;
  return new AppError(code, `The database ${name} refused: ${message}.`, {
    details: { database: name, state, ...(constraint === undefined ? {} : { constraint }) },
    cause: error,
  });
}

function translateClientError(name: string, error: Error): unknown {
  // Values that cannot be sent are our mistakes; all else is about the connection.
  if (error instanceof TypeError || error instanceof RangeError) return error;
  const code = REFUSALS.test(error.message) ? 'database_unusable' : 'database_unreachable';
  const reason = error.message === '' ? 'no connection' : error.message;
  return new AppError(code, `The database ${name} cannot be used now: ${reason}.`, {
    details: { database: name, reason },
    cause: error,
  });
}

/** A row whose owner was removed at the same moment. */
function missingParent(table: string | undefined, cause: Error): AppError {
  if (table === 'tasks') return new AppError('batch_not_found', 'The batch was removed.', { cause });
  return new AppError('task_not_found', 'The task was removed.', { cause });
}

function unstorableText(cause: Error): AppError {
  const message = 'A text contains a character that cannot be stored (U+0000)';
  return new AppError('invalid_input', `${message}.`, { details: { fields: [{ path: '', message }] }, cause });
}
