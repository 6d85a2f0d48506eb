/** `nightloom db`: becomes the program that has the database. */
import { resolve } from 'node:path';
import { ensureStateDirectory } from '../../platform/paths.ts';
import type { CliContext, Handler } from '../context.ts';
import { operand } from '../output.ts';
import { becomeProgram } from '../processes.ts';

interface DatabaseFlags {
  readonly json?: boolean;
}

/** `db backup <file>` */
export const backupDatabase: Handler<DatabaseFlags> = (context, flags, args) =>
  become(context, flags, ['backup', resolve(context.cwd, operand(args, 0))]);

/** `db restore <file>` */
export const restoreDatabase: Handler<DatabaseFlags> = (context, flags, args) =>
  become(context, flags, ['restore', resolve(context.cwd, operand(args, 0))]);

/** `db check [file]` */
export const checkDatabase: Handler<DatabaseFlags> = (context, flags, [file]) =>
  become(context, flags, file === undefined ? ['check'] : ['check', resolve(context.cwd, file)]);

/** `db rebuild` */
export const rebuildDatabase: Handler<DatabaseFlags> = (context, flags) => become(context, flags, ['rebuild']);

async function become(context: CliContext, flags: DatabaseFlags, words: readonly string[]): Promise<number> {
  await ensureStateDirectory(context.paths.home);
  const env = { ...context.environment.raw, NIGHTLOOM_HOME: context.paths.home };
  return becomeProgram('db', env, flags.json === true ? [...words, '--json'] : words);
}
