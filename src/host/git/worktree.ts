/** The worktree of a batch: made once, found again after any crash, removed only when nothing in it is unsaved. */
import { mkdir, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import { ensureBatchBranch } from './branches.ts';
import type { BatchBranch } from './branches.ts';
import { gitDirectories, isLinkedWorktree } from './git-directories.ts';
import { openGit } from './git.ts';
import type { Git } from './git.ts';
import { readOwnership, removeOwnership, writeOwnership } from './ownership.ts';
import { isAncestor, resolveCommit } from './refs.ts';
import { readStatus } from './status.ts';

/** Which worktree is wanted. */
export interface PrepareWorktreeRequest {
  /** Top of the user's checkout. */
  readonly repository: string;
  /** Absolute path of the worktree, below the state directory; nobody else uses it. */
  readonly directory: string;
  readonly batch: string;
  /** Wanted branch is `nightloom/<slug>`. Lower-case letters, digits and dashes. */
  readonly slug: string;
  /** Commit to start from; default: what the user's checkout has checked out. Counts only the first time. */
  readonly base?: string;
}

/** A worktree ready for attempts. */
export interface PreparedWorktree {
  /** Short name of the branch, `nightloom/<slug>` or with `-2`, `-3`, ... */
  readonly branch: string;
  /** Sha where the branch began. */
  readonly base: string;
  /** Branch head. */
  readonly tip: string;
  /** Real path of the worktree. */
  readonly directory: string;
  /** False when it was there already. */
  readonly created: boolean;
  /** Where a directory that was in the way has been moved; null when none was. */
  readonly movedAside: string | null;
}

/** A worktree whose HEAD is detached: nothing is ever committed in it. */
export type DetachedWorktree = Omit<PreparedWorktree, 'branch'>;

/** Checking out can take long; this bounds the silence of it. */
const CHECKOUT_TIMEOUT_MS = 600_000;

/**
 * Makes the branch and the worktree of a batch, or finds them. May die at any point and be called again.
 * @throws AppError repository_gone, not_a_repository, no_commit, branch_taken (checked out elsewhere, or no free name), git_busy, workspace_broken
 */
export async function prepareWorktree(request: PrepareWorktreeRequest): Promise<PreparedWorktree> {
  const git = openGit(request.repository);
  await mkdir(dirname(request.directory), { recursive: true, mode: 0o700 });
  const directory = join(await realpath(dirname(request.directory)), basename(request.directory));
  if (request.base === undefined) await requireCommit(git);
  const branch = await ensureBatchBranch(git, request.batch, request.slug, request.base ?? 'HEAD');
  const place = await placeOf(git, directory, branch);
  if (place === 'elsewhere') {
    throw new AppError('branch_taken', `${branch.branch} is checked out in ${branch.worktree ?? 'another folder'}.`, {
      details: { branch: branch.branch, worktree: branch.worktree },
    });
  }
  const result = { branch: branch.branch, base: branch.base, tip: branch.tip, directory };
  if (place === 'ready') return { ...result, created: false, movedAside: null };
  const movedAside = await clearPlace(directory);
  // Twice --force: a registration of this very path that a crash left behind, locked or not, is replaced.
  await git.run(['worktree', 'add', '--force', '--force', directory, branch.branch], {
    timeoutMs: CHECKOUT_TIMEOUT_MS,
  });
  const { base, tip } = branch;
  await writeOwnership(directory, { v: 1, batch: request.batch, branch: branch.branch, base, tip, task: null });
  return { ...result, created: true, movedAside };
}

/**
 * Makes a worktree without a branch, for a look at what the user's checkout has checked out, or finds it. Any number of
 * them stand side by side. May die at any point and be called again.
 * @throws AppError repository_gone, not_a_repository, no_commit, git_busy, workspace_broken
 */
export async function prepareDetachedWorktree(
  request: Pick<PrepareWorktreeRequest, 'repository' | 'directory' | 'batch'>,
): Promise<DetachedWorktree> {
  const git = openGit(request.repository);
  await mkdir(dirname(request.directory), { recursive: true, mode: 0o700 });
  const directory = join(await realpath(dirname(request.directory)), basename(request.directory));
  await requireCommit(git);
  const known = await readOwnership(directory);
  if (known !== null && known.branch === null && (await isLinkedWorktree(directory, await commonOf(git)))) {
    const { base, tip } = known;
    return { base, tip, directory, created: false, movedAside: null };
  }
  const movedAside = await clearPlace(directory);
  const base = await resolveCommit(git, 'HEAD');
  await git.run(['worktree', 'add', '--force', '--force', '--detach', directory, base], {
    timeoutMs: CHECKOUT_TIMEOUT_MS,
  });
  await writeOwnership(directory, { v: 1, batch: request.batch, branch: null, base, tip: base, task: null });
  return { base, tip: base, directory, created: true, movedAside };
}

async function commonOf(git: Git): Promise<string> {
  const repository = await gitDirectories(git.directory);
  return repository?.commonDirectory ?? (await git.run(['rev-parse', '--absolute-git-dir'])).trim();
}

async function requireCommit(git: Git): Promise<void> {
  const found = await git.ask(['rev-parse', '--verify', 'HEAD^{commit}']);
  if (found.exitCode === 0) return;
  await git.run(['rev-parse', '--git-dir']);
  throw new AppError('no_commit', `${git.directory} has no commit yet.`, { details: { path: git.directory } });
}

/** `ready`: whole and ours; `missing`: to be made; `elsewhere`: the branch is checked out in another living folder. */
async function placeOf(git: Git, directory: string, branch: BatchBranch): Promise<'ready' | 'missing' | 'elsewhere'> {
  const ownership = await readOwnership(directory);
  const ours = ownership?.branch === branch.branch && (await isLinkedWorktree(directory, await commonOf(git)));
  // An agent may have left the branch; bringing HEAD back is the next attempt's reset, not a new worktree.
  if (ours) return 'ready';
  if (branch.worktree === null || branch.worktree === directory) return 'missing';
  return (await isDirectory(branch.worktree)) ? 'elsewhere' : 'missing';
}

/**
 * Frees the path of the worktree: what a half-done `worktree add` left is deleted (no task ever had it), anything
 * else is moved beside it, because it may hold somebody's work.
 */
async function clearPlace(directory: string): Promise<string | null> {
  const names = await readdir(directory).catch(() => null);
  if (names === null) return null;
  if (names.length === 0 || (await isHalfAdded(directory))) {
    await rm(directory, { recursive: true, force: true });
    return null;
  }
  for (let number = 1; ; number += 1) {
    const aside = `${directory}.leftover-${number}`;
    if (await isDirectory(aside)) continue;
    await rename(directory, aside);
    await removeOwnership(directory);
    return aside;
  }
}

/** While `git worktree add` works, the new registration is locked with the reason "initializing" (builtin/worktree.c). */
async function isHalfAdded(directory: string): Promise<boolean> {
  if ((await readOwnership(directory)) !== null) return false;
  const places = await gitDirectories(directory);
  if (places === null) return false;
  const reason = await readFile(join(places.gitDirectory, 'locked'), 'utf8').catch(() => '');
  return reason.trim() === 'initializing';
}

/** Why a worktree stays. */
export type WorktreeRemoval =
  | { readonly removed: true }
  | { readonly removed: false; readonly reason: 'uncommitted' | 'commits_off_branch' | 'unfinished_task' | 'refused' };

/**
 * Removes a worktree of ours that holds nothing unsaved; the branch stays. Ignored files go with it.
 * @throws AppError repository_gone, git_busy, workspace_broken
 */
export async function removeCleanWorktree(repository: string, directory: string): Promise<WorktreeRemoval> {
  const git = openGit(repository);
  if (await isDirectory(directory)) {
    const reason = await unsaved(directory);
    if (reason !== null) return { removed: false, reason };
  }
  const ended = await git.ask(['worktree', 'remove', directory], { timeoutMs: CHECKOUT_TIMEOUT_MS });
  if (ended.exitCode !== 0 && (await isDirectory(directory))) return { removed: false, reason: 'refused' };
  await removeOwnership(directory);
  return { removed: true };
}

async function unsaved(directory: string): Promise<'uncommitted' | 'commits_off_branch' | 'unfinished_task' | null> {
  const ownership = await readOwnership(directory);
  if (ownership !== null && ownership.task !== null) return 'unfinished_task';
  const git = openGit(directory);
  const status = await readStatus(git, { untracked: 'normal' });
  if (status.entries.length > 0) return 'uncommitted';
  if (ownership === null || status.head === null) return null;
  if (status.branch === ownership.branch && ownership.branch !== null) return null;
  const kept = ownership.branch === null ? ownership.tip : `refs/heads/${ownership.branch}`;
  return (await isAncestor(git, status.head, kept)) ? null : 'commits_off_branch';
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}
