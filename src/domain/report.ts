/** Arithmetic of the report: counts, totals and what to type next. Pure. */
import type { BatchView, Counts, Next } from '../contracts/views.ts';
import type { TaskStatus } from '../contracts/vocabulary.ts';

/** A batch without what is derived from it here. */
export type BatchFacts = Omit<BatchView, 'next'>;
/** A batch as in a list: its tasks are not at hand. */
export type SummaryFacts = Omit<BatchFacts, 'tasks' | 'forecast' | 'limits'>;

/** Totals of a report. `costUsd` null: no agent said anything. */
export type Totals = Counts & { costUsd: number | null; commits: number };

/** Counts for people: an `idle` task is one that is queued. */
export function toCounts(byStatus: Readonly<Partial<Record<TaskStatus, number>>>): Counts {
  return {
    queued: (byStatus.queued ?? 0) + (byStatus.idle ?? 0),
    running: byStatus.running ?? 0,
    waiting: byStatus.waiting ?? 0,
    completed: byStatus.completed ?? 0,
    failed: byStatus.failed ?? 0,
    skipped: byStatus.skipped ?? 0,
    cancelled: byStatus.cancelled ?? 0,
  };
}

/** Sum over batches. */
export function totalsOf(batches: readonly BatchFacts[]): Totals {
  const totals: Totals = { ...toCounts({}), costUsd: null, commits: 0 };
  for (const { counts, costUsd, tasks } of batches) {
    totals.queued += counts.queued;
    totals.running += counts.running;
    totals.waiting += counts.waiting;
    totals.completed += counts.completed;
    totals.failed += counts.failed;
    totals.skipped += counts.skipped;
    totals.cancelled += counts.cancelled;
    if (costUsd !== null) totals.costUsd = (totals.costUsd ?? 0) + costUsd;
    totals.commits += tasks.filter((task) => task.commit !== null).length;
  }
  return totals;
}

/** What to type next for one batch: how it goes on, then what it delivered. */
export function nextOfSummary(batch: SummaryFacts): Next[] {
  return [...goOn(batch), ...waiting(batch), ...delivery(batch)];
}

/** As {@link nextOfSummary}, and how to see the kept work of failed tasks. */
export function nextOf(batch: BatchFacts): Next[] {
  return [...nextOfSummary(batch), ...keptWork(batch)];
}

/** Everything that waits for the user, over all batches. */
export function needsYou(batches: readonly BatchFacts[]): Next[] {
  return batches.flatMap((batch) => [
    ...goOn(batch).map((next) => inBatch(batch, next)),
    ...failures(batch),
    ...merges(batch).map((next) => inBatch(batch, next)),
  ]);
}

function goOn(batch: SummaryFacts): Next[] {
  const { id, status, hold } = batch;
  const resume = `nightloom batch resume ${id}`;
  if (status === 'idle') return [{ why: 'It was not started', command: `nightloom batch start ${id}` }];
  if (status === 'paused') return [{ why: 'It is paused', command: resume }];
  if (status !== 'running' || hold === null) return [];
  if (hold.until !== null) return [];
  return [{ why: hold.message === '' ? `It is held: ${hold.reason}` : hold.message, command: resume }];
}

/** What goes on by itself; `needsYou` leaves it out. */
function waiting(batch: SummaryFacts): Next[] {
  const { id, status, lane } = batch;
  if (status !== 'running' || lane.why === null || lane.message === null) return [];
  const why = `It ${lane.message}`;
  if (lane.why === 'lanes_full') return [{ why, command: 'nightloom lanes' }];
  const held = `It waits for the ${lane.message}`;
  return [{ why: lane.why === 'account_held' ? held : why, command: `nightloom batch skip-wait ${id}` }];
}

function delivery(batch: SummaryFacts): Next[] {
  if (batch.status !== 'completed' && batch.status !== 'cancelled') return [];
  return batch.projects.flatMap((project) => {
    const { path, branch, base } = project;
    if (branch === null || project.merged === true) return [];
    const git = `git -C ${quote(path)}`;
    const ranges =
      base === null
        ? []
        : [
            { why: 'See the commits', command: `${git} log --oneline ${quote(`${base}..${branch}`)}` },
            { why: 'See the changes', command: `${git} diff ${quote(`${base}...${branch}`)}` },
          ];
    return [...ranges, { why: 'Take the work over', command: `${git} merge ${quote(branch)}` }];
  });
}

function merges(batch: BatchFacts): Next[] {
  if (batch.counts.completed === 0) return [];
  return delivery(batch).filter((next) => next.why === 'Take the work over');
}

function keptWork(batch: BatchFacts): Next[] {
  return batch.tasks.flatMap((task) => {
    if (task.salvageRef === null || task.status === 'completed') return [];
    const path = batch.projects.find((project) => project.projectId === task.projectId)?.path;
    if (path === undefined) return [];
    const command = `git -C ${quote(path)} show ${quote(task.salvageRef)}`;
    return [{ why: `See the kept work of ${task.name}`, command }];
  });
}

function failures(batch: BatchFacts): Next[] {
  return batch.tasks
    .filter((task) => task.status === 'failed')
    .map((task) => ({
      why: `${task.name} failed: ${(task.failure?.message ?? 'no reason was recorded').replace(/\.$/, '')}`,
      command: `nightloom task show ${task.id}`,
    }));
}

function inBatch(batch: BatchFacts, next: Next): Next {
  return { why: `${batch.name}: ${next.why}`, command: next.command };
}

/** `text` as one word of a POSIX shell. */
function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
