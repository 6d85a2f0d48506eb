/** The end of a task about GitHub that nobody is told of: its issue no longer says that it is worked on. */
import { AppError } from '../../contracts/errors.ts';
import { traitsOf } from '../../contracts/kinds.ts';
import type { WorkOrder } from '../../contracts/order.ts';
import { readIssue } from '../github/reads.ts';
import { setLabels } from '../github/writes.ts';
import { readGithubTask } from '../kinds/github/github-task.ts';
import { readTreeNote } from '../kinds/github/notes.ts';
import { connectFor } from './checkout-task.ts';
import type { HostContext } from './host-context.ts';
import { openBatchWorkspace } from './workspace.ts';

/** Whoever cancels waits for it. */
const TIMEOUT_MS = 20_000;

/**
 * Takes the working label off, of a task that had put it on. That GitHub cannot be asked changes nothing else: the notes
 * say so then.
 */
export async function releaseIssue(context: HostContext, order: WorkOrder): Promise<string[]> {
  // The tree is noted before the label is put on.
  if (!traitsOf(order.kind).prepares || readTreeNote(context.paths, order.task) === null) return [];
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const task = await readGithubTask(context.paths, order);
    if (task === null) return [];
    const workspace = await openBatchWorkspace(context, order);
    const { workingLabel } = workspace.settings.github;
    const github = await connectFor(context, order, workspace, signal);
    const { labels } = await readIssue(github, task.number);
    await setLabels(github, task.number, labels, { add: [], remove: [workingLabel] });
    return [];
  } catch (error) {
    if (!AppError.is(error) && !signal.aborted) throw error;
    const why = AppError.is(error) ? error.message : `GitHub did not answer within ${TIMEOUT_MS / 1000} s.`;
    return [`Its label on GitHub could not be taken off: ${why}`.slice(0, 300)];
  }
}
