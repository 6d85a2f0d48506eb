/** git steps that the user asks for, in the user's checkout. */
import { AppError } from '../../contracts/errors.ts';
import type { GitStep } from '../../contracts/host-door-git.ts';
import { openGit } from './git.ts';
import type { Git, GitResult } from './git.ts';
import { inspectRepository } from './inspect.ts';
import { readStatus } from './status.ts';

/** Adding many files, hooks and remotes can be silent for long. */
const TIMEOUT_MS = 600_000;

/** How a step ended. */
export interface UserStepResult {
  readonly status: 'done' | 'nothing_to_commit' | 'failed';
  readonly output: string;
  /** The remote had commits of its own, and ours are on top of them now. */
  readonly rebased: boolean;
}

/** A checkout that steps can be done in. */
export interface UserCheckout {
  readonly git: Git;
  readonly branch: string;
  readonly head: string | null;
}

/**
 * Opens the checkout.
 * @throws AppError detached_head (no branch, or in the middle of a merge or rebase), not_a_repository, repository_gone
 */
export async function openCheckout(directory: string): Promise<UserCheckout> {
  const { topLevel, branch, head, inProgress } = await inspectRepository(directory);
  if (branch !== null && inProgress === null) return { git: openGit(topLevel), branch, head };
  const reason = inProgress === null ? 'is on no branch' : `is in the middle of a ${inProgress}`;
  throw new AppError('detached_head', `${topLevel} ${reason}.`, { details: { inProgress } });
}

/** `git add`. */
export async function add(git: Git, what: Extract<GitStep, { kind: 'add' }>['what']): Promise<UserStepResult> {
  const args =
    what === 'everything' ? ['--all', '--', '.'] : what === 'tracked' ? ['--update', '--', '.'] : ['--', ...what];
  return ended(await git.ask(['add', ...args], { timeoutMs: TIMEOUT_MS }));
}

/** `git commit` with the repository's hooks; with nothing to commit it says so, which is no failure. */
export async function commit(git: Git, message: string, all: boolean): Promise<UserStepResult> {
  if (all) {
    const added = await add(git, 'tracked');
    if (added.status === 'failed') return added;
  }
  const staged = await git.ask(['diff', '--cached', '--quiet', '--exit-code']);
  if (staged.exitCode === 0) return { status: 'nothing_to_commit', output: 'Nothing to commit.', rebased: false };
  const options = { input: `${message}\n`, hooks: true, timeoutMs: TIMEOUT_MS };
  return ended(await git.ask(['commit', '--cleanup=whitespace', '-F', '-'], options));
}

/** `git push` of one branch under its own name, never forced; once more after a rebase when the remote has other commits. */
export async function push(
  { git, branch: current }: UserCheckout,
  wanted: { readonly remote: string | null; readonly branch: string | null },
): Promise<UserStepResult> {
  const branch = wanted.branch ?? current;
  const remote = wanted.remote ?? (await remoteOf(git, branch));
  const known = (await git.run(['remote'])).split('\n').filter((name) => name !== '');
  if (!known.includes(remote)) return failed(`There is no remote ${remote}; there are: ${known.join(', ') || 'none'}.`);
  const first = await pushOnce(git, remote, branch);
  if (first.exitCode === 0 || !isBehind(first)) return ended(first);
  // Only what is checked out can be rebased.
  if (branch !== current) return ended(first);
  const rebase = await rebaseOnto(git, remote, branch);
  if (rebase !== null) return failed(`${textOf(first)}\n${rebase}`);
  return { ...ended(await pushOnce(git, remote, branch)), rebased: true };
}

async function remoteOf(git: Git, branch: string): Promise<string> {
  const { stdout } = await git.ask(['config', '--get', `branch.${branch}.remote`]);
  return stdout.trim() === '' || stdout.trim() === '.' ? 'origin' : stdout.trim();
}

function pushOnce(git: Git, remote: string, branch: string): Promise<GitResult> {
  const ref = `refs/heads/${branch}`;
  return git.ask(['push', '--porcelain', '--', remote, `${ref}:${ref}`], { hooks: true, timeoutMs: TIMEOUT_MS });
}

/** The remote refused the branch because it holds commits that we do not have. */
function isBehind({ stdout, stderr }: GitResult): boolean {
  return /^!\t.*\[rejected\] \((?:fetch first|non-fast-forward)\)/m.test(stdout) || /\(fetch first\)/.test(stderr);
}

/** Puts our commits on top of the remote's; null: done, else why not, and everything is as it was. */
async function rebaseOnto(git: Git, remote: string, branch: string): Promise<string | null> {
  const status = await readStatus(git, { untracked: 'normal' });
  if (status.entries.some((entry) => entry.kind !== 'untracked')) {
    return 'Not rebased: there are uncommitted changes of tracked files.';
  }
  const fetched = await git.ask(['fetch', '--', remote, `refs/heads/${branch}`], { timeoutMs: TIMEOUT_MS });
  if (fetched.exitCode !== 0) return textOf(fetched);
  const rebased = await git.ask(['rebase', '--no-autostash', 'FETCH_HEAD'], { timeoutMs: TIMEOUT_MS });
  if (rebased.exitCode === 0) return null;
  await git.ask(['rebase', '--abort']);
  return `Not rebased: ${textOf(rebased)}`;
}

function ended(result: GitResult): UserStepResult {
  return { status: result.exitCode === 0 ? 'done' : 'failed', output: textOf(result), rebased: false };
}

function failed(output: string): UserStepResult {
  return { status: 'failed', output, rebased: false };
}

function textOf({ stdout, stderr }: GitResult): string {
  return `${stdout}\n${stderr}`.trim();
}
