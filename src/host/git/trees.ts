/** The present state of a working tree as git objects, made with an index of their own: HEAD and index stay as they are. */
import { copyFile, mkdtemp, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import { gitDirectories } from './git-directories.ts';
import { openGit } from './git.ts';
import type { Git } from './git.ts';

/** `-c` options of commits that only keep something: they need no identity of the user's. */
export const KEEPER: readonly string[] = ['user.name=Nightloom', 'user.email=nightloom@localhost'];

/**
 * Calls `use` with a copy of the worktree's index and removes it afterwards. The copy keeps git from reading every file again.
 * @throws AppError not_a_repository; what `use` throws
 */
export async function withIndexCopy<T>(
  directory: string,
  use: (git: Git, indexFile: string) => Promise<T>,
): Promise<T> {
  const places = await gitDirectories(directory);
  if (places === null) {
    throw new AppError('not_a_repository', `${directory} is not the top of a working tree.`, {
      details: { directory },
    });
  }
  const folder = await mkdtemp(join(tmpdir(), 'nightloom-index-'));
  const indexFile = join(folder, 'index');
  try {
    await copyIndex(join(places.gitDirectory, 'index'), indexFile);
    return await use(openGit(directory), indexFile);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The copy gets the original's time (rounded down): git reads a file again when it is not older than the index, and a
 * younger index would hide a change of the same size made just after the original was written (git's racy-git.txt).
 */
async function copyIndex(from: string, to: string): Promise<void> {
  const found = await stat(from).catch(() => null);
  if (found === null) return;
  await copyFile(from, to);
  const seconds = Math.floor(found.mtimeMs) / 1_000;
  await utimes(to, seconds, seconds);
}

/**
 * Tree id of the present working tree: tracked and untracked files, not ignored ones. Equal ids mean equal content, so
 * it also serves as the fingerprint of what was verified. Files that cannot be read are left out.
 * @throws AppError not_a_repository, repository_gone, workspace_broken
 */
export async function workTree(directory: string): Promise<string> {
  return withIndexCopy(directory, async (git, indexFile) => {
    await git.ask(['add', '--all', '--ignore-errors'], { indexFile, timeoutMs: 600_000 });
    return (await git.run(['write-tree'], { indexFile })).trim();
  });
}

/**
 * Tree of `base` with what changed from the tree `before` to the tree `present`: what `before` held besides is left out.
 * @throws AppError not_a_repository, repository_gone, workspace_broken
 */
export async function treeOfChanges(
  directory: string,
  trees: { readonly base: string; readonly before: string; readonly present: string },
): Promise<string> {
  return withIndexCopy(directory, async (git, indexFile) => {
    const args = ['diff-tree', '-r', '-z', '--no-renames', trees.before, trees.present];
    const fields = (await git.run(args, { encoding: 'latin1' })).split('\0');
    const entries: string[] = [];
    for (let at = 0; at + 1 < fields.length; at += 2) {
      // `:<old mode> <new mode> <old id> <new id> <letter>`; a mode of zeros takes the path away.
      const [, mode = '', , id = ''] = (fields[at] ?? '').split(' ');
      entries.push(`${mode} ${id}\t${fields[at + 1] ?? ''}\0`);
    }
    await git.run(['read-tree', trees.base], { indexFile });
    const input = entries.join('');
    if (input !== '') await git.run(['update-index', '-z', '--index-info'], { indexFile, input, encoding: 'latin1' });
    return (await git.run(['write-tree'], { indexFile })).trim();
  });
}

/** Makes a commit object that no branch holds and that carries no trailer of ours. */
export async function keepTree(git: Git, tree: string, parent: string, message: string): Promise<string> {
  const args = ['commit-tree', tree, '-p', parent, '-F', '-'];
  return (await git.run(args, { input: `${message}\n`, config: KEEPER })).trim();
}
