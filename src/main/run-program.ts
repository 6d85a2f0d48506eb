/** How every program of ours ends: one translator of errors to text and exit code. */
import { CATEGORIES, ERRORS } from '../contracts/error-catalogue.ts';
import { AppError } from '../contracts/errors.ts';

/** Runs `action`, says on standard error what it threw, and gives the exit code. Mistakes of ours are thrown on. */
export async function runProgram(action: () => Promise<number>): Promise<number> {
  try {
    return await action();
  } catch (error) {
    if (!AppError.is(error)) throw error;
    const { output, next } = error.details;
    const hint = typeof next === 'string' ? next : ERRORS[error.code].hint;
    process.stderr.write(`${error.message}\n${typeof output === 'string' ? `${output}\n` : ''}Next: ${hint}\n`);
    return CATEGORIES[error.category].exit;
  }
}
