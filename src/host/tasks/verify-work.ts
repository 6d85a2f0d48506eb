/** Verifies what an attempt did. */
import { traitsOf } from '../../contracts/kinds.ts';
import type { WorkOrder } from '../../contracts/order.ts';
import type { VerifyOutcome } from '../../contracts/outcome.ts';
import { openGit } from '../git/git.ts';
import { readStatus } from '../git/status.ts';
import { workTree } from '../git/trees.ts';
import { readBackgroundTask, verifyAnswer } from '../kinds/background/task.ts';
import { readBaseline } from '../verify/baseline.ts';
import { runChecks } from '../verify/verify.ts';
import { readRound, readStart, writeRound } from './attempt-note.ts';
import type { HostContext } from './host-context.ts';
import { environmentOfCommands, openWorkspace } from './workspace.ts';
import { failpoint } from '../../platform/failpoint.ts';

/** Runs the commands of a round, each once, or judges an answer; a round that has ended is read. @throws AppError run_lost, cancelled, workspace_broken */
export async function verifyWork(
  context: HostContext,
  order: WorkOrder,
  round: number,
  signal: AbortSignal,
): Promise<VerifyOutcome> {
  const known = readRound(context, order, round);
  if (known !== null) return known;
  const background = await readBackgroundTask(context.paths, order);
  if (background !== null) {
    const judged = verifyAnswer(context.paths, order, background);
    writeRound(context, order, round, judged);
    return judged;
  }
  const workspace = await openWorkspace(context, order);
  if (traitsOf(order.kind).changes === 'may' && (await isUntouched(context, order, workspace.directory)))
    return { verdict: 'none', checks: [], tree: null };
  failpoint('verify:before');
  const outcome = await runChecks({
    paths: context.paths,
    installation: context.installation,
    task: order.task,
    attempt: order.attempt,
    round,
    cwd: workspace.directory,
    env: environmentOfCommands(context, workspace.settings),
    commands: workspace.settings.verify,
    baseline: readBaseline(workspace.files.baselineFile) ?? [],
    tree: await workTree(workspace.directory).catch(() => null),
    signal,
  });
  failpoint('verify:after-checks');
  writeRound(context, order, round, outcome);
  failpoint('verify:after-note');
  return outcome;
}

/** True when there is nothing to verify. In place other people's files lie in the tree too: then it is verified. */
async function isUntouched(context: HostContext, order: WorkOrder, directory: string): Promise<boolean> {
  const start = readStart(context, order);
  if (start === null || start.inPlace !== null) return false;
  const status = await readStatus(openGit(directory));
  return status.head === start.base && status.entries.length === 0;
}
