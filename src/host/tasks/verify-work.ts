/** Verifies what an attempt did. */
import type { WorkOrder } from '../../contracts/order.ts';
import type { VerifyOutcome } from '../../contracts/outcome.ts';
import { workTree } from '../git/trees.ts';
import { readBaseline } from '../verify/baseline.ts';
import { runChecks } from '../verify/verify.ts';
import { readRound, writeRound } from './attempt-note.ts';
import type { HostContext } from './host-context.ts';
import { environmentOfCommands, openWorkspace } from './workspace.ts';
import { failpoint } from '../../platform/failpoint.ts';

/** Runs the commands of a round, each once; a round that has ended is read. @throws AppError run_lost, cancelled, workspace_broken */
export async function verifyWork(
  context: HostContext,
  order: WorkOrder,
  round: number,
  signal: AbortSignal,
): Promise<VerifyOutcome> {
  const known = readRound(context, order, round);
  if (known !== null) return known;
  const workspace = await openWorkspace(context, order);
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
