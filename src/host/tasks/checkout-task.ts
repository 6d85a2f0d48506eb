/** The beginning of a task about GitHub: what it is about is read, its tree is made, and its issue says that it is worked on. */
import { AppError } from '../../contracts/errors.ts';
import type { CheckedOut } from '../../contracts/host-work.ts';
import type { WorkOrder } from '../../contracts/order.ts';
import type { Connection } from '../github/connection.ts';
import { openGithub } from '../github/open.ts';
import { readRepository } from '../github/reads.ts';
import { setLabels } from '../github/writes.ts';
import { readGithubTask } from '../kinds/github/github-task.ts';
import type { GithubTask } from '../kinds/github/github-task.ts';
import { readIssueNote, readSnapshot, writeSnapshot, writeTreeNote } from '../kinds/github/notes.ts';
import type { Snapshot } from '../kinds/github/notes.ts';
import { githubPrompt } from '../kinds/github/prompt.ts';
import { readSubject } from '../kinds/github/subject.ts';
import type { Subject } from '../kinds/github/subject.ts';
import { assertDiskFree } from './disk.ts';
import { fetchRef, prepareTaskTree } from './github-tree.ts';
import type { HostContext } from './host-context.ts';
import { openBatchWorkspace } from './workspace.ts';
import type { Workspace } from './workspace.ts';
import { failpoint } from '../../platform/failpoint.ts';

const MAX_NOTES = 5;

/**
 * Prepares an attempt; again: what was prepared. `signal` ends requests and waiting, not the runs of set-up.
 * @throws AppError github_* , already_claimed, invalid_settings (nothing is to be committed), setup_failed, disk_low and
 * what making a worktree throws
 */
export async function checkoutTask(context: HostContext, order: WorkOrder, signal: AbortSignal): Promise<CheckedOut> {
  const task = await readGithubTask(context.paths, order);
  if (task === null) throw new AppError('order_refused', `Tasks of kind ${order.kind} prepare nothing.`);
  const known = readSnapshot(context.paths, order);
  if (known !== null) return toCheckedOut(task, known);
  const workspace = await openBatchWorkspace(context, order);
  assertCommits(workspace);
  await assertDiskFree([context.paths.home, workspace.checkout]);
  const github = await connectFor(context, order, workspace, signal);
  const subject = await readSubject(github, task);
  failpoint('checkout:after-read');
  const snapshot = await snapshotOf(context, order, { task, workspace, github, subject, signal });
  writeSnapshot(context.paths, order, snapshot);
  return toCheckedOut(task, snapshot);
}

/** A connection for the project of an order. @throws AppError github_not_configured, github_needs_login, invalid_settings */
export async function connectFor(
  context: HostContext,
  order: WorkOrder,
  workspace: Workspace,
  signal?: AbortSignal,
): Promise<Connection> {
  const { checkout, settings } = workspace;
  const environment = context.environment.raw;
  return await openGithub(
    { id: order.project, name: order.projectName, checkout, settings: settings.github, environment },
    { now: () => context.clock.now(), ...(signal === undefined ? {} : { signal }) },
  );
}

interface Found {
  readonly task: GithubTask;
  readonly workspace: Workspace;
  readonly github: Connection;
  readonly subject: Subject;
  readonly signal: AbortSignal;
}

async function snapshotOf(context: HostContext, order: WorkOrder, found: Found): Promise<Snapshot> {
  const { task, workspace, github, subject, signal } = found;
  const { title, hidden, pull } = subject;
  const shared = { v: 1, title, pull, hidden: hidden.slice(0, MAX_NOTES) } as const;
  const { checkout, settings } = workspace;
  const { workingLabel, doneLabel, failedLabel } = settings.github;
  const { number } = task;
  if (isOver(task)) {
    await setLabels(github, number, subject.labels, { add: [], remove: [workingLabel] });
    return { ...shared, prompt: '', base: pull?.base ?? '', session: null };
  }
  const defaultBranch = pull?.base ?? (await readRepository(github)).default_branch;
  const ref = pull === null ? `refs/heads/${defaultBranch}` : `refs/pull/${number}/head`;
  const base = await fetchRef(checkout, ref, pull === null ? `heads/${defaultBranch}` : `pull/${number}`);
  const note =
    task.kind === 'process-comment' ? readIssueNote(context.paths, { project: order.project, number }) : null;
  const slug = pull === null ? `issue-${number}` : `pull-${number}`;
  const tree = await prepareTaskTree(context, order, { workspace, slug, base, known: note, signal });
  writeTreeNote(context.paths, order.task, tree);
  await setLabels(github, number, subject.labels, { add: [workingLabel], remove: [doneLabel, failedLabel] });
  failpoint('checkout:after-label');
  return { ...shared, prompt: githubPrompt(task, subject), base: defaultBranch, session: note?.session ?? null };
}

/** Nothing is left to be done on a pull request that was closed. */
function isOver(task: GithubTask): boolean {
  return task.kind === 'process-pr' && task.action === 'closed';
}

function toCheckedOut(task: GithubTask, { session, hidden }: Snapshot): CheckedOut {
  return { work: isOver(task) ? 'nothing' : 'agent', session, notes: hidden };
}

function assertCommits({ settings }: Workspace): void {
  if (settings.git.commit) return;
  throw new AppError(
    'invalid_settings',
    'Tasks about GitHub commit on branches of their own, but git.commit is false.',
    {
      details: { mistakes: [{ file: 'settings', path: 'git.commit', message: 'must be true for tasks about GitHub' }] },
    },
  );
}
