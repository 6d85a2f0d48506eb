/** Errors as people read them. */
import { ERRORS } from '../../../src/contracts/error-catalogue.ts';
import { AppError } from '../../../src/contracts/errors.ts';

/** Fact and next step of an error, in two sentences. */
export function describeError(error: unknown): { readonly fact: string; readonly hint: string | null } {
  if (AppError.is(error)) return { fact: error.message, hint: ERRORS[error.code].hint };
  return { fact: error instanceof Error ? error.message : String(error), hint: null };
}
