/** From verified work to exactly one commit, and what happens to the requirement file around it. */
import { join } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import type { CommitOutcome } from '../../contracts/host-work.ts';
import { traitsOf } from '../../contracts/kinds.ts';
import type { WorkOrder } from '../../contracts/order.ts';
import type { Step } from '../../contracts/vocabulary.ts';
import { discardWork } from '../git/attempt.ts';
import { commitTask as commitInGit } from '../git/commit.ts';
import type { CommitResult } from '../git/commit.ts';
import { openGit } from '../git/git.ts';
import { renderMessage } from '../../domain/commit-message.ts';
import { resolveCommit } from '../git/refs.ts';
import { discardInPlace, snapshotTask } from '../git/in-place.ts';
import { readStatus } from '../git/status.ts';
import type { Status } from '../git/status.ts';
import { guardAfter } from '../git/stash-guard.ts';
import { workTree } from '../git/trees.ts';
import { requirementPath } from '../requirements/names.ts';
import { deleteFromWorktree, isTracked, restoreToWorktree, settleCheckout } from '../requirements/settle.ts';
import { markDone, readClaim, claimKeyOf } from '../runs/claims.ts';
import { runMarkerPrefix } from '../runs/run-directory.ts';
import { fence } from '../runs/terminate.ts';
import { attemptDirectory, closeStart, readStart } from './attempt-note.ts';
import type { AttemptNote } from './attempt-note.ts';
import { guardNotes, leftBranch, outputOf, settleNotes } from './commit-notes.ts';
import type { HostContext } from './host-context.ts';
import { asksForScreenshot, takeScreenshot } from './screenshot.ts';
import { openWorkspace } from './workspace.ts';
import type { Workspace } from './workspace.ts';
import { failpoint } from '../../platform/failpoint.ts';

/**
 * Takes the requirement out of the tree, commits the attempt's work and settles the checkout's copy of the requirement.
 * A commit that is refused for good puts the requirement back. `onStep` is told where it is. What was committed is
 * pictured, where the project asks for it.
 * @throws AppError git_identity_missing, git_busy, workspace_broken, repository_gone
 */
export async function commitWork(
  context: HostContext,
  order: WorkOrder,
  onStep: (step: Step) => void = () => undefined,
): Promise<CommitOutcome> {
  const workspace = await openWorkspace(context, order);
  const outcome = await commitIn(context, order, workspace, onStep);
  if (outcome.kind !== 'committed') return outcome;
  return { ...outcome, notes: [...outcome.notes, ...(await takeScreenshot(context, order, workspace))] };
}

async function commitIn(
  context: HostContext,
  order: WorkOrder,
  workspace: Workspace,
  onStep: (step: Step) => void,
): Promise<CommitOutcome> {
  const done = doneSha(context, order);
  if (done !== null)
    return { kind: 'committed', commit: done === '' ? null : done, notes: await settle(context, order, workspace) };
  const start = readStart(context, order);
  if (start === null)
    throw new AppError('workspace_broken', `Attempt ${order.attempt} of ${order.task} left no note of its start.`);
  await fence(runMarkerPrefix(context.installation, order.task));
  if (traitsOf(order.kind).changes === 'never') return await leaveNothing(context, order, workspace, start);
  onStep('delete');
  await takeRequirementOut(context, order, workspace);
  onStep('commit');
  const { checkout, directory } = workspace;
  // Three looks at three things: together they take as long as one.
  const [guard, status, tracked] = await Promise.all([
    guardAfter({ repository: checkout, worktree: directory, base: start.base, before: start.shared }),
    readStatus(openGit(directory)),
    ownsRequirement(order) && isTracked(checkout, requirementPath(order.input.name)),
  ]);
  const notes = guardNotes(guard);
  if (guard.tookUserStash) {
    await putBack(context, order, workspace);
    return { kind: 'took_user_stash', message: 'The agent took a stash entry of yours; it was put back.', notes };
  }
  if (!workspace.settings.git.commit) return await leaveInCheckout(context, order, workspace, start, notes);
  return await commitInTree(context, order, workspace, { start, status, tracked, notes });
}

