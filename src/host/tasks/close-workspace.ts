/** What becomes of a workspace whose batch is over. */
import type { ClosedWorkspace } from '../../contracts/host-work.ts';
import { soloTaskOf } from '../../contracts/ids.ts';
import type { WorkOrder } from '../../contracts/order.ts';
import { discardWork } from '../git/attempt.ts';
import { deleteEmptyBranch } from '../git/branches.ts';
import { pushBranch } from '../git/delivery.ts';
import { openGit } from '../git/git.ts';
import { readOwnership } from '../git/ownership.ts';
import { removeCleanWorktree } from '../git/worktree.ts';
import { forgetSetup } from '../project/setup.ts';
import { workspacePaths } from '../project/workspace-paths.ts';
import { releaseCheckout } from './checkout-claim.ts';
import type { HostContext } from './host-context.ts';
import { openBatchWorkspace, readWorkspaceNote } from './workspace.ts';
import { failpoint } from '../../platform/failpoint.ts';

/**
 * Delivers the branch and removes the worktree if nothing in it is unsaved; what stays is named. Of a workspace whose
 * preparation never ended only the checkout is let go: nothing was done in it. A task by itself that committed nothing
 * leaves neither a worktree nor a branch.
 * @throws AppError repository_gone, git_busy, workspace_broken
 */
export async function closeWorkspace(
  context: HostContext,
  order: WorkOrder,
  deliver: boolean,
): Promise<ClosedWorkspace> {
  releaseCheckout(context.paths, order);
  const files = workspacePaths(context.paths, order.batch, order.project);
  const isAlone = soloTaskOf(order.batch) !== null;
  if (readWorkspaceNote(files) === null) {
    if (isAlone) await dropUnprepared(order, files.tree);
    return { notes: [] };
  }
  const workspace = await openBatchWorkspace(context, order);
  const notes: string[] = [];
  const { branch } = workspace;
  if (deliver && branch !== null && workspace.settings.delivery.mode === 'push')
    notes.push(await push(workspace.directory, branch));
  if (workspace.mode === 'in-place') return { notes };
  // A reopened batch gets a new tree, in which nothing is set up.
  await forgetSetup(context.paths, order.batch, order.project);
  failpoint('close:before');
  const removal = await removeCleanWorktree(workspace.checkout, workspace.directory);
  failpoint('close:after');
  if (removal.removed && isAlone) await deleteEmptyBranch(openGit(workspace.checkout), order.batch);
  if (removal.removed) return { notes };
  notes.push(`The worktree ${workspace.directory} was kept: ${REASONS[removal.reason]}.`);
  return { notes, kept: true };
}

/** What the set-up left in a tree that no task was given is nobody's work. */
async function dropUnprepared({ projectPath, batch }: WorkOrder, tree: string): Promise<void> {
  const ownership = await readOwnership(tree);
  if (ownership === null || ownership.task !== null || ownership.tip !== ownership.base) return;
  await discardWork(tree, ownership.branch);
  const { removed } = await removeCleanWorktree(projectPath, tree);
  if (removed) await deleteEmptyBranch(openGit(projectPath), batch);
}

const REASONS = {
  uncommitted: 'it holds changes that are not committed',
  commits_off_branch: 'it holds commits that are not on its branch',
  unfinished_task: 'it holds the work of a task that is not finished',
  refused: 'git did not remove it',
} as const;

async function push(directory: string, branch: string): Promise<string> {
  failpoint('push:before');
  const result = await pushBranch(directory, branch);
  failpoint('push:after');
  switch (result.kind) {
    case 'pushed':
      return `Pushed ${branch}.`;
    case 'up_to_date':
      return `${branch} was pushed before.`;
    case 'rejected':
    case 'failed':
      return `Pushing ${branch} failed; the commits are on the local branch. ${result.message.slice(0, 300)}`;
  }
}
