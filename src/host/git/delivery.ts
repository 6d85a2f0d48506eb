/** Branches after the night: pushed, merged, not merged yet, or done with. */
import { REF_PREFIXES, TRAILERS } from '../../contracts/names.ts';
import { RECORD_PREFIX } from './branches.ts';
import { openGit } from './git.ts';
import { parseRequirementTrailer } from './message.ts';
import { isAncestor, listRefs, tryChangeRefs } from './refs.ts';

/**
 * How a push ended. `rejected`: the remote has commits that we do not have, or refuses the branch; `failed`: it could
 * not be reached or does not let us in. `message` is git's, at most 2,000 characters.
 */
export type PushResult =
  | { readonly kind: 'pushed' | 'up_to_date' }
  | { readonly kind: 'rejected' | 'failed'; readonly message: string };

const PUSH_TIMEOUT_MS = 300_000;

/**
 * Pushes a branch under its own name; never forces, sets no upstream, runs the repository's pre-push hook.
 * @throws AppError repository_gone, git_busy, workspace_broken
 */
export async function pushBranch(directory: string, branch: string, remote = 'origin'): Promise<PushResult> {
  return await pushTo(directory, branch, branch, remote);
}

/** As {@link pushBranch}, to a branch of another name. */
export async function pushTo(directory: string, branch: string, to: string, remote = 'origin'): Promise<PushResult> {
  const args = ['push', '--porcelain', '--', remote, `refs/heads/${branch}:refs/heads/${to}`];
  const result = await openGit(directory).ask(args, { hooks: true, timeoutMs: PUSH_TIMEOUT_MS });
  if (result.exitCode === 0) return { kind: /^=\t/m.test(result.stdout) ? 'up_to_date' : 'pushed' };
  const message = `${result.stderr}\n${result.stdout}`.trim().slice(-2_000);
  return { kind: /^!\t/m.test(result.stdout) ? 'rejected' : 'failed', message };
}

/** True if everything on `branch` is in what `repository` has checked out. False also when the branch does not exist. */
export async function isMerged(repository: string, branch: string): Promise<boolean> {
  return isAncestor(openGit(repository), `refs/heads/${branch}`, 'HEAD');
}

/** A requirement that was resolved on a branch which is not merged. */
export interface UndeliveredRequirement {
  readonly name: string;
  readonly sha256: string;
  /** Short name. */
  readonly branch: string;
}

/**
 * Requirements resolved on branches of ours that are not merged into the checkout's HEAD. Only commits that carry all our
 * trailers count. One process.
 * @throws AppError not_a_repository, repository_gone, workspace_broken
 */
export async function undeliveredRequirements(repository: string): Promise<UndeliveredRequirement[]> {
  const value = (key: string): string => `%(trailers:key=${key},valueonly,separator=%x2C)`;
  const format = ['%S', value(TRAILERS.task), value(TRAILERS.batch), value(TRAILERS.requirement)].join('%x00');
  const args = ['log', '-z', '--source', '--branches=nightloom/*', `--format=${format}%x00`, '--not', 'HEAD', '--'];
  const fields = (await openGit(repository).run(args)).split('\0');
  const found: UndeliveredRequirement[] = [];
  for (let at = 0; at + 3 < fields.length; at += 5) {
    const [source = '', task = '', batch = '', requirement = ''] = fields.slice(at, at + 4);
    const parsed = task === '' || batch === '' ? null : parseRequirementTrailer(requirement);
    if (parsed !== null) found.push({ ...parsed, branch: source.replace(/^refs\/heads\//, '') });
  }
  return found;
}

/** A branch that we made. */
export interface OurBranch {
  /** Short name. */
  readonly branch: string;
  readonly batch: string;
  readonly base: string;
  readonly tip: string;
  /** Everything on it is in the checkout's HEAD (also when nothing was committed). */
  readonly merged: boolean;
  /** Working tree that has it checked out; null when none has. */
  readonly worktree: string | null;
}

/** All branches that we recorded as made by us; branches that merely look like ours are not in it. */
export async function listOurBranches(repository: string): Promise<OurBranch[]> {
  const git = openGit(repository);
  const [refs, merged] = await Promise.all([
    listRefs(git, [REF_PREFIXES.branch, RECORD_PREFIX]),
    listRefs(git, [REF_PREFIXES.branch], ['--merged=HEAD']),
  ]);
  const mergedRefs = new Set(merged.map((entry) => entry.ref));
  const result: OurBranch[] = [];
  for (const record of refs.filter((entry) => entry.ref.startsWith(RECORD_PREFIX))) {
    const [batch = '', ...rest] = record.ref.slice(RECORD_PREFIX.length).split('/');
    const ref = `${REF_PREFIXES.branch}${rest.join('/')}`;
    const branch = refs.find((entry) => entry.ref === ref);
    if (branch === undefined) continue;
    const { sha: tip, worktree } = branch;
    result.push({
      branch: `nightloom/${rest.join('/')}`,
      batch,
      base: record.sha,
      tip,
      merged: mergedRefs.has(ref),
      worktree,
    });
  }
  return result;
}

/**
 * Deletes a merged branch of ours with its record. Does nothing, and says false, when it is checked out, not merged, or
 * has moved since it was listed.
 */
export async function deleteMergedBranch(repository: string, branch: OurBranch): Promise<boolean> {
  if (!branch.merged || branch.worktree !== null) return false;
  const name = branch.branch.slice('nightloom/'.length);
  return tryChangeRefs(openGit(repository), [
    { kind: 'delete', ref: `refs/heads/${branch.branch}`, from: branch.tip },
    { kind: 'delete', ref: `${RECORD_PREFIX}${branch.batch}/${name}`, from: branch.base },
  ]);
}

/** A ref with kept work. */
export interface KeptRef {
  readonly ref: string;
  readonly sha: string;
  /** When the kept commit was made, in milliseconds since 1970. */
  readonly madeAtMs: number;
}

/** Salvage, wip and task refs whose commit was made before `beforeMs`. */
export async function expiredRefs(repository: string, beforeMs: number): Promise<KeptRef[]> {
  const prefixes = [REF_PREFIXES.salvage, REF_PREFIXES.wip, REF_PREFIXES.tasks].map((prefix) =>
    prefix.replace(/\/$/, ''),
  );
  const format = '--format=%(refname)%00%(objectname)%00%(committerdate:unix)';
  const output = await openGit(repository).run(['for-each-ref', format, ...prefixes]);
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [ref = '', sha = '', seconds = '0'] = line.split('\0');
      return { ref, sha, madeAtMs: Number(seconds) * 1_000 };
    })
    .filter((kept) => kept.madeAtMs < beforeMs);
}

/** Refs that protected the user's stashes and branches during a batch; they may go when the batch is over. */
export async function guardRefs(repository: string, batch: string): Promise<{ ref: string; sha: string }[]> {
  return listRefs(openGit(repository), [`${REF_PREFIXES.kept}${batch}`]);
}

/** Deletes refs that still are where they were listed. @returns false when one was not, and then none is deleted */
export async function deleteRefs(repository: string, refs: readonly { ref: string; sha: string }[]): Promise<boolean> {
  if (refs.length === 0) return true;
  return tryChangeRefs(
    openGit(repository),
    refs.map(({ ref, sha }) => ({ kind: 'delete', ref, from: sha })),
  );
}
