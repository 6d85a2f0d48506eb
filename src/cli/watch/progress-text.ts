/** What watching a batch says: a line per event, and the block about the running task. */
import type { ProgressView } from '../../contracts/log-views.ts';
import type { BatchView, EventView, TaskView } from '../../contracts/views.ts';
import { countsText, taskLine, totalOf } from '../render/batch.ts';
import type { RenderOptions } from '../render/batch.ts';
import { waitText } from '../render/hold.ts';
import { clip, counted, oneLine } from '../render/text.ts';
import { costText, durationText, momentText, untilText } from '../render/time.ts';

/** Lines for one journal event; `batch` is at least as new as the event. Empty for events that need no line. */
export function eventLines(event: EventView, batch: BatchView, options: RenderOptions): string[] {
  const text = eventText(event, batch, options);
  return text === null ? [] : [`${options.style.dim(clockText(event.at, options.nowMs))} ${text}`];
}

function clockText(instant: string, nowMs: number): string {
  return momentText(instant, { nowMs, seconds: true });
}

function eventText(event: EventView, batch: BatchView, options: RenderOptions): string | null {
  const { style } = options;
  const task = batch.tasks.find((each) => each.id === event.task);
  const name = oneLine(task?.name ?? textOf(event, 'name'));
  switch (event.type) {
    case 'task.started':
      return `${style.command('▸')} ${style.strong(name)}  started${placeText(task, batch)}`;
    case 'task.completed':
    case 'task.failed':
    case 'task.skipped':
    case 'task.cancelled':
      return task === undefined ? `${name} ${event.type.slice('task.'.length)}` : taskLine(task, options);
    case 'task.waiting':
      return `${style.warn('…')} ${style.strong(name)}  waits (${textOf(event, 'why').replaceAll('_', ' ')})`;
    case 'task.step':
      return textOf(event, 'step') === ''
        ? null
        : `${style.command('▸')} ${style.strong(name)}  ${textOf(event, 'step')}`;
    case 'task.added':
    case 'task.removed':
    case 'task.moved':
      return `${name} ${event.type.slice('task.'.length)}`;
    case 'batch.held':
      return style.warn(heldText(event));
    case 'batch.released':
      return `goes on (${textOf(event, 'reason').replaceAll('_', ' ')} is over)`;
    case 'batch.paused':
      return style.warn(`batch paused${textOf(event, 'why') === '' ? '' : `: ${textOf(event, 'why')}`}`);
    case 'batch.resumed':
      return 'batch resumed';
    case 'batch.completed':
      return `batch completed: ${countsText(batch.counts)}`;
    case 'batch.cancelled':
      return style.warn('batch cancelled');
    case 'system.note':
      return clip(oneLine(textOf(event, 'message')), 300);
    case 'batch.created':
    case 'batch.started':
    case 'batch.deleted':
    case 'batch.restored':
    case 'batch.edited':
    case 'context.cleaned':
    case 'task.progress':
    case 'requirement.changed':
    case 'idea.changed':
    case 'inbox.changed':
      return null;
  }
}

/** A line when the running task goes into a fix round; `at` is RFC 3339. */
export function fixLine(task: Pick<TaskView, 'name'>, at: string, { style, nowMs }: RenderOptions): string {
  const text = `${style.warn('▸')} ${style.strong(oneLine(task.name))}  verification failed: fix round in the same session`;
  return `${style.dim(clockText(at, nowMs))} ${text}`;
}

function heldText(event: EventView): string {
  const { untilMs } = event.data;
  const until =
    typeof untilMs === 'number' ? ` until ${untilText(new Date(untilMs).toISOString(), Date.parse(event.at))}` : '';
  const message = textOf(event, 'message');
  const reason = textOf(event, 'reason').replaceAll('_', ' ');
  return `waiting${until} (${reason})${message === '' ? '' : `: ${clip(message, 200)}`}`;
}

function textOf(event: EventView, key: string): string {
  const value = event.data[key];
  return typeof value === 'string' ? oneLine(value) : '';
}

function placeText(task: TaskView | undefined, batch: BatchView): string {
  if (task === undefined) return '';
  const attempt = task.attempts > 1 ? `, attempt ${task.attempts}` : '';
  return ` (${batch.tasks.indexOf(task) + 1} of ${batch.tasks.length}${attempt})`;
}

/** The block below: place and counts, the running task's doing, and a hold. Every line fits into `columns`. */
export function blockLines(
  batch: BatchView,
  progress: ProgressView | null,
  options: RenderOptions & { readonly columns: number },
): string[] {
  const { style, nowMs, columns } = options;
  const fit = (text: string): string => clip(text, Math.max(20, columns - 1));
  const running = batch.tasks.find((task) => task.status === 'running');
  const elapsed = batch.startedAt === null ? '' : ` · ${durationText(nowMs - Date.parse(batch.startedAt))}`;
  const cost = batch.costUsd === null ? '' : ` · ${costText(batch.costUsd)}`;
  const head = `${batch.name}: ${countsText(batch.counts)} of ${totalOf(batch.counts)}${cost}${elapsed}`;
  const lines = [style.dim(fit('─'.repeat(Math.min(columns - 1, 60)))), style.strong(fit(oneLine(head)))];
  if (running !== undefined) lines.push(style.command(fit(`▸ ${oneLine(runningText(running, progress, nowMs))}`)));
  const wait = waitText(batch, nowMs);
  if (wait !== null) lines.push(style.warn(fit(wait)));
  lines.push(style.dim(fit('Ctrl-C stops watching, not the batch.')));
  return lines;
}

function runningText(task: TaskView, progress: ProgressView | null, nowMs: number): string {
  const parts = [`${task.name}: ${task.step ?? 'running'}`];
  if (task.attempts > 1) parts.push(`attempt ${task.attempts}`);
  if (progress !== null) {
    parts.push(progress.phase, counted(progress.turns, 'turn'));
    if (progress.lastTool !== null) parts.push(progress.lastTool);
    if (progress.costUsd !== null) parts.push(costText(progress.costUsd));
  }
  if (task.startedAt !== null) parts.push(durationText(nowMs - Date.parse(task.startedAt)));
  return parts.join(', ');
}
