/** The timeline of a batch: what each task did when, on an axis that skips long stretches in which nothing ran. */
import type { LogInfoView } from '../../../src/contracts/log-views.ts';
import type { TaskView } from '../../../src/contracts/views.ts';
import { toMs } from './format.ts';

/** What a stretch of a task was spent on. */
export type SegmentKind = 'agent' | 'wait' | 'verify' | 'commit';

/** A stretch, epoch milliseconds. */
export interface Segment {
  readonly kind: SegmentKind;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What the timeline needs of a task. */
export type TaskTimes = Pick<TaskView, 'status' | 'startedAt' | 'completedAt' | 'waits' | 'verification'>;
/** A run of a task with its times. */
export type RunTimes = Pick<LogInfoView, 'step' | 'startedAt' | 'endedAt'>;

/** Stretches without work that are longer than this are drawn short. */
const SKIP_MS = 120_000;
/** Share of the axis that a skipped stretch takes. */
const SKIP_SHARE = 0.04;
/** All skipped stretches together take at most this. */
const MAX_SKIPPED_SHARE = 0.3;

/** Steps whose runs are the agent's work. */
const AGENT_STEP = /^(agent|fix)/;
const VERIFY_STEP = /^verify/;

/** Stretches of a task as its runs tell them: what is left behind the last run of a completed task was its commit. */
export function measuredSegments(task: TaskTimes, runs: readonly RunTimes[], nowMs: number): Segment[] {
  const fromMs = toMs(task.startedAt);
  if (fromMs === null) return [];
  const endMs = Math.max(fromMs, toMs(task.completedAt) ?? nowMs);
  const done: Segment[] = runs.flatMap(({ step, startedAt, endedAt }) => {
    const from = toMs(startedAt);
    const kind = AGENT_STEP.test(step) ? 'agent' : VERIFY_STEP.test(step) ? 'verify' : null;
    if (from === null || kind === null) return [];
    return [{ kind, fromMs: from, toMs: Math.min(endMs, toMs(endedAt) ?? nowMs) }];
  });
  const waits: Segment[] = waitsOf(task, nowMs, endMs).map((wait) => ({ kind: 'wait', ...wait }));
  const lastMs = Math.max(...done.map((each) => each.toMs), ...waits.map((each) => each.toMs));
  const commit: Segment[] =
    task.status === 'completed' && endMs > lastMs ? [{ kind: 'commit', fromMs: lastMs, toMs: endMs }] : [];
  return [...done, ...waits, ...commit]
    .filter((each) => each.toMs > each.fromMs)
    .toSorted((a, b) => a.fromMs - b.fromMs);
}

function waitsOf(task: TaskTimes, nowMs: number, endMs: number): { readonly fromMs: number; readonly toMs: number }[] {
  return task.waits
    .map((wait) => ({ fromMs: toMs(wait.from), toMs: Math.min(toMs(wait.until) ?? nowMs, endMs) }))
    .filter((wait) => wait.toMs > wait.fromMs)
    .toSorted((a, b) => a.fromMs - b.fromMs);
}

/** Stretches of a task as far as its own row tells them; none before it started. `nowMs` ends what has not ended. */
export function segmentsOf(task: TaskTimes, nowMs: number): Segment[] {
  const fromMs = toMs(task.startedAt);
  if (fromMs === null) return [];
  const endMs = Math.max(fromMs, toMs(task.completedAt) ?? nowMs);
  const waits = waitsOf(task, nowMs, endMs);
  const verifyMs = task.verification.reduce((sum, check) => sum + check.durationMs, 0);
  const lastWaitMs = waits.at(-1)?.toMs ?? fromMs;
  const verifyFromMs = task.completedAt === null ? endMs : Math.max(lastWaitMs, fromMs, endMs - verifyMs);
  const segments: Segment[] = [];
  const add = (kind: SegmentKind, from: number, to: number): void => {
    if (to > from) segments.push({ kind, fromMs: from, toMs: to });
  };
  let at = fromMs;
  for (const wait of waits) {
    add('agent', at, wait.fromMs);
    add('wait', Math.max(at, wait.fromMs), wait.toMs);
    at = Math.max(at, wait.toMs);
  }
  add('agent', at, verifyFromMs);
  add('verify', Math.max(at, verifyFromMs), endMs);
  return segments;
}

/** A place where the axis skips time. */
export interface Skip {
  readonly at: number;
  readonly width: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Maps instants to shares (0 to 1) of the width. */
export interface Axis {
  readonly fromMs: number;
  readonly toMs: number;
  readonly skips: readonly Skip[];
  position(atMs: number): number;
}

/** The axis for these stretches; null when there are none. */
export function axisOf(segments: readonly Segment[]): Axis | null {
  const work = segments.filter(({ kind }) => kind !== 'wait').toSorted((a, b) => a.fromMs - b.fromMs);
  const fromMs = segments.reduce((least, each) => Math.min(least, each.fromMs), Infinity);
  const endMs = segments.reduce((most, each) => Math.max(most, each.toMs), -Infinity);
  if (!Number.isFinite(fromMs) || endMs <= fromMs) return null;
  const idle = idleStretches(work, fromMs, endMs).filter((gap) => gap.toMs - gap.fromMs > SKIP_MS);
  const skippedMs = idle.reduce((sum, gap) => sum + gap.toMs - gap.fromMs, 0);
  const shownMs = endMs - fromMs - skippedMs;
  const share = Math.min(SKIP_SHARE, MAX_SKIPPED_SHARE / Math.max(1, idle.length));
  const shownShare = shownMs <= 0 ? 0 : 1 - share * idle.length;
  const skipShare = shownMs <= 0 ? 1 / Math.max(1, idle.length) : share;
  const position = (atMs: number): number => {
    let shown = Math.min(Math.max(atMs, fromMs), endMs) - fromMs;
    let skipped = 0;
    for (const gap of idle) {
      const passed = Math.min(Math.max(atMs - gap.fromMs, 0), gap.toMs - gap.fromMs);
      shown -= passed;
      skipped += (passed / (gap.toMs - gap.fromMs)) * skipShare;
    }
    return (shownMs <= 0 ? 0 : (Math.max(0, shown) / shownMs) * shownShare) + skipped;
  };
  const skips = idle.map((gap) => ({ ...gap, at: position(gap.fromMs), width: skipShare }));
  return { fromMs, toMs: endMs, skips, position };
}

function idleStretches(work: readonly Segment[], fromMs: number, endMs: number): { fromMs: number; toMs: number }[] {
  const idle: { fromMs: number; toMs: number }[] = [];
  let at = fromMs;
  for (const segment of work) {
    if (segment.fromMs > at) idle.push({ fromMs: at, toMs: segment.fromMs });
    at = Math.max(at, segment.toMs);
  }
  if (endMs > at) idle.push({ fromMs: at, toMs: endMs });
  return idle;
}
