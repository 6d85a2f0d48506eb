/** A batch, its tasks and lists of both, for a terminal. */
import type { BatchSummary, BatchView, Counts, TaskView } from '../../contracts/views.ts';
import { isFinalTaskStatus } from '../../contracts/vocabulary.ts';
import { statusText, waitText } from './hold.ts';
import type { Style } from './style.ts';
import { clip, columns, counted, oneLine } from './text.ts';
import { costText, durationText, momentText, untilText } from './time.ts';

/** What rendering needs besides the data. */
export interface RenderOptions {
  readonly style: Style;
  readonly nowMs: number;
}

/** `3 completed, 1 failed, 2 queued`; leaves out zeros. */
export function countsText(counts: Counts): string {
  const order = ['completed', 'failed', 'running', 'waiting', 'queued', 'skipped', 'cancelled'] as const;
  const parts = order.filter((status) => counts[status] > 0).map((status) => `${counts[status]} ${status}`);
  return parts.length === 0 ? 'no tasks' : parts.join(', ');
}

/** Number of all tasks. */
export function totalOf(counts: Counts): number {
  const { queued, running, waiting, completed, failed, skipped, cancelled } = counts;
  return queued + running + waiting + completed + failed + skipped + cancelled;
}

/** `verified`, `committed, not verified`, ... for a completed task. */
export function verdictText(task: Pick<TaskView, 'verified' | 'commit'>): string {
  if (task.verified === 'passed') return 'verified';
  if (task.verified === 'failed') return 'verification failed';
  return task.commit === null ? 'no commit, not verified' : 'committed, not verified';
}

/** First seven characters of a commit. */
export function shortCommit(commit: string): string {
  return commit.slice(0, 7);
}

/** One line about a task: mark, name, what became of it. */
export function taskLine(task: TaskView, { style, nowMs }: RenderOptions): string {
  const [mark, text] = markOf(task, style, nowMs);
  return `${mark} ${style.strong(oneLine(task.name))}  ${text}`;
}

function markOf(task: TaskView, style: Style, nowMs: number): readonly [string, string] {
  switch (task.status) {
    case 'completed':
      return [style.good('✓'), completedText(task)];
    case 'failed':
      return [style.bad('✗'), failedText(task)];
    case 'running':
      return [style.command('▸'), `running${task.step === null ? '' : `: ${task.step}`}${attemptText(task)}`];
    case 'waiting':
      return [style.warn('…'), waitingText(task, nowMs)];
    case 'skipped':
      return [
        style.warn('-'),
        `skipped${task.failure === null ? '' : `: ${clip(oneLine(task.failure.message), 120)}`}`,
      ];
    case 'cancelled':
      return [style.warn('-'), 'cancelled'];
    case 'idle':
    case 'queued':
      return [style.dim('·'), style.dim('queued')];
  }
}

function completedText(task: TaskView): string {
  const parts = [verdictText(task), durationText(task.durationMs)];
  if (task.commit !== null) parts.unshift(shortCommit(task.commit));
  if (task.costUsd !== null) parts.push(costText(task.costUsd));
  return `${parts.join(', ')}${attemptText(task)}`;
}

function failedText(task: TaskView): string {
  if (task.failure === null) return `failed${attemptText(task)}`;
  return `failed at ${task.failure.step}: ${clip(oneLine(task.failure.message), 160)}${attemptText(task)}`;
}

function waitingText(task: TaskView, nowMs: number): string {
  const wait = task.waits.findLast((each) => each.until === null || Date.parse(each.until) > nowMs);
  if (wait === undefined) return 'waiting';
  const reason = wait.kind.replaceAll('_', ' ');
  return wait.until === null ? `waiting (${reason})` : `waiting until ${untilText(wait.until, nowMs)} (${reason})`;
}

function attemptText(task: TaskView): string {
  return task.attempts > 1 ? ` (attempt ${task.attempts})` : '';
}

/** Lines about one batch with its tasks and what to type next. */
export function batchLines(batch: BatchView, options: RenderOptions): string[] {
  const { style, nowMs } = options;
  const lines = [
    `${style.strong(oneLine(batch.name))}  ${style.dim(batch.id)}  ${statusText(batch)}`,
    `${countsText(batch.counts)}; ${costText(batch.costUsd)}${timesText(batch, nowMs)}`,
  ];
  const wait = waitText(batch, nowMs);
  if (wait !== null) lines.push(style.warn(wait));
  for (const project of batch.projects) {
    lines.push(
      style.dim(`${oneLine(project.project)}: ${project.branch === null ? 'no branch' : `branch ${project.branch}`}`),
    );
  }
  for (const note of batch.notes) lines.push(style.warn(clip(oneLine(note), 300)));
  lines.push('', ...batch.tasks.map((task) => `${taskLine(task, options)}${needsText(task, batch.tasks, style)}`));
  if (batch.next.length > 0) lines.push('', ...nextLines(batch.next, style));
  return lines;
}

/** What an open task still has to wait for, and what a skipped one waited for in vain. */
function needsText(task: TaskView, tasks: readonly TaskView[], style: Style): string {
  if (isFinalTaskStatus(task.status) && task.status !== 'skipped') return '';
  const needed = task.after.flatMap((id) => tasks.find((each) => each.id === id) ?? []);
  const left = needed.filter((each) => each.status !== 'completed');
  return left.length === 0 ? '' : style.dim(`  after ${left.map((each) => oneLine(each.name)).join(', ')}`);
}

function timesText(batch: BatchSummary, nowMs: number): string {
  if (batch.startedAt === null) return '';
  const end = batch.completedAt === null ? nowMs : Date.parse(batch.completedAt);
  return `; started ${momentText(batch.startedAt, { nowMs })}, ${durationText(end - Date.parse(batch.startedAt))}`;
}

/** `why` and, indented, the command. */
export function nextLines(next: readonly { why: string; command: string }[], style: Style): string[] {
  return next.flatMap(({ why, command }) => [`${why}:`, `  ${style.command(command)}`]);
}

/** A list of batches as a table. */
export function batchTable(batches: readonly BatchSummary[], { nowMs }: RenderOptions): string[] {
  if (batches.length === 0) return ['No batches. `nightloom run` makes one.'];
  return columns([
    ['ID', 'NAME', 'STATUS', 'PROJECT', 'CREATED', 'TASKS'],
    ...batches.map((batch) => [
      batch.id,
      clip(oneLine(batch.name), 40),
      statusText(batch),
      clip(oneLine(batch.project), 24),
      momentText(batch.createdAt, { nowMs }),
      countsText(batch.counts),
    ]),
  ]);
}

/** A list of tasks as a table. */
export function taskTable(tasks: readonly TaskView[]): string[] {
  if (tasks.length === 0) return ['No tasks.'];
  const rows = columns([
    ['ID', 'NAME', 'STATUS', 'BATCH', 'RESULT'],
    ...tasks.map((task) => [
      task.id,
      clip(oneLine(task.name), 48),
      task.status,
      task.batchId,
      task.status === 'completed' ? completedText(task) : task.status === 'failed' ? failedText(task) : '',
    ]),
  ]);
  return [...rows, counted(tasks.length, 'task')];
}
