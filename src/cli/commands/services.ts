/** `nightloom api` and `nightloom worker`: become the programs of that name. */
import { AppError } from '../../contracts/errors.ts';
import { ensureStateDirectory } from '../../platform/paths.ts';
import type { CliContext, Handler } from '../context.ts';
import { becomeProgram } from '../processes.ts';
import type { ProgramName } from '../processes.ts';

/** `api` */
export const api: Handler<{ listen?: string; allowHost?: string[]; host?: string; door?: string }> = (context, flags) =>
  become(context, 'api', flags);

/** `worker [--host <id>]` */
export const worker: Handler<{ listen?: string; host?: string; metrics?: string }> = async (context, flags) => {
  if (flags.host !== undefined) return become(context, 'worker-host', flags);
  if (flags.listen === undefined) return become(context, 'worker', flags);
  const message = '--listen is for a host; the control worker has no door';
  throw new AppError('invalid_input', `${message}.`, {
    details: { fields: [{ path: 'listen', message }], next: 'Leave it out, or name the host with --host.' },
  });
};

async function become(context: CliContext, name: ProgramName, options: object): Promise<number> {
  await ensureStateDirectory(context.paths.home);
  const env = { ...context.environment.raw, NIGHTLOOM_HOME: context.paths.home };
  return becomeProgram(name, env, [JSON.stringify(options)]);
}
