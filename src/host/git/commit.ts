/**
 * Exactly one commit per completed task. The happy path is three processes (status, add, commit); everything else is
 * asked only where the first one showed something unusual.
 */
import { attachHead } from './attempt.ts';
import { commitStaged, findOwnCommit, stageAll, stageListed } from './commit-steps.ts';
import { forgetOperations, gitDirectories, operationInProgress } from './git-directories.ts';
import { openGit } from './git.ts';
import type { Git } from './git.ts';
import { readIntent, writeIntent } from './intent.ts';
import type { CommitIntent } from './intent.ts';
import type { CommitTrailers } from './message.ts';
import { readOwnership, writeOwnership } from './ownership.ts';
import { changeRefs, isAncestor } from './refs.ts';
import { latin1, readStatus } from './status.ts';
import type { Status } from './status.ts';
import { failpoint } from '../../platform/failpoint.ts';

/** What to commit, and how. */
export interface CommitRequest {
  /** Top of the working tree that the task changed. */
  readonly directory: string;
  /** Short name of the branch that is to carry the commit. */
  readonly branch: string;
  /** Sha that the attempt started from. */
  readonly base: string;
  /** Message without trailers ({@link import('../../domain/commit-message.ts').renderMessage}). */
  readonly message: string;
  readonly trailers: CommitTrailers;
  /** Absolute path of the intent file, in the attempt's run directory. */
  readonly intentFile: string;
  /** True: the agent's own commits stay below ours; false: they become part of ours. */
  readonly keepAgentCommits: boolean;
  /** True: the repository's commit hooks run. */
  readonly hooks: boolean;
  /** True: a task that changed nothing gets an empty commit. */
  readonly allowNoChange: boolean;
  /** Path of the requirement file from the top; its deletion alone is no change. Absent for kinds without one. */
  readonly requirementPath?: string;
  /** In the user's checkout: files untracked before are never added, and nothing is squashed. */
  readonly inPlace?: { readonly untrackedBefore: readonly string[] };
  /** Silence after which a commit with hooks is ended, in milliseconds; default 600,000. */
  readonly timeoutMs?: number;
}

/**
 * - `committed`: made now; `already`: was made before a crash, found by intent and trailers.
 * - `no_change`: nothing to commit; HEAD and files as they were, but for the branch that HEAD is back on.
 * - `left_branch`: HEAD is not on our branch and does not build on the base (`moved`), or files are unmerged.
 */
export type CommitResult =
  | { readonly kind: 'committed' | 'already'; readonly sha: string }
  | { readonly kind: 'no_change' }
  | { readonly kind: 'left_branch'; readonly head: string | null; readonly reason: 'moved' | 'unmerged' };

/**
 * Commits a task's work, whatever the agent did with git meanwhile. May die at any point and be called again. The caller
 * holds the fence: no process of the agent lives.
 * `known`: the tree's status, just read by the caller with all untracked files; absent: it is read.
 * @throws AppError commit_rejected (hook; its output is in the details), git_identity_missing, git_busy, repository_gone, workspace_broken
 */
export async function commitTask(request: CommitRequest, known?: Status): Promise<CommitResult> {
  const git = openGit(request.directory);
  const [status, intent] = await Promise.all([known ?? readStatus(git), readIntent(request.intentFile)]);

  const done = await findDone(git, request, status, intent);
  if (done !== null) return finish(request, { kind: 'already', sha: done });

  const refusal = await refuse(git, request, status);
  if (refusal !== null) return refusal;

  const keepsCommits = request.keepAgentCommits || request.inPlace !== undefined;
  const head = status.head ?? request.base;
  const parent = keepsCommits ? head : request.base;
  if (!request.allowNoChange && !(await hasChanges(git, request, status))) return { kind: 'no_change' };

  await prepareHead(git, request, status, parent);
  const { task, batch, attempt } = request.trailers;
  const { branch } = request;
  await writeIntent(request.intentFile, { v: 1, task, batch, attempt, branch, parent, headBefore: head });
  failpoint('commit:after-intent');
  if (request.inPlace === undefined) await stageAll(git, status);
  else await stageListed(git, status, new Set(request.inPlace.untrackedBefore.map(latin1)));
  failpoint('commit:after-add');
  const sha = await commitStaged(git, request);
  failpoint('commit:after-commit');
  return finish(request, { kind: 'committed', sha });
}

/** The commit of this attempt from before a crash. It needs the intent, and must not have been there before it. */
async function findDone(
  git: Git,
  request: CommitRequest,
  status: Status,
  intent: CommitIntent | null,
): Promise<string | null> {
  if (intent === null || status.head === null || status.head === intent.parent) return null;
  if (intent.task !== request.trailers.task || intent.attempt !== request.trailers.attempt) return null;
  if (status.branch !== request.branch) return null;
  // In the checkout the user may have committed on top of ours; in a worktree ours is the head or it is not there.
  return findOwnCommit(git, intent, request.inPlace === undefined ? 1 : 1_000);
}

async function refuse(git: Git, request: CommitRequest, status: Status): Promise<CommitResult | null> {
  const { head } = status;
  if (status.entries.some((entry) => entry.kind === 'unmerged'))
    return { kind: 'left_branch', head, reason: 'unmerged' };
  const moved: CommitResult = { kind: 'left_branch', head, reason: 'moved' };
  if (head === null) return moved;
  if (request.inPlace !== undefined) {
    const places = await gitDirectories(request.directory);
    if (status.branch !== request.branch) return moved;
    if (places !== null && (await operationInProgress(places.gitDirectory)) !== null) return moved;
  }
  if (head === request.base) return null;
  return (await isAncestor(git, request.base, head)) ? null : moved;
}

/** "No change" is judged before the deletion of the requirement file, so that alone does not count. */
async function hasChanges(git: Git, request: CommitRequest, status: Status): Promise<boolean> {
  const own = request.requirementPath === undefined ? null : latin1(request.requirementPath);
  const before = new Set(request.inPlace?.untrackedBefore.map(latin1));
  const counts = (path: string): boolean => path !== own && !before.has(path);
  if (status.head === request.base) return status.entries.some((entry) => counts(entry.path));
  if (status.entries.some((entry) => entry.kind === 'untracked' && counts(entry.path))) return true;
  const paths = await git.run(['diff', '--name-only', '-z', '--no-renames', request.base], { encoding: 'latin1' });
  return paths.split('\0').some((path) => path !== '' && counts(path));
}

/** Back onto the branch, with the branch at the parent-to-be. Index and files stay: a soft reset. */
async function prepareHead(git: Git, request: CommitRequest, status: Status, parent: string): Promise<void> {
  if (request.inPlace === undefined) {
    const places = await gitDirectories(request.directory);
    if (places !== null) await forgetOperations(places.gitDirectory);
  }
  if (status.branch !== request.branch) {
    await attachHead(git, request.branch, parent);
  } else if (status.head !== null && status.head !== parent) {
    const change = { kind: 'update', ref: `refs/heads/${request.branch}`, to: parent, from: status.head } as const;
    await changeRefs(git, [change]);
  }
}

/** The commit is what the next attempt starts from. */
async function finish(
  request: CommitRequest,
  result: { kind: 'committed' | 'already'; sha: string },
): Promise<CommitResult> {
  const ownership = await readOwnership(request.directory);
  if (ownership !== null && request.inPlace === undefined && ownership.branch === request.branch) {
    await writeOwnership(request.directory, { ...ownership, tip: result.sha, task: null });
  }
  return result;
}
