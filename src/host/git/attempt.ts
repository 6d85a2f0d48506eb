/** A worktree before and after an attempt: the branch head plus the task's own kept work, and nothing else. */
import { mkdtemp, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import { REF_PREFIXES } from '../../contracts/names.ts';
import { forgetOperations, gitDirectories } from './git-directories.ts';
import { readRefFile } from './git-files.ts';
import { openGit } from './git.ts';
import type { Git } from './git.ts';
import { readOwnership, writeOwnership } from './ownership.ts';
import type { Ownership } from './ownership.ts';
import { changeRefs, isAncestor } from './refs.ts';
import { keepWork } from './salvage.ts';
import { readStatus, utf8 } from './status.ts';
import type { Status } from './status.ts';
import { KEEPER } from './trees.ts';

/** Which attempt is about to begin. */
export interface ResetRequest {
  readonly directory: string;
  /** Short name, `nightloom/<slug>`; null: HEAD is detached. */
  readonly branch: string | null;
  readonly task: string;
  /** The tree's status, read a moment ago with untracked folders as a whole; null or absent: it is read. */
  readonly known?: Status | null;
}

/** What the attempt starts from. */
export interface AttemptStart {
  /** Sha of the branch head: the parent of the commit to come. */
  readonly base: string;
  /** Ref under which work that was not this task's has been kept; null when there was none. */
  readonly savedRef: string | null;
  /**
   * This task's own kept work: `continued` lies in the worktree as it was left, `restored` was taken from its ref,
   * `conflict` no longer fits onto the branch and stays in `refs/nightloom/wip/conflict-<task>`, `none`: a clean start.
   */
  readonly ownWork: 'none' | 'continued' | 'restored' | 'conflict';
}

const RESET_TIMEOUT_MS = 600_000;

/**
 * Brings a worktree into the state an attempt starts from. Never touches ignored files. Idempotent.
 * @throws AppError workspace_broken (the worktree has no note of ours), repository_gone, git_busy
 */
export async function resetForAttempt(request: ResetRequest): Promise<AttemptStart> {
  const { directory, branch, task } = request;
  const git = openGit(directory);
  const ownership = await requireOwnership(directory);
  const wip = `${REF_PREFIXES.wip}${task}`;
  const [status, keptWork] = await Promise.all([
    request.known ?? readStatus(git, { untracked: 'normal' }),
    readRef(git, wip),
  ]);

  if (ownership.task === task && (await returnToBranch(git, status, branch, ownership.tip))) {
    if (keptWork !== null) await changeRefs(git, [{ kind: 'delete', ref: wip, from: keptWork }]);
    const untouched = status.entries.length === 0 && status.head === ownership.tip;
    return { base: ownership.tip, savedRef: null, ownWork: untouched ? 'none' : 'continued' };
  }
  const base = await nextBase(git, status, ownership);
  const savedRef = await saveForeignWork(directory, status, ownership, base, task);
  // What a crash in the middle of the clean-up leaves must not replace what has just been kept.
  if (savedRef !== null && ownership.task !== null)
    await writeOwnership(directory, { ...ownership, tip: base, task: null });
  await cleanTo(git, status, branch, base);
  const ownWork = keptWork === null ? 'none' : await applyKeptWork(git, keptWork, base);
  if (ownWork === 'conflict' && keptWork !== null) {
    await changeRefs(git, [{ kind: 'update', ref: `${REF_PREFIXES.wip}conflict-${task}`, to: keptWork }]);
  }
  // From here on the work counts as lying in the worktree, so a crash cannot apply it twice.
  await writeOwnership(directory, { ...ownership, tip: base, task });
  if (keptWork !== null) await changeRefs(git, [{ kind: 'delete', ref: wip, from: keptWork }]);
  return { base, savedRef, ownWork };
}

/**
 * Takes the worktree back to where the attempt started. What is to be kept must have been kept before
 * ({@link import('./salvage.ts').salvage}). Never touches ignored files. Idempotent.
 * @throws AppError workspace_broken, repository_gone, git_busy
 */
export async function discardWork(directory: string, branch: string | null): Promise<void> {
  const git = openGit(directory);
  const ownership = await requireOwnership(directory);
  const status = await readStatus(git, { untracked: 'normal' });
  await cleanTo(git, status, branch, ownership.tip);
  await writeOwnership(directory, { ...ownership, task: null });
}

/**
 * The note of a worktree that was prepared.
 * @throws AppError workspace_broken when there is none
 */
async function requireOwnership(directory: string): Promise<Ownership> {
  const ownership = await readOwnership(directory);
  if (ownership !== null) return ownership;
  throw new AppError('workspace_broken', `${directory} has no note that says whose it is.`, { details: { directory } });
}

async function readRef(git: Git, ref: string): Promise<string | null> {
  const places = await gitDirectories(git.directory);
  const known = places === null ? undefined : await readRefFile(places.commonDirectory, ref);
  if (known !== undefined) return known;
  const found = await git.ask(['rev-parse', '--verify', '--quiet', ref]);
  return found.exitCode === 0 ? found.stdout.trim() : null;
}

/** Work of the same task goes on, also where the agent left the branch, as long as it builds on the start. */
async function returnToBranch(git: Git, status: Status, branch: string | null, tip: string): Promise<boolean> {
  if (status.branch === branch && status.head === tip) return true;
  if (status.head === null || !(await isAncestor(git, tip, status.head))) return false;
  if (status.branch === branch) return true;
  await attachHead(git, branch, status.head);
  return true;
}

/** Between tasks the user may have committed onto our branch: that is the new start. Commits of a task are its own work. */
async function nextBase(git: Git, status: Status, ownership: Ownership): Promise<string> {
  if (ownership.task !== null || status.head === null || status.head === ownership.tip) return ownership.tip;
  if (status.branch !== ownership.branch) return ownership.tip;
  return (await isAncestor(git, ownership.tip, status.head)) ? status.head : ownership.tip;
}

async function saveForeignWork(
  directory: string,
  status: Status,
  ownership: Ownership,
  base: string,
  task: string,
): Promise<string | null> {
  if (status.entries.length === 0 && status.head === base) return null;
  const owner = ownership.task ?? 'nobody';
  const message = `Nightloom: unfinished work of ${owner}, batch ${ownership.batch}`;
  const name = (commit: string): string => `${REF_PREFIXES.wip}${wipName(ownership.task, task, commit)}`;
  return keepWork({ directory, base, name, message });
}

/** Only another task's work gets that task's own name, under which it is restored. */
function wipName(owner: string | null, task: string, commit: string): string {
  if (owner === null) return `unowned-before-${task}-${commit.slice(0, 8)}`;
  return owner === task ? `strayed-${task}-${commit.slice(0, 8)}` : owner;
}

async function cleanTo(git: Git, status: Status, branch: string | null, base: string): Promise<void> {
  const places = await gitDirectories(git.directory);
  if (places !== null) await forgetOperations(places.gitDirectory);
  if (status.branch !== branch) await attachHead(git, branch, base);
  if (status.branch === branch && status.head === base && status.entries.length === 0) return;
  await resetHard(git, base);
}

async function resetHard(git: Git, base: string): Promise<void> {
  await git.run(['reset', '--hard', base], { timeoutMs: RESET_TIMEOUT_MS });
  await git.run(['clean', '-f', '-d'], { timeoutMs: RESET_TIMEOUT_MS });
  await moveNestedRepositories(git);
}

/** Git neither keeps nor cleans repositories inside a working tree; we move them beside it, so that nothing is lost. */
async function moveNestedRepositories(git: Git): Promise<void> {
  const { entries } = await readStatus(git);
  for (const { path } of entries.filter((entry) => entry.path.endsWith('/'))) {
    const folder = await mkdtemp(`${git.directory}.leftover-`);
    const name = utf8(path).slice(0, -1);
    await rename(join(git.directory, name), join(folder, basename(name)));
  }
}

/** Puts HEAD onto `branch` and the branch onto `commit`, or HEAD alone onto it; index and files stay. */
export async function attachHead(git: Git, branch: string | null, commit: string): Promise<void> {
  if (branch === null) {
    await git.run(['update-ref', '--no-deref', 'HEAD', commit]);
    return;
  }
  await git.run(['symbolic-ref', 'HEAD', `refs/heads/${branch}`]);
  await changeRefs(git, [{ kind: 'update', ref: `refs/heads/${branch}`, to: commit }]);
}

/** Kept work is a commit on the head it was made from; its difference is put onto `base` without committing. */
async function applyKeptWork(git: Git, keptWork: string, base: string): Promise<'restored' | 'conflict'> {
  const start = (await git.run(['merge-base', keptWork, base])).trim();
  const squashed = (
    await git.run(['commit-tree', `${keptWork}^{tree}`, '-p', start, '-m', 'kept work'], { config: KEEPER })
  ).trim();
  const picked = await git.ask(['cherry-pick', '--no-commit', squashed], {
    timeoutMs: RESET_TIMEOUT_MS,
    config: KEEPER,
  });
  if (picked.exitCode === 0) return 'restored';
  await resetHard(git, base);
  return 'conflict';
}
