/**
 * What becomes of a requirement file once its task is done. In the tree that is committed it goes before the commit and
 * comes back if there is none; in the user's checkout it goes after the commit, and only if the user did not touch it.
 */
import { createHash } from 'node:crypto';
import { link, lstat, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gitDirectories } from '../git/git-directories.ts';
import { openGit } from '../git/git.ts';
import { indexHas } from '../git/index-file.ts';
import { moveFile } from './move-file.ts';
import { containedFile, isThere, requirementPath } from './names.ts';

/** File of the run directory that holds what was taken from the tree that is committed. */
const TAKEN_FROM_WORKTREE = 'requirement.worktree.md';
/** File of the run directory that holds what was taken from the user's checkout. */
const TAKEN_FROM_CHECKOUT = 'requirement.checkout.md';

/** `moved`: it is in the run directory now (or was already); `absent`: the tree never had it. */
export type WorktreeDeletion = { readonly kind: 'moved'; readonly path: string } | { readonly kind: 'absent' };

/** Which file of which tree, and the attempt's run directory. */
export interface WorktreeFile {
  readonly worktree: string;
  /** True: the tree is the user's checkout; an untracked file there stays until it is settled. Default false. */
  readonly inPlace?: boolean;
  readonly name: string;
  readonly runDirectory: string;
}

/**
 * Takes the requirement file out of the tree that is about to be committed; in a worktree also an untracked one, which
 * would be added otherwise. Idempotent.
 * @throws AppError requirement_name_invalid; with `inPlace` also not_a_repository, repository_gone
 */
export async function deleteFromWorktree(request: WorktreeFile): Promise<WorktreeDeletion> {
  const target = join(request.runDirectory, TAKEN_FROM_WORKTREE);
  const file = await containedFile(request.worktree, request.name);
  const stays = request.inPlace === true && !(await isTracked(request.worktree, requirementPath(request.name)));
  if (stays) return { kind: 'absent' };
  if (file !== null && (await isThere(file)) && !(await lstat(file)).isDirectory()) {
    await mkdir(request.runDirectory, { recursive: true, mode: 0o700 });
    await moveFile(file, target);
    return { kind: 'moved', path: target };
  }
  return (await isThere(target)) ? { kind: 'moved', path: target } : { kind: 'absent' };
}

/**
 * Undoes {@link deleteFromWorktree} when no commit came of it. Does nothing when the file is there. Idempotent.
 * @returns true when the file has been put back
 * @throws AppError requirement_name_invalid
 */
export async function restoreToWorktree(request: WorktreeFile): Promise<boolean> {
  const source = join(request.runDirectory, TAKEN_FROM_WORKTREE);
  const path = join(request.worktree, requirementPath(request.name));
  if (!(await isThere(source)) || (await isThere(path))) return false;
  await mkdir(dirname(path), { recursive: true });
  const file = await containedFile(request.worktree, request.name);
  if (file === null) return false;
  await moveFile(source, file);
  return true;
}

/**
 * What happened to the checkout's copy: `moved` to `path` (restorable), left because the user `changed` it, left because
 * it is `tracked` (it goes with delivery), or `absent`.
 */
export type SettleResult =
  | { readonly kind: 'moved'; readonly path: string }
  | { readonly kind: 'left_changed' }
  | { readonly kind: 'left_tracked' }
  | { readonly kind: 'absent' };

/** Whose copy to settle. */
export interface SettleRequest {
  /** Top of the user's checkout. */
  readonly checkout: string;
  readonly name: string;
  /** What the task worked from. */
  readonly sha256: string;
  /** The attempt's run directory. */
  readonly runDirectory: string;
  /** True where nothing is committed: then a tracked file goes like any other. Default false. */
  readonly trackedToo?: boolean;
  /** What {@link isTracked} said of the file a moment ago; absent: it is asked. */
  readonly tracked?: boolean;
}

/**
 * Settles the copy in the user's checkout. Call it only after the commit exists (or, without commits, after the task is
 * completed). Idempotent.
 * @throws AppError requirement_name_invalid, not_a_repository, repository_gone, workspace_broken
 */
export async function settleCheckout(request: SettleRequest): Promise<SettleResult> {
  const target = join(request.runDirectory, TAKEN_FROM_CHECKOUT);
  const file = await containedFile(request.checkout, request.name);
  if (file === null || !(await isThere(file))) {
    return (await isThere(target)) ? { kind: 'moved', path: target } : { kind: 'absent' };
  }
  const { checkout, name, trackedToo = false } = request;
  const goesWithDelivery = !trackedToo && (request.tracked ?? (await isTracked(checkout, requirementPath(name))));
  if (goesWithDelivery) return { kind: 'left_tracked' };
  if ((await hashOf(file)) !== request.sha256) return { kind: 'left_changed' };
  await mkdir(request.runDirectory, { recursive: true, mode: 0o700 });
  await moveFile(file, target);
  if ((await hashOf(target)) === request.sha256) {
    return { kind: 'moved', path: target };
  }
  return giveBack(target, file);
}

/** The user saved the file between our look and our move: theirs again, unless they have made a new one already. */
async function giveBack(taken: string, file: string): Promise<SettleResult> {
  const free = await link(taken, file).then(
    () => true,
    () => false,
  );
  if (!free && !(await isThere(file))) await moveFile(taken, file);
  return { kind: 'left_changed' };
}

/**
 * True if the checkout's index has the file.
 * @throws AppError not_a_repository, repository_gone, workspace_broken
 */
export async function isTracked(checkout: string, path: string): Promise<boolean> {
  const places = await gitDirectories(checkout);
  const known = places === null ? undefined : await indexHas(places.gitDirectory, path);
  return known ?? (await openGit(checkout).run(['ls-files', '-z', '--', path])) !== '';
}

async function hashOf(file: string): Promise<string | null> {
  const bytes = await readFile(file).catch(() => null);
  return bytes === null ? null : createHash('sha256').update(bytes).digest('hex');
}
