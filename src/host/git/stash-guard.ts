/**
 * A worktree shares stash and branches with the user's checkout. Before an attempt everything there gets a ref, so that
 * nothing can be lost; afterwards a stash entry that the agent took is put back, and moved branches are reported.
 */
import { REF_PREFIXES } from '../../contracts/names.ts';
import { gitDirectories } from './git-directories.ts';
import { openGit } from './git.ts';
import type { Git } from './git.ts';
import { changeRefs, isAncestor } from './refs.ts';
import type { RefChange } from './refs.ts';
import { readSharedState } from './shared-state.ts';
import type { SharedState, StashEntry } from './shared-state.ts';
import { readStatus } from './status.ts';

/** A branch of the user's that is not where it was. */
export interface MovedRef {
  readonly ref: string;
  readonly before: string;
  /** null when it was deleted. */
  readonly after: string | null;
  /** True when it only went forward, as by a commit of the user's: nothing is lost. */
  readonly forward: boolean;
  /** Command that brings it back. */
  readonly restore: string;
}

/** What changed during an attempt in what the repository's worktrees share. */
export interface GuardReport {
  /** True: the agent took a stash entry of the user's. It is back; the attempt counts as failed (`took_user_stash`). */
  readonly tookUserStash: boolean;
  /** Entries that were put back. */
  readonly restoredStashes: readonly StashEntry[];
  /** Entries that vanished without a trace in our worktree, most likely by the user; with the command that brings them back. */
  readonly vanishedStashes: readonly (StashEntry & { readonly restore: string })[];
  readonly movedRefs: readonly MovedRef[];
  readonly configurationChanged: boolean;
  readonly hooksChanged: boolean;
}

/**
 * Keeps every stash entry and branch tip under `refs/nightloom/kept/<batch>/` and tells the state, to be handed to
 * {@link guardAfter}. One process when nothing changed since the last time, else two.
 * @throws AppError not_a_repository, repository_gone, git_busy, workspace_broken
 */
export async function guardBefore(repository: string, batch: string): Promise<SharedState> {
  const git = openGit(repository);
  const prefix = `${REF_PREFIXES.kept}${batch}/`;
  const { state, extra } = await readSharedState(git, await commonDirectory(git), prefix);
  const wanted = new Map<string, string>();
  for (const [ref, sha] of Object.entries(state.branches)) wanted.set(`${prefix}${ref.slice('refs/'.length)}`, sha);
  for (const { sha } of state.stashes) wanted.set(`${prefix}stash/${sha}`, sha);
  await changeRefs(git, missing(wanted, extra, prefix));
  return state;
}

/** A branch `a` may have become `a/b` meanwhile: then the kept ref `a` is in the way, and moves to a name by its sha. */
function missing(wanted: ReadonlyMap<string, string>, kept: ReadonlyMap<string, string>, prefix: string): RefChange[] {
  const changes: RefChange[] = [];
  for (const [ref, to] of wanted) {
    const before = kept.get(ref);
    if (before === to) continue;
    const collides = [...kept.keys()].some((other) => other.startsWith(`${ref}/`) || ref.startsWith(`${other}/`));
    changes.push({ kind: 'update', ref: collides ? `${prefix}tips/${to}` : ref, to });
    // A tip that was kept stays kept when its branch moves on.
    if (before !== undefined) changes.push({ kind: 'update', ref: `${prefix}tips/${before}`, to: before });
  }
  return changes.filter((change, at) => changes.findIndex((other) => other.ref === change.ref) === at);
}

/** What to compare. */
export interface GuardAfterRequest {
  /** Top of the user's checkout. */
  readonly repository: string;
  /** Top of the worktree that the agent worked in. */
  readonly worktree: string;
  /** Sha that the attempt started from. */
  readonly base: string;
  readonly before: SharedState;
}

/**
 * Compares with the state before the attempt and puts back stash entries that the agent took: those that vanished and
 * whose paths changed in our worktree. Running it twice changes nothing more, but reports only what is still so.
 * @throws AppError not_a_repository, repository_gone, git_busy, workspace_broken
 */
export async function guardAfter(request: GuardAfterRequest): Promise<GuardReport> {
  const git = openGit(request.repository);
  const { state: now } = await readSharedState(git, await commonDirectory(git), REF_PREFIXES.wip);
  const present = new Set(now.stashes.map((entry) => entry.sha));
  const vanished = request.before.stashes.filter((entry) => !present.has(entry.sha));
  const taken = vanished.length === 0 ? [] : await takenByAgent(request, git, vanished);
  // The oldest first: every `stash store` goes on top.
  for (const entry of taken.toReversed()) await git.run(['stash', 'store', '-m', entry.message, entry.sha]);
  const others = vanished.filter((entry) => !taken.includes(entry));
  return {
    tookUserStash: taken.length > 0,
    restoredStashes: taken,
    vanishedStashes: others.map((entry) => ({
      ...entry,
      restore: `git stash store -m ${quote(entry.message)} ${entry.sha}`,
    })),
    movedRefs: await movedRefs(git, request.before, now),
    configurationChanged: now.configuration !== request.before.configuration,
    hooksChanged: now.hooks !== request.before.hooks,
  };
}

async function takenByAgent(
  request: GuardAfterRequest,
  git: Git,
  vanished: readonly StashEntry[],
): Promise<StashEntry[]> {
  const worktree = openGit(request.worktree);
  const [status, committed] = await Promise.all([
    readStatus(worktree),
    worktree.run(['diff', '--name-only', '-z', '--no-renames', request.base], { encoding: 'latin1' }),
  ]);
  const changed = new Set([...status.entries.map((entry) => entry.path), ...committed.split('\0')]);
  const taken: StashEntry[] = [];
  for (const entry of vanished) {
    if ((await pathsOf(git, entry.sha)).some((path) => changed.has(path))) taken.push(entry);
  }
  return taken;
}

/** Paths of a stash entry; its third parent, if any, holds the untracked files (git-stash(1), "Discussion"). */
async function pathsOf(git: Git, sha: string): Promise<string[]> {
  const options = { encoding: 'latin1' } as const;
  const [tracked, untracked] = await Promise.all([
    git.run(['diff', '--name-only', '-z', '--no-renames', `${sha}^1`, sha], options),
    git.ask(['ls-tree', '-r', '--name-only', '-z', `${sha}^3`], options),
  ]);
  const more = untracked.exitCode === 0 ? untracked.stdout : '';
  return `${tracked}\0${more}`.split('\0').filter((path) => path !== '');
}

async function movedRefs(git: Git, before: SharedState, now: SharedState): Promise<MovedRef[]> {
  const moved: MovedRef[] = [];
  for (const [ref, sha] of Object.entries(before.branches)) {
    const after = now.branches[ref] ?? null;
    if (after === sha) continue;
    const name = ref.slice('refs/heads/'.length);
    moved.push({
      ref,
      before: sha,
      after,
      forward: after !== null && (await isAncestor(git, sha, after)),
      restore: after === null ? `git branch ${quote(name)} ${sha}` : `git update-ref ${quote(ref)} ${sha} ${after}`,
    });
  }
  return moved;
}

async function commonDirectory(git: Git): Promise<string> {
  const places = await gitDirectories(git.directory);
  if (places !== null) return places.commonDirectory;
  return (await git.run(['rev-parse', '--path-format=absolute', '--git-common-dir'])).trim();
}

/** For a command line that a person will paste. */
function quote(text: string): string {
  return /^[\w./@-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
