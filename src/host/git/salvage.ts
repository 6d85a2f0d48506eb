/** Keeps the work of failed and interrupted attempts in refs, before the worktree is taken back. */
import { REF_PREFIXES } from '../../contracts/names.ts';
import { openGit } from './git.ts';
import { changeRefs } from './refs.ts';
import { keepTree, workTree } from './trees.ts';

/** Whose work to keep. */
export interface SalvageRequest {
  /** Top of the working tree. */
  readonly directory: string;
  readonly task: string;
  readonly attempt: number;
  readonly batch: string;
  /** What the attempt started from. */
  readonly base: string;
}

/**
 * Keeps the working tree, with the agent's own commits below it, under `refs/nightloom/salvage/<task>/<attempt>`.
 * Untracked files are kept, ignored ones are not. Running it twice renews the ref.
 * @returns the ref; null when nothing differs from `base`
 * @throws AppError not_a_repository, repository_gone, git_busy, workspace_broken
 */
export async function salvage(request: SalvageRequest): Promise<string | null> {
  const ref = `${REF_PREFIXES.salvage}${request.task}/${request.attempt}`;
  const message = `Nightloom: kept work of ${request.task}, attempt ${request.attempt}, batch ${request.batch}`;
  const kept = await keepWork({ directory: request.directory, base: request.base, ref, message });
  return kept === null ? null : ref;
}

/** What to keep where. */
export interface KeepWorkRequest {
  readonly directory: string;
  /** Nothing is kept when the tree is this commit's and HEAD is not past it. */
  readonly base: string;
  readonly ref: string;
  readonly message: string;
}

/** Keeps a working tree in any ref of ours. @returns the commit; null when nothing differs from `base` */
export async function keepWork(request: KeepWorkRequest): Promise<string | null> {
  const git = openGit(request.directory);
  const [tree, positions] = await Promise.all([
    workTree(request.directory),
    git.ask(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']),
  ]);
  const head = positions.exitCode === 0 ? positions.stdout.trim() : request.base;
  const baseTree = (await git.run(['rev-parse', `${request.base}^{tree}`])).trim();
  if (tree === baseTree && head === request.base) return null;
  const commit = await keepTree(git, tree, head, request.message);
  await changeRefs(git, [{ kind: 'update', ref: request.ref, to: commit }]);
  return commit;
}
