/** Before an agent may start: nothing of earlier attempts lives, the tree is right, what others own is guarded. */
import type { WorkOrder } from '../../contracts/order.ts';
import { resetForAttempt } from '../git/attempt.ts';
import { startInPlace } from '../git/in-place.ts';
import type { SharedState } from '../git/shared-state.ts';
import { guardBefore } from '../git/stash-guard.ts';
import { fence } from '../runs/terminate.ts';
import { listAttempts, runMarkerPrefix } from '../runs/run-directory.ts';
import { readOpenStart, readStart, writeStart } from './attempt-note.ts';
import type { AttemptNote } from './attempt-note.ts';
import type { HostContext } from './host-context.ts';
import type { Workspace } from './workspace.ts';
import { failpoint } from '../../platform/failpoint.ts';

/**
 * Sets the tree right for an attempt and notes where it started; the second call reads the note.
 * @throws AppError workspace_broken, git_busy, repository_gone, checkout_dirty, detached_head, run_lost (something of an
 * earlier attempt cannot be ended)
 */
export async function beginAttempt(context: HostContext, order: WorkOrder, workspace: Workspace): Promise<AttemptNote> {
  const known = readStart(context, order);
  if (known !== null) return known;
  // A run has its directory before it has a process: without one there is nothing to look for among all processes.
  if (listAttempts(context.paths, order.task).length > 0)
    await fence(runMarkerPrefix(context.installation, order.task));
  const start =
    workspace.mode === 'worktree'
      ? await beginInWorktree(context, order, workspace)
      : await beginInCheckout(context, order, workspace);
  failpoint('attempt:after-reset');
  writeStart(context, order, start);
  failpoint('attempt:after-note');
  return start;
}

async function beginInWorktree(context: HostContext, order: WorkOrder, workspace: Workspace): Promise<AttemptNote> {
  const { directory, branch } = workspace;
  const [reset, shared] = await Promise.all([
    context.glances.take(directory).then((known) => resetForAttempt({ directory, branch, task: order.task, known })),
    guardBefore(workspace.checkout, order.batch),
  ]);
  const notes: string[] = [];
  if (reset.savedRef !== null)
    notes.push(`Changes in the workspace that were not this task's are kept as ${reset.savedRef}.`);
  if (reset.ownWork === 'conflict')
    notes.push(`Its earlier work no longer fits the branch and is kept as refs/nightloom/wip/conflict-${order.task}.`);
  return {
    v: 1,
    base: reset.base,
    ownWork: reset.ownWork,
    shared: copyOf(shared),
    inPlace: null,
    notes,
    over: false,
  };
}

/** Work of an attempt that is to go on lies in the checkout: then the start of that attempt still counts. */
async function beginInCheckout(context: HostContext, order: WorkOrder, workspace: Workspace): Promise<AttemptNote> {
  const earlier = readOpenStart(context, { task: order.task, attempt: order.attempt - 1 })?.start;
  const shared = await guardBefore(workspace.checkout, order.batch);
  const own = { shared: copyOf(shared), notes: [], over: false };
  if (earlier?.inPlace != null) {
    return { v: 1, ...own, base: earlier.base, ownWork: 'continued', inPlace: earlier.inPlace };
  }
  const inPlace = await startInPlace(workspace.checkout, { allowChanges: !workspace.settings.git.commit });
  return {
    v: 1,
    ...own,
    base: inPlace.base,
    ownWork: 'none',
    inPlace: { ...inPlace, untrackedBefore: [...inPlace.untrackedBefore] },
  };
}

function copyOf(shared: SharedState): AttemptNote['shared'] {
  return { ...shared, stashes: shared.stashes.map((entry) => ({ ...entry })), branches: { ...shared.branches } };
}