/** Its deletion is part of the commit. Without commits it goes after the task only, with the checkout's copy. */
async function takeRequirementOut(context: HostContext, order: WorkOrder, workspace: Workspace): Promise<void> {
  if (!workspace.settings.git.commit || !ownsRequirement(order)) return;
  failpoint('delete:before');
  await deleteFromWorktree(requirementFile(context, order, workspace));
  failpoint('delete:after');
}

/** What is known when nothing speaks against the commit any more. */
interface BeforeCommit {
  readonly start: AttemptNote;
  /** Of the tree, with the requirement gone from it. */
  readonly status: Status;
  /** Whether the checkout tracks the requirement. */
  readonly tracked: boolean;
  readonly notes: readonly string[];
}

async function commitInTree(
  context: HostContext,
  order: WorkOrder,
  workspace: Workspace,
  { start, status, tracked, notes }: BeforeCommit,
): Promise<CommitOutcome> {
  failpoint('commit:before');
  let result: CommitResult;
  try {
    result = await commitInGit(commitRequest(context, order, workspace, start), status);
  } catch (error) {
    if (!AppError.is(error, 'commit_rejected')) throw error;
    await putBack(context, order, workspace);
    return {
      kind: 'rejected',
      message: context.masker.maskText(`${error.message} ${outputOf(error)}`).slice(0, 500),
      notes: [...notes],
    };
  }
  switch (result.kind) {
    case 'committed':
    case 'already':
      failpoint('tombstone:before');
      markDone(context.paths, claimKeyOf(order), holderOf(order), result.sha);
      failpoint('tombstone:after');
      closeStart(context, order);
      // The next task of the batch most likely begins at once, and begins with a look at this tree.
      if (workspace.mode === 'worktree' && !asksForScreenshot(workspace.settings))
        context.glances.begin(workspace.directory);
      return {
        kind: 'committed',
        commit: result.sha,
        notes: [...notes, ...(await settle(context, order, workspace, tracked))],
      };
    case 'no_change':
      if (traitsOf(order.kind).changes !== 'must') return await leaveUnchanged(context, order, workspace, start, notes);
      await putBack(context, order, workspace);
      return { kind: 'no_change', notes: [...notes] };
    case 'left_branch':
      await putBack(context, order, workspace);
      return { kind: 'left_branch', message: leftBranch(result, workspace), notes: [...notes] };
  }
}

/** `git.commit: false`: the change stays in the checkout, and its tree under a ref. */
async function leaveInCheckout(
  context: HostContext,
  order: WorkOrder,
  workspace: Workspace,
  start: AttemptNote,
  notes: string[],
): Promise<CommitOutcome> {
  const unchanged = start.inPlace !== null && (await workTree(workspace.directory)) === start.inPlace.tree;
  if (unchanged && traitsOf(order.kind).changes !== 'must') return doneWithout(context, order, notes);
  if (unchanged && !workspace.settings.requirements.allowNoChange) return { kind: 'no_change', notes };
  await snapshotTask(workspace.directory, order.task);
  const head = await resolveCommit(openGit(workspace.directory), 'HEAD');
  if (start.inPlace !== null && head !== start.inPlace.base)
    notes.push(
      `Commits were made while the task ran, by the agent or by you; they stay: ${start.inPlace.base}..${head}`,
    );
  markDone(context.paths, claimKeyOf(order), holderOf(order), '');
  closeStart(context, order);
  return { kind: 'committed', commit: null, notes: [...notes, ...(await settle(context, order, workspace))] };
}

/** It is done, and nothing changed: fine for a kind that only may change something. */
function doneWithout(context: HostContext, order: WorkOrder, notes: readonly string[]): CommitOutcome {
  markDone(context.paths, claimKeyOf(order), holderOf(order), '');
  closeStart(context, order);
  return { kind: 'committed', commit: null, notes: [...notes] };
}

