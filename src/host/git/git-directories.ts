/** Git directories found by reading files: no process, and no trust in what an agent may have written there. */
import { readFile, realpath, rm, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';

/** Private and common git directory of a working tree; equal for the main one. */
export interface GitDirectories {
  readonly gitDirectory: string;
  readonly commonDirectory: string;
}

/** An operation of git that has begun and not ended. */
export type OperationInProgress = 'rebase' | 'merge' | 'cherry-pick' | 'revert' | 'bisect';

const OPERATION_FILES: readonly (readonly [string, OperationInProgress])[] = [
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
  ['BISECT_LOG', 'bisect'],
];

/** What git removes when it ends such an operation (`remove_branch_state` in its branch.c, and the sequencer's folders). */
const OPERATION_LEFTOVERS: readonly string[] = [
  ...OPERATION_FILES.map(([name]) => name),
  'AUTO_MERGE',
  'MERGE_MSG',
  'MERGE_MODE',
  'SQUASH_MSG',
  'sequencer',
];

/** Directories of the working tree whose top is `directory`; null when it is none or a part of it is missing. */
export async function gitDirectories(directory: string): Promise<GitDirectories | null> {
  const dotGit = join(directory, '.git');
  const found = await stat(dotGit).catch(() => null);
  if (found === null) return null;
  if (found.isDirectory()) return { gitDirectory: dotGit, commonDirectory: dotGit };
  const pointer = /^gitdir: (.+?)\s*$/.exec(await readFile(dotGit, 'utf8').catch(() => ''))?.[1];
  if (pointer === undefined) return null;
  const gitDirectory = isAbsolute(pointer) ? pointer : resolve(directory, pointer);
  if (
    !(await stat(gitDirectory).then(
      (entry) => entry.isDirectory(),
      () => false,
    ))
  )
    return null;
  const common = (await readFile(join(gitDirectory, 'commondir'), 'utf8').catch(() => '')).trim();
  return { gitDirectory, commonDirectory: common === '' ? gitDirectory : resolve(gitDirectory, common) };
}

/** True if `directory` is a linked worktree of the repository with that common directory, and that one knows it. */
export async function isLinkedWorktree(directory: string, commonDirectory: string): Promise<boolean> {
  const found = await gitDirectories(directory);
  if (found === null || found.gitDirectory === found.commonDirectory) return false;
  const back = (await readFile(join(found.gitDirectory, 'gitdir'), 'utf8').catch(() => '')).trim();
  const [expected, admin, pointed, here] = await Promise.all(
    [commonDirectory, dirname(dirname(found.gitDirectory)), dirname(back), directory].map(real),
  );
  return expected === admin && pointed === here;
}

/** What is going on in a working tree; null when nothing. */
export async function operationInProgress(gitDirectory: string): Promise<OperationInProgress | null> {
  for (const [name, operation] of OPERATION_FILES) {
    if (
      await stat(join(gitDirectory, name)).then(
        () => true,
        () => false,
      )
    )
      return operation;
  }
  return null;
}

/** Forgets operations in progress of a worktree of ours; touches neither index nor files. */
export async function forgetOperations(gitDirectory: string): Promise<void> {
  await Promise.all(OPERATION_LEFTOVERS.map((name) => rm(join(gitDirectory, name), { recursive: true, force: true })));
}

async function real(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}
