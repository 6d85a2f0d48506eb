/** What becomes of work that was not committed. */
import { traitsOf } from '../../contracts/kinds.ts';
import type { WorkOrder } from '../../contracts/order.ts';
import { REF_PREFIXES } from '../../contracts/names.ts';
import { discardWork } from '../git/attempt.ts';
import { discardInPlace } from '../git/in-place.ts';
import { openGit } from '../git/git.ts';
import { readOwnership } from '../git/ownership.ts';
import { changeRefs } from '../git/refs.ts';
import { salvage } from '../git/salvage.ts';
import { guardAfter } from '../git/stash-guard.ts';
import { restoreToWorktree } from '../requirements/settle.ts';
import { releaseClaim, claimKeyOf } from '../runs/claims.ts';
import { runMarkerPrefix } from '../runs/run-directory.ts';
import { fence } from '../runs/terminate.ts';
import { attemptDirectory, closeStart, readOpenStart } from './attempt-note.ts';
import type { AttemptNote } from './attempt-note.ts';
import type { HostContext } from './host-context.ts';
import { releaseIssue } from './release-issue.ts';
import { openWorkspace } from './workspace.ts';
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
