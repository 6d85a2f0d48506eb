/** A task moves to another batch: its work is kept where the next attempt, in whatever batch, finds it. */
import { AppError } from '../../contracts/errors.ts';
import { REF_PREFIXES } from '../../contracts/names.ts';
import { traitsOf } from '../../contracts/kinds.ts';
import type { WorkOrder } from '../../contracts/order.ts';
import { discardWork } from '../git/attempt.ts';
import { keepWork } from '../git/salvage.ts';
import { restoreToWorktree } from '../requirements/settle.ts';
import { releaseClaim, claimKeyOf } from '../runs/claims.ts';
import { runMarkerPrefix } from '../runs/run-directory.ts';
import { fence } from '../runs/terminate.ts';
import { attemptDirectory, closeStart, readOpenStart } from './attempt-note.ts';
import type { AttemptNote } from './attempt-note.ts';
import type { HostContext } from './host-context.ts';
import { guarded, isInTree } from './settle-work.ts';
import { openWorkspace } from './workspace.ts';
import type { Workspace } from './workspace.ts';

/**
 * Keeps the work of a begun task under `refs/nightloom/wip/<task>`, takes the tree back and frees the claim.
 * @throws AppError illegal_transition in place: the work lies in the user's checkout; workspace_broken, git_busy
 */
export async function parkWork(context: HostContext, order: WorkOrder): Promise<{ notes: string[] }> {
  await fence(runMarkerPrefix(context.installation, order.task));
  const open = readOpenStart(context, order);
  const notes = open === null ? [] : await park(context, order, open.start, open.attempt);
  releaseClaim(context.paths, claimKeyOf(order), order);
  return { notes };
}

async function park(context: HostContext, order: WorkOrder, start: AttemptNote, attempt: number): Promise<string[]> {
  if (start.inPlace !== null) throw new AppError('illegal_transition', 'Its work lies in the checkout itself.');
  const workspace = await openWorkspace(context, order);
  // Kept under that very ref when another task got the tree.
  if (!(await isInTree(workspace, order))) return [];
  const notes = await guarded(workspace, start);
  const runDirectory = attemptDirectory(context, { task: order.task, attempt });
  if (traitsOf(order.kind).deletesRequirement)
    await restoreToWorktree({ worktree: workspace.directory, name: order.input.name, runDirectory });
  await keepInRef(workspace, order, start);
  await discardWork(workspace.directory, workspace.branch);
  closeStart(context, { task: order.task, attempt });
  return notes;
}

async function keepInRef(workspace: Workspace, order: WorkOrder, start: AttemptNote): Promise<void> {
  const message = `Nightloom: work in progress of ${order.task}, batch ${order.batch}`;
  const ref = `${REF_PREFIXES.wip}${order.task}`;
  await keepWork({ directory: workspace.directory, base: start.base, name: () => ref, message });
}
