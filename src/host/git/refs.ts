/** Refs of ours: changed all or none, in one process. */
import type { Git } from './git.ts';

/** One change of a transaction. `from` guards it: the sha that must be there now; absent: anything. */
export type RefChange =
  | { readonly kind: 'create'; readonly ref: string; readonly to: string }
  | { readonly kind: 'update'; readonly ref: string; readonly to: string; readonly from?: string }
  | { readonly kind: 'delete'; readonly ref: string; readonly from?: string };

/**
 * Applies all changes or none (git-update-ref(1), "--stdin").
 * @throws AppError git_busy; workspace_broken when a guard does not hold
 */
export async function changeRefs(git: Git, changes: readonly RefChange[]): Promise<void> {
  if (changes.length === 0) return;
  await git.run(['update-ref', '--stdin', '-z'], { input: changes.map(instruction).join('') });
}

/** Like {@link changeRefs}, but a guard that does not hold is an answer: false. */
export async function tryChangeRefs(git: Git, changes: readonly RefChange[]): Promise<boolean> {
  const result = await git.ask(['update-ref', '--stdin', '-z'], { input: changes.map(instruction).join('') });
  return result.exitCode === 0;
}

function instruction(change: RefChange): string {
  switch (change.kind) {
    case 'create':
      return `create ${change.ref}\0${change.to}\0`;
    case 'update':
      return `update ${change.ref}\0${change.to}\0${change.from ?? ''}\0`;
    case 'delete':
      return `delete ${change.ref}\0${change.from ?? ''}\0`;
  }
}

/** A ref with its object and, for branches, where it is checked out. */
export interface RefInfo {
  readonly ref: string;
  readonly sha: string;
  /** Absolute path of the working tree that has it checked out; null when none has. */
  readonly worktree: string | null;
}

/** Refs below `prefixes` (whole path components). */
export async function listRefs(
  git: Git,
  prefixes: readonly string[],
  filter: readonly string[] = [],
): Promise<RefInfo[]> {
  const format = '--format=%(refname)%00%(objectname)%00%(worktreepath)';
  const output = await git.run([
    'for-each-ref',
    format,
    ...filter,
    ...prefixes.map((prefix) => prefix.replace(/\/$/, '')),
  ]);
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [ref = '', sha = '', worktree = ''] = line.split('\0');
      return { ref, sha, worktree: worktree === '' ? null : worktree };
    });
}

/** Sha of a commit. @throws AppError workspace_broken when there is none of that name */
export async function resolveCommit(git: Git, name: string): Promise<string> {
  return (await git.run(['rev-parse', '--verify', '--end-of-options', `${name}^{commit}`])).trim();
}

/** True if `ancestor` is `commit` or before it; false also when one of them does not exist. */
export async function isAncestor(git: Git, ancestor: string, commit: string): Promise<boolean> {
  return (await git.ask(['merge-base', '--is-ancestor', ancestor, commit])).exitCode === 0;
}
