/** What the report says of what was found around a commit. */
import type { AppError } from '../../contracts/errors.ts';
import type { CommitResult } from '../git/commit.ts';
import type { GuardReport } from '../git/stash-guard.ts';
import { requirementPath } from '../requirements/names.ts';
import type { SettleResult } from '../requirements/settle.ts';
import type { Workspace } from './workspace.ts';

/** Of the checkout's copy of the requirement `name`; nothing where it went as it should. */
export function settleNotes(result: SettleResult, name: string): string[] {
  if (result.kind !== 'left_changed') return [];
  return [`You changed ${requirementPath(name)} meanwhile: your copy was left where it is.`];
}

/** Of refs, stash entries, configuration and hooks that changed while the task ran, with how to bring them back. */
export function guardNotes(guard: GuardReport): string[] {
  const moved = guard.movedRefs
    .filter((ref) => !ref.forward)
    .map((ref) => `${ref.ref} was moved while the task ran; to bring it back: ${ref.restore}`);
  const vanished = guard.vanishedStashes.map(
    (stash) => `A stash entry went while the task ran; to bring it back: ${stash.restore}`,
  );
  const changed = [
    ...(guard.configurationChanged ? ['the configuration'] : []),
    ...(guard.hooksChanged ? ['the hooks'] : []),
  ];
  const repository =
    changed.length === 0 ? [] : [`While the task ran, ${changed.join(' and ')} of the repository changed.`];
  return [...moved, ...vanished, ...repository];
}

/** Why there is no commit where the agent left its branch. */
export function leftBranch(result: Extract<CommitResult, { kind: 'left_branch' }>, workspace: Workspace): string {
  if (result.reason === 'unmerged') return 'The agent left a merge with conflicts.';
  return `The agent left ${workspace.branch}: HEAD is at ${result.head ?? 'no commit'}, which does not build on where it started.`;
}

/** What a rejected commit printed; empty when it is not known. */
export function outputOf(error: AppError): string {
  const { output } = error.details;
  return typeof output === 'string' ? output : '';
}
