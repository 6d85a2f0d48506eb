/** The branch of a batch: made together with a ref that records it as ours, or not at all. */
import { AppError } from '../../contracts/errors.ts';
import { REF_PREFIXES } from '../../contracts/names.ts';
import type { Git } from './git.ts';
import { listRefs, resolveCommit, tryChangeRefs } from './refs.ts';
import type { RefInfo } from './refs.ts';

/** `refs/nightloom/batches/<batch>/<slug>` holds the base of the branch `nightloom/<slug>` that we made for the batch. */
export const RECORD_PREFIX = 'refs/nightloom/batches/';

/** Branch of a batch as it is now. */
export interface BatchBranch {
  /** Short name, `nightloom/<slug>`. */
  readonly branch: string;
  readonly base: string;
  readonly tip: string;
  /** Working tree that has it checked out; null when none has. */
  readonly worktree: string | null;
}

const MAX_SUFFIX = 999;

/**
 * The branch of `batch`: the recorded one, else a new `nightloom/<slug>` (`-2`, `-3` when taken) at `base`.
 * @throws AppError branch_taken when no name is free, workspace_broken
 */
export async function ensureBatchBranch(git: Git, batch: string, slug: string, base: string): Promise<BatchBranch> {
  const refs = await ourRefs(git, batch);
  const found = recorded(refs, batch);
  if (found !== null) return found;
  const taken = new Set(refs.map((entry) => entry.ref.toLowerCase()));
  const sha = await resolveCommit(git, base);
  for (let number = 1; number <= MAX_SUFFIX; number += 1) {
    const name = number === 1 ? slug : `${slug}-${number}`;
    const ref = `${REF_PREFIXES.branch}${name}`;
    if (taken.has(ref.toLowerCase())) continue;
    const made = await tryChangeRefs(git, [
      { kind: 'create', ref, to: sha },
      { kind: 'create', ref: `${RECORD_PREFIX}${batch}/${name}`, to: sha },
    ]);
    if (made) return { branch: `nightloom/${name}`, base: sha, tip: sha, worktree: null };
    if (!(await exists(git, ref))) break;
  }
  throw new AppError('branch_taken', `No branch nightloom/${slug} can be made: is there a branch named "nightloom"?`, {
    details: { slug },
  });
}

/**
 * Deletes the branch of `batch`, with its record, if nothing was ever committed on it: it is where it began, on another
 * branch besides, and checked out nowhere. False: it stays, or there is none.
 * @throws AppError repository_gone, git_busy, workspace_broken
 */
export async function deleteEmptyBranch(git: Git, batch: string): Promise<boolean> {
  const found = recorded(await ourRefs(git, batch), batch);
  if (found === null || found.tip !== found.base || found.worktree !== null) return false;
  const holders = await listRefs(git, ['refs/heads'], [`--contains=${found.tip}`, '--count=2']);
  if (holders.length < 2) return false;
  const name = found.branch.slice('nightloom/'.length);
  return await tryChangeRefs(git, [
    { kind: 'delete', ref: `${REF_PREFIXES.branch}${name}`, from: found.tip },
    { kind: 'delete', ref: `${RECORD_PREFIX}${batch}/${name}`, from: found.base },
  ]);
}

async function ourRefs(git: Git, batch: string): Promise<RefInfo[]> {
  return listRefs(git, [REF_PREFIXES.branch, `${RECORD_PREFIX}${batch}`]);
}

function recorded(refs: readonly RefInfo[], batch: string): BatchBranch | null {
  const prefix = `${RECORD_PREFIX}${batch}/`;
  for (const record of refs) {
    if (!record.ref.startsWith(prefix)) continue;
    const name = record.ref.slice(prefix.length);
    const branch = refs.find((entry) => entry.ref === `${REF_PREFIXES.branch}${name}`);
    if (branch === undefined) continue;
    return { branch: `nightloom/${name}`, base: record.sha, tip: branch.sha, worktree: branch.worktree };
  }
  return null;
}

async function exists(git: Git, ref: string): Promise<boolean> {
  return (await git.ask(['show-ref', '--verify', '--quiet', ref])).exitCode === 0;
}
