/** The end of a task about GitHub: its branch is pushed, a pull request opened, and people are told. Each thing once. */
import { AppError } from '../../contracts/errors.ts';
import type { WorkEnd } from '../../contracts/host-work.ts';
import type { WorkOrder } from '../../contracts/order.ts';
import { discardWork } from '../git/attempt.ts';
import { pushBranch, pushTo } from '../git/delivery.ts';
import type { PushResult } from '../git/delivery.ts';
import { readOwnership } from '../git/ownership.ts';
import { removeCleanWorktree } from '../git/worktree.ts';
import type { Connection } from '../github/connection.ts';
import { readIssue } from '../github/reads.ts';
import { commentOnce, pullOnce, reviewOnce, setLabels } from '../github/writes.ts';
import { readGithubTask } from '../kinds/github/github-task.ts';
import type { GithubTask } from '../kinds/github/github-task.ts';
import { readIssueNote, readSnapshot, readTreeNote, writeIssueNote } from '../kinds/github/notes.ts';
import type { Snapshot, TreeNote } from '../kinds/github/notes.ts';
import { doneText, failedText, pullText } from '../kinds/github/texts.ts';
import { readResult, writeResult } from '../kinds/result-file.ts';
import { isRecord } from '../runs/run-directory.ts';
import { connectFor } from './checkout-task.ts';
import type { HostContext } from './host-context.ts';
import { openWorkspace } from './workspace.ts';
import type { Workspace } from './workspace.ts';
import { failpoint } from '../../platform/failpoint.ts';

/** What every part of an answer needs. */
interface Answering {
  readonly context: HostContext;
  readonly order: WorkOrder;
  readonly task: GithubTask;
  readonly workspace: Workspace;
  readonly github: Connection;
  readonly writer: { readonly installation: WorkOrder['installation']; readonly task: WorkOrder['task'] };
}

/**
 * Tells how the work ended; may die at any point and be called again.
 * @throws AppError github_*, workspace_broken, git_busy, repository_gone
 */
export async function respondTask(context: HostContext, order: WorkOrder, end: WorkEnd): Promise<{ notes: string[] }> {
  const task = await readGithubTask(context.paths, order);
  const snapshot = readSnapshot(context.paths, order);
  // What never began has nobody to tell.
  if (task === null || snapshot === null) return { notes: [] };
  const workspace = await openWorkspace(context, order);
  const github = await connectFor(context, order, workspace);
  const { installation } = context;
  const answering = { context, order, task, workspace, github, writer: { installation, task: order.task } };
  if (end.kind === 'failed') await tellFailure(answering, end);
  else if (snapshot.prompt !== '') await tellDone(answering, snapshot, end);
  failpoint('respond:after-writes');
  return { notes: await removeTree(answering) };
}

async function tellFailure(answering: Answering, end: Extract<WorkEnd, { kind: 'failed' }>): Promise<void> {
  const { github, writer, task, workspace, context } = answering;
  const body = failedText({ code: end.code, message: context.masker.maskText(end.message) });
  await commentOnce(github, writer, { issue: task.number, name: 'failed', body });
  const { failedLabel, doneLabel } = workspace.settings.github;
  await label(answering, failedLabel, doneLabel);
}

async function tellDone(
  answering: Answering,
  snapshot: Snapshot,
  { commit, session }: Extract<WorkEnd, { kind: 'done' }>,
): Promise<void> {
  const { context, order, task, workspace } = answering;
  const tree = readTreeNote(context.paths, order.task);
  const text = wordsOf(context, order);
  const isReview = task.kind === 'process-pr';
  const branch = commit === null ? null : (tree?.branch ?? null);
  const pullRequestUrl = isReview ? null : await publish(answering, snapshot, { branch, text });
  if (isReview) await repair(answering, snapshot, branch);
  const commentUrl = await tell(answering, snapshot, { text, commit, pullRequestUrl });
  const { doneLabel, failedLabel } = workspace.settings.github;
  await label(answering, doneLabel, failedLabel);
  writeResult(context.paths, order.task, order.attempt, { text, commit, commentUrl, pullRequestUrl });
  if (!isReview && tree !== null) keepIssueNote(answering, tree, session);
}

