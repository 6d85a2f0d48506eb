/** `nightloom token` */
import { readToken } from '../connect.ts';
import type { Handler } from '../context.ts';

/** Prints this installation's API token. @throws AppError stack_unreachable when there is none yet */
export const token: Handler<object> = async (context) => {
  context.print(await readToken(context));
  return 0;
};
