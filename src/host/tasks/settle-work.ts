/** What becomes of work that was not committed, and of a workspace whose batch is over. */
import type { WorkOrder } from '../../contracts/order.ts';
import { discardWork } from '../git/attempt.ts';
import { pushBranch } from '../git/delivery.ts';
import { discardInPlace } from '../git/in-place.ts';
import { salvage } from '../git/salvage.ts';
import { guardAfter } from '../git/stash-guard.ts';
import { removeCleanWorktree } from '../git/worktree.ts';
import { restoreToWorktree } from '../requirements/settle.ts';
import { releaseClaim, requirementClaimKey } from '../runs/claims.ts';
import { runMarkerPrefix } from '../runs/run-directory.ts';
import { fence } from '../runs/terminate.ts';
import { attemptDirectory, closeStart, readStart } from './attempt-note.ts';
import { releaseCheckout } from './checkout-claim.ts';
import type { HostContext } from './host-context.ts';
import { openWorkspace } from './workspace.ts';
import type { Workspace } from './workspace.ts';

/**
 * Keeps the work of an attempt that failed or was cancelled under a ref and takes the tree back; `over`: the task will
 * not be tried again, so its claim is freed. Does nothing for an attempt that never began.
 * @throws AppError workspace_broken, git_busy, repository_gone, left_branch (in place: HEAD is elsewhere)
 */
export async function salvageWork(
  context: HostContext,
  order: WorkOrder,
  attempts: 'over' | 'more',
): Promise<{ ref: string | null; notes: string[] }> {
  const kept = await keep(context, order);
  if (attempts === 'over')
    releaseClaim(context.paths, requirementClaimKey(order.project, order.requirement.name), order);
  return kept;
}

async function keep(context: HostContext, order: WorkOrder): Promise<{ ref: string | null; notes: string[] }> {
  await fence(runMarkerPrefix(context.installation, order.task));
  const start = readStart(context, order);
  if (start === null || start.over) return { ref: null, notes: [] };
  const workspace = await openWorkspace(context, order);
  const notes = await guarded(workspace, start);
  await restoreToWorktree({
    worktree: workspace.directory,
    name: order.requirement.name,
    runDirectory: attemptDirectory(context, order),
  });
  const { directory } = workspace;
  const ref = await salvage({
    directory,
    task: order.task,
    attempt: order.attempt,
    batch: order.batch,
    base: start.base,
  });
  if (start.inPlace === null) await discardWork(directory, workspace.branch);
  else await discardInPlace(directory, start.inPlace);
  closeStart(context, order);
  return { ref, notes };
}

/** A failed attempt may have taken the user's stash too. */
async function guarded(workspace: Workspace, start: NonNullable<ReturnType<typeof readStart>>): Promise<string[]> {
  const guard = await guardAfter({
    repository: workspace.checkout,
    worktree: workspace.directory,
    base: start.base,
    before: start.shared,
  });
  return guard.tookUserStash ? ['The agent took a stash entry of yours; it was put back.'] : [];
}

/** Delivers the branch and removes the worktree if nothing in it is unsaved; what stays is named. */
export async function closeWorkspace(
  context: HostContext,
  order: WorkOrder,
  deliver: boolean,
): Promise<{ notes: string[] }> {
  const workspace = await openWorkspace(context, order);
  const notes: string[] = [];
  if (deliver && workspace.settings.delivery.mode === 'push') notes.push(await push(workspace));
  if (workspace.mode === 'in-place') {
    releaseCheckout(context.paths, order);
    return { notes };
  }
  const removal = await removeCleanWorktree(workspace.checkout, workspace.directory);
  if (!removal.removed) notes.push(`The worktree ${workspace.directory} was kept: ${REASONS[removal.reason]}.`);
  return { notes };
}

const REASONS = {
  uncommitted: 'it holds changes that are not committed',
  commits_off_branch: 'it holds commits that are not on its branch',
  unfinished_task: 'it holds the work of a task that is not finished',
  refused: 'git did not remove it',
} as const;

async function push(workspace: Workspace): Promise<string> {
  const result = await pushBranch(workspace.directory, workspace.branch);
  switch (result.kind) {
    case 'pushed':
      return `Pushed ${workspace.branch}.`;
    case 'up_to_date':
      return `${workspace.branch} was pushed before.`;
    case 'rejected':
    case 'failed':
      return `Pushing ${workspace.branch} failed; the commits are on the local branch. ${result.message.slice(0, 300)}`;
  }
}
