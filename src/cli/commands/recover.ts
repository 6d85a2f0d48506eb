/** `nightloom recover --temporal-lost`: becomes the program that has database and Temporal. */
import { ensureStateDirectory } from '../../platform/paths.ts';
import type { Handler } from '../context.ts';
import { becomeProgram } from '../processes.ts';

/** Opens the batches anew. The option is the user's word, and the parser requires it. */
export const recover: Handler<{ temporalLost: true }> = async (context) => {
  await ensureStateDirectory(context.paths.home);
  return becomeProgram('recover', { ...context.environment.raw, NIGHTLOOM_HOME: context.paths.home });
};
