/** Keeps the work of failed and interrupted attempts in refs, before the worktree is taken back. */
import { REF_PREFIXES } from '../../contracts/names.ts';
import { openGit } from './git.ts';
import { changeRefs } from './refs.ts';
import { keepTree, treeOfChanges, workTree } from './trees.ts';

/** Whose work to keep. */
export interface SalvageRequest {
  /** Top of the working tree. */
  readonly directory: string;
  readonly task: string;
  readonly attempt: number;
  readonly batch: string;
  /** What the attempt started from. */
  readonly base: string;
  /** In place: tree of the checkout as the attempt met it; what it held besides `base` is the user's and not kept. */
  readonly before?: string;
}

/**
 * Keeps the working tree, with the agent's own commits below it, under `refs/nightloom/salvage/<task>/<attempt>`.
 * Untracked files are kept, ignored ones are not. What is kept is never replaced: called again after a crash in the
 * middle of taking the worktree back, it keeps the rest beside it, under `<attempt>-<8 hex digits>`.
 * @returns the ref (also when it was kept before and nothing is left); null when nothing ever differed from `base`
 * @throws AppError not_a_repository, repository_gone, git_busy, workspace_broken
 */
export async function salvage(request: SalvageRequest): Promise<string | null> {
  const { directory, base, before, task, attempt, batch } = request;
  const ref = `${REF_PREFIXES.salvage}${task}/${attempt}`;
  const message = `Nightloom: kept work of ${task}, attempt ${attempt}, batch ${batch}`;
  const isKept = (await openGit(directory).ask(['rev-parse', '--verify', '--quiet', ref])).exitCode === 0;
  const name = (commit: string): string => (isKept ? `${ref}-${commit.slice(0, 8)}` : ref);
  const kept = await keepWork({ directory, base, name, message, ...(before === undefined ? {} : { before }) });
  return kept === null && !isKept ? null : ref;
}

/** What to keep where. */
export interface KeepWorkRequest {
  readonly directory: string;
  /** Nothing is kept when the tree is this commit's and HEAD is not past it. */
  readonly base: string;
  /** Only what differs from this tree is kept, on top of `base`; absent: all that differs from `base`. */
  readonly before?: string;
  /** Full name of the ref for the commit that was made. */
  readonly name: (commit: string) => string;
  readonly message: string;
}

/** Keeps a working tree in a ref of ours. @returns the ref; null when nothing differs from `base` */
export async function keepWork(request: KeepWorkRequest): Promise<string | null> {
  const { directory, base, before } = request;
  const git = openGit(directory);
  const [present, positions] = await Promise.all([
    workTree(directory),
    git.ask(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']),
  ]);
  const tree = before === undefined ? present : await treeOfChanges(directory, { base, before, present });
  const head = positions.exitCode === 0 ? positions.stdout.trim() : base;
  const baseTree = (await git.run(['rev-parse', `${base}^{tree}`])).trim();
  if (tree === baseTree && head === base) return null;
  const commit = await keepTree(git, tree, head, request.message);
  const ref = request.name(commit);
  await changeRefs(git, [{ kind: 'update', ref, to: commit }]);
  return ref;
}
