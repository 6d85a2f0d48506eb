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
 * Untracked files are kept, ignored ones are not. What is kept is never replaced: called again after a crash in the
 * middle of taking the worktree back, it keeps the rest beside it, under `<attempt>-<8 hex digits>`.
 * @returns the ref (also when it was kept before and nothing is left); null when nothing ever differed from `base`
 * @throws AppError not_a_repository, repository_gone, git_busy, workspace_broken
 */
export async function salvage(request: SalvageRequest): Promise<string | null> {
  const { directory, base, task, attempt, batch } = request;
  const ref = `${REF_PREFIXES.salvage}${task}/${attempt}`;
  const message = `Nightloom: kept work of ${task}, attempt ${attempt}, batch ${batch}`;
  const isKept = (await openGit(directory).ask(['rev-parse', '--verify', '--quiet', ref])).exitCode === 0;
  const name = (commit: string): string => (isKept ? `${ref}-${commit.slice(0, 8)}` : ref);
  const kept = await keepWork({ directory, base, name, message });
  return kept === null && !isKept ? null : ref;
}

/** What to keep where. */
export interface KeepWorkRequest {
  readonly directory: string;
  /** Nothing is kept when the tree is this commit's and HEAD is not past it. */
  readonly base: string;
  /** Full name of the ref for the commit that was made. */
  readonly name: (commit: string) => string;
  readonly message: string;
}

/** Keeps a working tree in a ref of ours. @returns the ref; null when nothing differs from `base` */
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
  const ref = request.name(commit);
  await changeRefs(git, [{ kind: 'update', ref, to: commit }]);
  return ref;
}
