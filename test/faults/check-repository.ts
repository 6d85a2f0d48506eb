/** Promises about a repository: our commits, the requirement files, and everything of the user's. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Violation } from './checker.ts';
import { FINAL } from './facts.ts';
import type { StateFacts, TaskFacts } from './facts.ts';
import { git, hasPath, lines, newBlobs, ownCommits, sha256Of, takeSnapshot } from './repository-facts.ts';
import type { OwnCommit, Snapshot } from './repository-facts.ts';

/** P2, P3 and P7 in the repository of `before`, and that what was committed is what was verified (P13). */
export async function checkRepository(state: StateFacts, before: Snapshot): Promise<Violation[]> {
  const { directory } = before;
  const tasks = state.tasks.filter((task) => state.projects.get(task.project) === directory);
  const commits = await ownCommits(directory);
  const violations: Violation[] = [];
  const known = new Set(tasks.map((task) => task.id));
  for (const { sha, task } of commits) {
    if (!known.has(task)) violations.push({ promise: 'P2', text: `commit ${sha} names an unknown task ${task}` });
  }
  for (const task of tasks) {
    const own = commits.filter((commit) => commit.task === task.id);
    violations.push(...commitOf(task, own));
    violations.push(...(await branchOf(state, directory, task, own)));
    violations.push(...(await checkoutCopy(before, task)));
  }
  return [...violations, ...(await userPart(state, before, tasks))];
}

function commitOf(task: TaskFacts, own: readonly OwnCommit[]): Violation[] {
  const violation = (text: string): Violation[] => [{ promise: 'P2', text: `${task.name} (${task.id}) ${text}` }];
  const shas = own.map((commit) => commit.sha).join(', ');
  if (!FINAL.has(task.status)) return own.length > 1 ? violation(`has several commits: ${shas}`) : [];
  if (task.status !== 'completed')
    return own.length > 0 ? violation(`is ${task.status} but has a commit: ${shas}`) : [];
  const [only, ...more] = own;
  if (only === undefined) return violation('is completed without a commit');
  if (more.length > 0) return violation(`has several commits: ${shas}`);
  if (only.sha !== task.commit) return violation(`shows commit ${task.commit}, git has ${only.sha}`);
  return only.attempt === task.attempt ? [] : violation(`shows attempt ${task.attempt}, git has ${only.attempt}`);
}

/** In the tree that we commit to, and in the very commit, the requirement is gone if and only if it is resolved. */
async function branchOf(
  state: StateFacts,
  directory: string,
  task: TaskFacts,
  own: readonly OwnCommit[],
): Promise<Violation[]> {
  const workspace = state.batches.find((batch) => batch.id === task.batch)?.workspaces.get(task.project);
  if (workspace === undefined || !FINAL.has(task.status)) return [];
  const path = pathOf(task);
  const violations: Violation[] = [];
  const [wasThere, isThere] = await Promise.all([
    hasPath(directory, workspace.base, path),
    hasPath(directory, `refs/heads/${workspace.branch}`, path),
  ]);
  const completed = task.status === 'completed';
  if (completed && isThere) violations.push({ promise: 'P3', text: `${path} is resolved but still on the branch` });
  if (!completed && wasThere && !isThere) {
    violations.push({ promise: 'P3', text: `${path} is gone from the branch, but its task is ${task.status}` });
  }
  for (const { sha } of own) {
    if (await hasPath(directory, sha, path))
      violations.push({ promise: 'P3', text: `commit ${sha} still holds ${path}` });
    const onBranch = await git(directory, 'branch', '--format=%(refname:short)', '--contains', sha);
    if (!lines(onBranch).includes(workspace.branch)) {
      violations.push({ promise: 'P2', text: `commit ${sha} is not on ${workspace.branch}` });
    }
    violations.push(...(await sameAsVerified(state, directory, task, sha)));
  }
  return violations;
}

async function sameAsVerified(
  state: StateFacts,
  directory: string,
  task: TaskFacts,
  sha: string,
): Promise<Violation[]> {
  const tree = state.rounds.get(`${task.id}/${task.attempt}`)?.at(-1)?.tree ?? null;
  if (tree === null) return [];
  const differing = await git(directory, 'diff-tree', '-r', '--name-only', '--no-renames', tree, sha).catch(() => null);
  if (differing === null) return [];
  const others = lines(differing).filter((path) => path !== pathOf(task));
  if (others.length === 0) return [];
  return [{ promise: 'P13', text: `commit ${sha} is not what was verified: ${others.join(', ')} differ` }];
}

/** An untracked copy goes after the commit, and only if the user did not change it. */
async function checkoutCopy(before: Snapshot, task: TaskFacts): Promise<Violation[]> {
  const path = pathOf(task);
  if (!before.changed.has(path) || !FINAL.has(task.status)) return [];
  const now = await sha256Of(join(before.directory, path));
  if (task.status === 'completed' && now === task.sha256) {
    return [{ promise: 'P3', text: `${path} is resolved, but the checkout's copy is still there` }];
  }
  if (task.status !== 'completed' && now === null) {
    return [{ promise: 'P3', text: `${path} is gone from the checkout, but its task is ${task.status}` }];
  }
  return [];
}

async function userPart(state: StateFacts, before: Snapshot, tasks: readonly TaskFacts[]): Promise<Violation[]> {
  const { directory } = before;
  const now = await takeSnapshot(directory);
  const texts: string[] = [];
  if (now.head !== before.head) texts.push(`HEAD was ${before.head} and is ${now.head}`);
  for (const [ref, sha] of before.refs) {
    const found = now.refs.get(ref);
    if (found !== sha) texts.push(`${ref} was ${sha} and is ${found ?? 'gone'}`);
  }
  if (now.stashes.join() !== before.stashes.join()) texts.push(`the stash was ${before.stashes.join()}`);
  const settled = new Set(tasks.filter((task) => task.status === 'completed').map(pathOf));
  for (const [path, blob] of before.changed) {
    if (now.changed.get(path) !== blob && !settled.has(path)) texts.push(`uncommitted ${path} is not what it was`);
  }
  for (const path of now.changed.keys()) {
    if (!before.changed.has(path)) texts.push(`${path} of the checkout was changed`);
  }
  texts.push(...(await committedWork(state, before, tasks)));
  const lock = join(directory, '.git', 'index.lock');
  const locked = await access(lock).then(
    () => true,
    () => false,
  );
  if (locked) texts.push(`${lock} was left behind`);
  const damage = await git(directory, 'fsck', '--connectivity-only', '--no-dangling').catch((error: unknown) =>
    String(error),
  );
  if (damage !== '') texts.push(`git fsck: ${damage}`);
  return texts.map((text) => ({ promise: 'P7', text }));
}

/** No commit of ours may hold what the user had not committed. */
async function committedWork(state: StateFacts, before: Snapshot, tasks: readonly TaskFacts[]): Promise<string[]> {
  const ranges = new Set<string>();
  for (const batch of state.batches) {
    for (const [project, { base, branch }] of batch.workspaces) {
      if (tasks.some((task) => task.project === project)) ranges.add(`${base}..refs/heads/${branch}`);
    }
  }
  const texts: string[] = [];
  for (const range of ranges) {
    const blobs = await newBlobs(before.directory, range);
    for (const [path, blob] of before.changed) {
      if (blobs.has(blob)) texts.push(`uncommitted ${path} was committed in ${range}`);
    }
  }
  return texts;
}

function pathOf(task: TaskFacts): string {
  return `.claude/commands/${task.name}.md`;
}
