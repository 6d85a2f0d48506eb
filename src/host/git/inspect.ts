/** What a folder is to git: everything that a check of a project needs. Takes no locks. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import { operationInProgress } from './git-directories.ts';
import type { OperationInProgress } from './git-directories.ts';
import { openGit } from './git.ts';
import type { Git } from './git.ts';
import { readStatus, utf8 } from './status.ts';

/** A repository as it lies there. */
export interface RepositoryState {
  /** Real path of the top of the working tree. */
  readonly topLevel: string;
  readonly gitDirectory: string;
  /** The same for all worktrees of a repository. */
  readonly commonDirectory: string;
  /** null before the first commit. */
  readonly head: string | null;
  /** null when HEAD is detached. */
  readonly branch: string | null;
  /** Tracked files that differ from HEAD (staged, unstaged or unmerged). */
  readonly trackedChanges: number;
  /** The first 20 of them. */
  readonly trackedPaths: readonly string[];
  /** Untracked files and wholly untracked folders, ignored ones not counted. */
  readonly untracked: number;
  readonly inProgress: OperationInProgress | null;
  /** Who would commit; null when git does not know. */
  readonly identity: { readonly name: string; readonly email: string } | null;
}

/**
 * Looks at the repository that holds `folder`.
 * @throws AppError repository_gone (no such folder), not_a_repository (also a bare one)
 */
export async function inspectRepository(folder: string): Promise<RepositoryState> {
  if (
    !(await stat(folder).then(
      (entry) => entry.isDirectory(),
      () => false,
    ))
  ) {
    throw new AppError('repository_gone', `The folder ${folder} does not exist.`, { details: { folder } });
  }
  const git = openGit(folder);
  const places = await git.run(['rev-parse', '--show-toplevel', '--absolute-git-dir', '--git-common-dir']);
  const [topLevel = '', gitDirectory = '', common = ''] = places.split('\n');
  const top = openGit(topLevel);
  const [status, identity, inProgress] = await Promise.all([
    readStatus(top, { untracked: 'normal' }),
    readIdentity(top),
    operationInProgress(gitDirectory),
  ]);
  const tracked = status.entries.filter((entry) => entry.kind !== 'untracked');
  return {
    topLevel,
    gitDirectory,
    commonDirectory: resolve(folder, common),
    head: status.head,
    branch: status.branch,
    trackedChanges: tracked.length,
    trackedPaths: tracked.slice(0, 20).map((entry) => utf8(entry.path)),
    untracked: status.entries.length - tracked.length,
    inProgress,
    identity,
  };
}

/**
 * {@link inspectRepository}, for a repository that work can be based on.
 * @throws AppError repository_gone, not_a_repository, no_commit
 */
export async function inspectWithCommit(folder: string): Promise<RepositoryState & { readonly head: string }> {
  const state = await inspectRepository(folder);
  if (state.head === null) {
    throw new AppError('no_commit', `${state.topLevel} has no commit yet.`, { details: { path: state.topLevel } });
  }
  return { ...state, head: state.head };
}

async function readIdentity(git: Git): Promise<RepositoryState['identity']> {
  const result = await git.ask(['var', 'GIT_COMMITTER_IDENT']);
  const found = /^(.*) <(.*)> \d+ [+-]\d+$/.exec(result.stdout.trim());
  if (result.exitCode !== 0 || found === null) return null;
  return { name: found[1] ?? '', email: found[2] ?? '' };
}
