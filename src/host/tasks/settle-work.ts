/** What becomes of work that was not committed, and of a workspace whose batch is over. */
import type { ClosedWorkspace } from '../../contracts/host-work.ts';
import { traitsOf } from '../../contracts/kinds.ts';
import type { WorkOrder } from '../../contracts/order.ts';
import { REF_PREFIXES } from '../../contracts/names.ts';
import { discardWork } from '../git/attempt.ts';
import { pushBranch } from '../git/delivery.ts';
import { discardInPlace } from '../git/in-place.ts';
import { openGit } from '../git/git.ts';
import { readOwnership } from '../git/ownership.ts';
import { changeRefs } from '../git/refs.ts';
import { salvage } from '../git/salvage.ts';
import { guardAfter } from '../git/stash-guard.ts';
import { removeCleanWorktree } from '../git/worktree.ts';
import { forgetSetup } from '../project/setup.ts';
import { restoreToWorktree } from '../requirements/settle.ts';
import { workspacePaths } from '../project/workspace-paths.ts';
import { releaseClaim, claimKeyOf } from '../runs/claims.ts';
import { runMarkerPrefix } from '../runs/run-directory.ts';
import { fence } from '../runs/terminate.ts';
import { attemptDirectory, closeStart, readOpenStart } from './attempt-note.ts';
import type { AttemptNote } from './attempt-note.ts';
import { releaseCheckout } from './checkout-claim.ts';
import type { HostContext } from './host-context.ts';
import { releaseIssue } from './release-issue.ts';
import { openBatchWorkspace, openWorkspace, readWorkspaceNote } from './workspace.ts';
import type { Workspace } from './workspace.ts';
import { failpoint } from '../../platform/failpoint.ts';

/**
 * Keeps the work of an attempt that failed or was cancelled under a ref and takes the tree back; `over`: the task will
 * not be tried again, so its claim is freed, and its issue on GitHub no longer says that it is worked on. Does nothing for
 * an attempt that never began.
 * @throws AppError workspace_broken, git_busy, repository_gone, left_branch (in place: HEAD is elsewhere)
 */
export async function salvageWork(
  context: HostContext,
  order: WorkOrder,
  attempts: 'over' | 'more',
): Promise<{ ref: string | null; notes: string[] }> {
  const kept = await keep(context, order);
  if (attempts === 'more') return kept;
  const notes = await releaseIssue(context, order);
  releaseClaim(context.paths, claimKeyOf(order), order);
  return { ...kept, notes: [...kept.notes, ...notes] };
}

async function keep(context: HostContext, order: WorkOrder): Promise<{ ref: string | null; notes: string[] }> {
  await fence(runMarkerPrefix(context.installation, order.task));
  const open = readOpenStart(context, order);
  // A task that was moved here and never began again has its work in a ref.
  if (open === null) return await keepElsewhere(context, order, order.attempt);
  const { start, attempt } = open;
  const workspace = await openWorkspace(context, order);
  if (!(await isInTree(workspace, order))) return await keepElsewhere(context, order, attempt);
  const notes = await guarded(workspace, start);
  if (traitsOf(order.kind).deletesRequirement)
    await restoreToWorktree({
      worktree: workspace.directory,
      name: order.input.name,
      runDirectory: attemptDirectory(context, { task: order.task, attempt }),
    });
  const { directory } = workspace;
  failpoint('salvage:before');
  const ref = await salvaged(order, workspace, { start, attempt });
  failpoint('salvage:after-ref');
  if (start.inPlace === null) await discardWork(directory, workspace.branch);
  else await discardInPlace(directory, start.inPlace);
  failpoint('salvage:after-discard');
  closeStart(context, { task: order.task, attempt });
  return { ref, notes };
}

/** What a kind that changes nothing did to its tree is no work. */
async function salvaged(
  order: WorkOrder,
  { directory }: Workspace,
  { start, attempt }: { readonly start: AttemptNote; readonly attempt: number },
): Promise<string | null> {
  if (traitsOf(order.kind).changes === 'never') return null;
  const { task, batch } = order;
  const before = start.inPlace === null ? {} : { before: start.inPlace.tree };
  return await salvage({ directory, task, attempt, batch, base: start.base, ...before });
}

/** Another task may have been moved before one that waits: then the tree is that one's. */
export async function isInTree(workspace: Workspace, order: WorkOrder): Promise<boolean> {
  if (workspace.mode === 'in-place') return true;
  const ownership = await readOwnership(workspace.directory);
  return ownership !== null && ownership.task === order.task;
}

/** Its work was kept when the other task got the tree; it gets the name under which kept work is looked for. */
async function keepElsewhere(
  context: HostContext,
  order: WorkOrder,
  attempt: number,
): Promise<{ ref: string | null; notes: string[] }> {
  const { task } = order;
  const git = openGit(order.projectPath);
  const wip = `${REF_PREFIXES.wip}${task}`;
  const ref = `${REF_PREFIXES.salvage}${task}/${attempt}`;
  const [left, kept] = await Promise.all([wip, ref].map((each) => git.ask(['rev-parse', '--verify', '--quiet', each])));
  const commit = left?.exitCode === 0 ? left.stdout.trim() : null;
  if (commit !== null) {
    await changeRefs(git, [
      { kind: 'update', ref, to: commit },
      { kind: 'delete', ref: wip, from: commit },
    ]);
  }
  closeStart(context, { task, attempt });
  return { ref: commit !== null || kept?.exitCode === 0 ? ref : null, notes: [] };
}

/** A failed attempt may have taken the user's stash too: it is put back, and the notes say so. */
export async function guarded(workspace: Workspace, start: AttemptNote): Promise<string[]> {
  const guard = await guardAfter({
    repository: workspace.checkout,
    worktree: workspace.directory,
    base: start.base,
    before: start.shared,
  });
  return guard.tookUserStash ? ['The agent took a stash entry of yours; it was put back.'] : [];
}

/**
 * Delivers the branch and removes the worktree if nothing in it is unsaved; what stays is named. Of a workspace whose
 * preparation never ended only the checkout is let go: nothing was done in it.
 */
export async function closeWorkspace(
  context: HostContext,
  order: WorkOrder,
  deliver: boolean,
): Promise<ClosedWorkspace> {
  releaseCheckout(context.paths, order);
  const files = workspacePaths(context.paths, order.batch, order.project);
  if (readWorkspaceNote(files) === null) return { notes: [] };
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
  if (removal.removed) return { notes };
  notes.push(`The worktree ${workspace.directory} was kept: ${REASONS[removal.reason]}.`);
  return { notes, kept: true };
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