/** Nothing of it is left in the worktree: the note says so, or the worktree would be kept as a task's unfinished work. */
async function leaveUnchanged(
  context: HostContext,
  order: WorkOrder,
  workspace: Workspace,
  start: AttemptNote,
  notes: readonly string[],
): Promise<CommitOutcome> {
  if (start.inPlace === null) await discardWork(workspace.directory, workspace.branch);
  return doneWithout(context, order, notes);
}

/** A kind that never changes anything leaves nothing in the tree, whatever its agent did there. */
async function leaveNothing(
  context: HostContext,
  order: WorkOrder,
  workspace: Workspace,
  start: AttemptNote,
): Promise<CommitOutcome> {
  if (start.inPlace === null) await discardWork(workspace.directory, workspace.branch);
  else await discardInPlace(workspace.directory, start.inPlace);
  return doneWithout(context, order, start.notes);
}

/** The requirement was not resolved: it goes back where it was. */
async function putBack(context: HostContext, order: WorkOrder, workspace: Workspace): Promise<void> {
  if (ownsRequirement(order)) await restoreToWorktree(requirementFile(context, order, workspace));
}

function ownsRequirement(order: WorkOrder): boolean {
  return traitsOf(order.kind).deletesRequirement;
}

function commitRequest(context: HostContext, order: WorkOrder, workspace: Workspace, start: AttemptNote) {
  const { settings, branch } = workspace;
  if (branch === null) throw new AppError('workspace_broken', `${workspace.directory} has no branch to commit to.`);
  const { name } = order.input;
  const message = renderMessage(settings.git.message, {
    requirementName: name,
    projectName: order.projectName,
    branch,
    timestamp: new Date(context.clock.now()).toISOString(),
    commitMessage: `Auto-commit: ${name}`,
  });
  return {
    directory: workspace.directory,
    branch,
    base: start.base,
    message,
    trailers: {
      task: order.task,
      batch: order.batch,
      attempt: order.attempt,
      requirement: ownsRequirement(order) ? order.input : null,
    },
    intentFile: join(attemptDirectory(context, order), 'intent.json'),
    keepAgentCommits: settings.git.keepAgentCommits,
    hooks: settings.git.hooks,
    allowNoChange: ownsRequirement(order) && settings.requirements.allowNoChange,
    ...(ownsRequirement(order) ? { requirementPath: requirementPath(name) } : {}),
    ...(start.inPlace === null ? {} : { inPlace: { untrackedBefore: start.inPlace.untrackedBefore } }),
  };
}

/** In place the commit itself may have changed what is tracked: then it is asked again. */
async function settle(
  context: HostContext,
  order: WorkOrder,
  workspace: Workspace,
  tracked?: boolean,
): Promise<string[]> {
  if (!ownsRequirement(order)) return [];
  const { name, sha256 } = order.input;
  failpoint('settle:before');
  const result = await settleCheckout({
    checkout: workspace.checkout,
    name,
    sha256,
    runDirectory: attemptDirectory(context, order),
    ...(workspace.settings.git.commit ? {} : { trackedToo: true }),
    ...(tracked === undefined || workspace.mode === 'in-place' ? {} : { tracked }),
  });
  failpoint('settle:after');
  return settleNotes(result, name);
}

function doneSha(context: HostContext, order: WorkOrder): string | null {
  const claim = readClaim(context.paths, claimKeyOf(order));
  return claim !== null && claim.task === order.task ? claim.done : null;
}

function holderOf({ task, batch, epoch, attempt }: WorkOrder) {
  return { task, batch, epoch, attempt };
}

function requirementFile(context: HostContext, order: WorkOrder, workspace: Workspace) {
  return {
    worktree: workspace.directory,
    inPlace: workspace.mode === 'in-place',
    name: order.input.name,
    runDirectory: attemptDirectory(context, order),
  };
}
