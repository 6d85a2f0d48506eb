/** `nightloom up` */
import { ensureStateDirectory } from '../../platform/paths.ts';
import type { Handler } from '../context.ts';
import { becomeProgram } from '../processes.ts';
import { findStack, startStack } from '../stack.ts';
import type { StackRecord } from '../stack-record.ts';

/** Starts the stack in the foreground or in the background; joins one that runs. */
export const up: Handler<{ detach?: boolean }> = async (context, flags) => {
  const found = await findStack(context);
  if (found !== null) {
    context.print(['A stack is running already; this one joins it.', ...addressLines(found)].join('\n'));
    return 0;
  }
  if (flags.detach === true) {
    context.note('Starting the stack in the background ...');
    context.print(
      ['The stack is running.', ...addressLines(await startStack(context)), 'Stop it: nightloom down'].join('\n'),
    );
    return 0;
  }
  await ensureStateDirectory(context.paths.home);
  return becomeProgram('up', { ...context.environment.raw, NIGHTLOOM_HOME: context.paths.home });
};

function addressLines(record: StackRecord): string[] {
  const lines = [`API          ${record.url} (pid ${record.pid})`];
  if (record.temporalAddress !== null) lines.push(`Temporal     ${record.temporalAddress}`);
  if (record.temporalUiUrl !== null) lines.push(`Temporal UI  ${record.temporalUiUrl}`);
  return lines;
}
