/** Working in the user's checkout itself: only on a clean start, and never touching what was not there for us. */
import { rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import { REF_PREFIXES } from '../../contracts/names.ts';
import { openGit } from './git.ts';
import { inspectWithCommit } from './inspect.ts';
import { changeRefs, resolveCommit } from './refs.ts';
import { readStatus, utf8 } from './status.ts';
import { keepTree, withIndexCopy, workTree } from './trees.ts';

/** The checkout as it was when an attempt began. */
export interface InPlaceStart {
  readonly branch: string;
  readonly base: string;
  /** Files (from the top) that were untracked before: never added. Names that are not UTF-8 are not in it. */
  readonly untrackedBefore: readonly string[];
  /** Tree of everything that is not ignored, to go back to. */
  readonly tree: string;
}

/**
 * Looks whether a task may work in the checkout, and notes what is there.
 * With `allowChanges` (for `git.commit: false`, where earlier tasks leave theirs) tracked changes are no hindrance.
 * @throws AppError checkout_dirty, detached_head, no_commit, not_a_repository, repository_gone
 */
export async function startInPlace(
  repository: string,
  options: { allowChanges?: boolean } = {},
): Promise<InPlaceStart> {
  const state = await inspectWithCommit(repository);
  if (state.branch === null || state.inProgress !== null) {
    const reason = state.inProgress === null ? 'is on no branch' : `is in the middle of a ${state.inProgress}`;
    throw new AppError('detached_head', `${state.topLevel} ${reason}.`, { details: { inProgress: state.inProgress } });
  }
  if (state.trackedChanges > 0 && options.allowChanges !== true) {
    throw new AppError('checkout_dirty', `${state.topLevel} has ${state.trackedChanges} uncommitted tracked changes.`, {
      details: { paths: state.trackedPaths },
    });
  }
  const git = openGit(state.topLevel);
  const [status, tree] = await Promise.all([readStatus(git), workTree(state.topLevel)]);
  const untracked = status.entries.filter((entry) => entry.kind === 'untracked');
  return { branch: state.branch, base: state.head, untrackedBefore: untracked.map((entry) => utf8(entry.path)), tree };
}

/**
 * For `git.commit: false`: keeps what a completed task left in the checkout under `refs/nightloom/tasks/<task>`.
 * @returns the tree id
 * @throws AppError not_a_repository, repository_gone, git_busy, workspace_broken
 */
export async function snapshotTask(directory: string, task: string): Promise<string> {
  const git = openGit(directory);
  const [tree, head] = await Promise.all([workTree(directory), resolveCommit(git, 'HEAD')]);
  const commit = await keepTree(git, tree, head, `Nightloom: tree after ${task}`);
  await changeRefs(git, [{ kind: 'update', ref: `${REF_PREFIXES.tasks}${task}`, to: commit }]);
  return tree;
}

/**
 * Takes the files of a checkout back to `tree`: what came since goes, what changed or went comes back. Neither ignored
 * files nor the index nor HEAD are touched. What is to be kept must have been kept before.
 * @throws AppError not_a_repository, repository_gone, git_busy, workspace_broken
 */
export async function restoreTree(directory: string, tree: string): Promise<void> {
  const present = await workTree(directory);
  if (present === tree) return;
  await withIndexCopy(directory, async (git, indexFile) => {
    const args = ['diff-tree', '-r', '-z', '--no-renames', '--name-status', tree, present];
    const changes = pairs(await git.run(args, { encoding: 'latin1' }));
    const added = changes.filter(([letter]) => letter === 'A').map(([, path]) => path);
    for (const path of added) await removeFile(directory, path);
    const back = changes.filter(([letter]) => letter !== 'A').map(([, path]) => `${path}\0`);
    if (back.length === 0) return;
    await git.run(['read-tree', tree], { indexFile });
    await git.run(['checkout-index', '--force', '-z', '--stdin'], {
      indexFile,
      input: back.join(''),
      encoding: 'latin1',
    });
  });
}

/**
 * Takes back a failed attempt: branch and index to `start.base`, files to `start.tree`. Commits that were made meanwhile
 * are left behind, so they must have been salvaged before. Refuses when HEAD is on another branch.
 * @throws AppError left_branch, not_a_repository, repository_gone, git_busy, workspace_broken
 */
export async function discardInPlace(directory: string, start: InPlaceStart): Promise<void> {
  const git = openGit(directory);
  const status = await readStatus(git, { untracked: 'normal' });
  if (status.branch !== start.branch) {
    throw new AppError('left_branch', `${directory} is no longer on ${start.branch}.`, {
      details: { branch: status.branch, expected: start.branch },
    });
  }
  await restoreTree(directory, start.tree);
  if (status.head !== start.base) {
    await changeRefs(git, [{ kind: 'update', ref: `refs/heads/${start.branch}`, to: start.base }]);
  }
  await git.run(['reset', '--mixed']);
}

function pairs(output: string): [string, string][] {
  const fields = output.split('\0');
  const result: [string, string][] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) result.push([fields[at] ?? '', fields[at + 1] ?? '']);
  return result;
}

/** `path` as latin1 bytes. Folders that become empty go too, as git does it. */
async function removeFile(directory: string, path: string): Promise<void> {
  const name = Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(path, 'latin1')]);
  await rm(name, { force: true });
  let folder = dirname(utf8(path));
  while (folder !== '.') {
    const emptied = await rmdir(join(directory, folder)).then(
      () => true,
      () => false,
    );
    if (!emptied) return;
    folder = dirname(folder);
  }
}
