/** How far a batch is, and when it will be done. */
import type { Counts, TaskView } from '../../../src/contracts/views.ts';
import { plural, toMs } from './format.ts';

/** Fewer finished tasks say nothing about the rest. */
const MIN_SAMPLES = 3;
/** The forecast is a range, because tasks differ. */
const SPREAD = 0.3;

/** Number of all tasks. */
export function totalOf(counts: Counts): number {
  return openOf(counts) + endedOf(counts);
}

/** Tasks that are not over. */
export function openOf(counts: Counts): number {
  return counts.queued + counts.running + counts.waiting;
}

/** Tasks that are over, however they ended. */
export function endedOf(counts: Counts): number {
  return counts.completed + counts.failed + counts.skipped + counts.cancelled;
}

/** Sum over batches. */
export function sumCounts(all: readonly Counts[]): Counts {
  const sum: Counts = { queued: 0, running: 0, waiting: 0, completed: 0, failed: 0, skipped: 0, cancelled: 0 };
  for (const counts of all) {
    sum.queued += counts.queued;
    sum.running += counts.running;
    sum.waiting += counts.waiting;
    sum.completed += counts.completed;
    sum.failed += counts.failed;
    sum.skipped += counts.skipped;
    sum.cancelled += counts.cancelled;
  }
  return sum;
}

/** `7 of 12 done, 1 failed`. */
export function progressSentence(counts: Counts): string {
  const parts = [`${counts.completed} of ${plural(totalOf(counts), 'task')} done`];
  if (counts.failed > 0) parts.push(`${counts.failed} failed`);
  if (counts.skipped + counts.cancelled > 0) parts.push(`${counts.skipped + counts.cancelled} left out`);
  return parts.join(', ');
}

/**
 * Working time that is left, from the mean of the tasks that are over; limit waits are not in it.
 * Null before three tasks are over, and when nothing is left.
 */
export function forecast(
  tasks: readonly Pick<TaskView, 'status' | 'durationMs' | 'startedAt'>[],
  nowMs: number,
): { fromMs: number; toMs: number } | null {
  const ended = tasks.filter(
    (task) => task.durationMs > 0 && (task.status === 'completed' || task.status === 'failed'),
  );
  const open = tasks.filter((task) => ['idle', 'queued', 'running', 'waiting'].includes(task.status));
  if (ended.length < MIN_SAMPLES || open.length === 0) return null;
  const mean = ended.reduce((sum, task) => sum + task.durationMs, 0) / ended.length;
  const begun = open.reduce((sum, { status, startedAt }) => {
    const startedMs = toMs(startedAt);
    return status === 'running' && startedMs !== null ? sum + Math.min(mean, nowMs - startedMs) : sum;
  }, 0);
  const left = open.length * mean - begun;
  return { fromMs: left * (1 - SPREAD), toMs: left * (1 + SPREAD) };
}