/** Pushes the branch and opens its pull request; null: nothing was committed, or it is not wanted. */
async function publish(
  { github, writer, task, workspace, context }: Answering,
  { title, base }: Snapshot,
  { branch, text }: { readonly branch: string | null; readonly text: string },
): Promise<string | null> {
  if (branch === null || !workspace.settings.github.pullRequest) return null;
  assertPushed(await pushBranch(workspace.checkout, branch), branch, context);
  failpoint('respond:after-push');
  const body = pullText({ number: task.number, text });
  const pull = await pullOnce(github, writer, { head: branch, base, title, body });
  return pull.html_url;
}

/** A repair goes onto the pull request's own branch; one in a fork cannot be written to. */
async function repair({ workspace, context }: Answering, { pull }: Snapshot, branch: string | null): Promise<void> {
  if (branch === null || pull === null || !pull.isOwn) return;
  assertPushed(await pushTo(workspace.checkout, branch, pull.head), pull.head, context);
  failpoint('respond:after-push');
}

async function tell(
  { github, writer, task }: Answering,
  { pull, hidden }: Snapshot,
  done: { readonly text: string; readonly commit: string | null; readonly pullRequestUrl: string | null },
): Promise<string> {
  const body = doneText({ ...done, hidden });
  if (task.kind === 'process-pr' && pull !== null) {
    await reviewOnce(github, writer, { pull: task.number, commit: pull.sha, body });
    return (await readIssue(github, task.number)).html_url;
  }
  return (await commentOnce(github, writer, { issue: task.number, name: 'done', body })).html_url;
}

/** What triggered work on an issue goes: who puts it on again asks again. A pull request is reviewed after each change. */
async function label({ github, task, workspace }: Answering, add: string, other: string): Promise<void> {
  const { workingLabel, triggerLabels } = workspace.settings.github;
  const { labels } = await readIssue(github, task.number);
  const triggers = task.kind === 'process-pr' ? [] : triggerLabels;
  await setLabels(github, task.number, labels, { add: [add], remove: [workingLabel, other, ...triggers] });
}

function keepIssueNote(
  { context, order, task }: Answering,
  { owner, directory, branch }: TreeNote,
  session: { readonly id: string; readonly costUsd: number | null } | null,
): void {
  const issue = { project: order.project, number: task.number };
  const kept = session ?? readIssueNote(context.paths, issue)?.session ?? null;
  writeIssueNote(context.paths, issue, { v: 1, owner, directory, branch, session: kept });
}

function wordsOf(context: HostContext, order: WorkOrder): string {
  for (let attempt = order.attempt; attempt > 0; attempt -= 1) {
    const result = readResult(context.paths, order.task, attempt, context.masker);
    if (isRecord(result) && typeof result['text'] === 'string') return result['text'];
  }
  return '';
}

/** The branch stays; a comment that continues the work gets a tree at the same place again. */
async function removeTree({ context, order, workspace }: Answering): Promise<string[]> {
  const tree = readTreeNote(context.paths, order.task);
  if (tree === null) return [];
  // Where nothing was committed the tree still counts as this task's, and the next one would wait for it.
  if ((await readOwnership(tree.directory))?.task === order.task) await discardWork(tree.directory, tree.branch);
  const removal = await removeCleanWorktree(workspace.checkout, tree.directory);
  return removal.removed ? [] : [`The worktree ${tree.directory} was kept: it holds what is not committed.`];
}

function assertPushed(result: PushResult, branch: string, { masker }: HostContext): void {
  if (!('message' in result)) return;
  const said = masker.maskText(result.message).slice(-300);
  const code = result.kind === 'rejected' ? 'github_refused' : 'github_unreachable';
  throw new AppError(code, `Pushing ${branch} failed: ${said}`);
}
