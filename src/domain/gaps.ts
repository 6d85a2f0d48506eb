/** Times in which nothing could work because the machine slept or the stack was down. Pure. */

/** Why there is a gap. */
export type GapReason = 'asleep' | 'stack down';

/** One gap; milliseconds since 1970. */
export interface Gap {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly why: GapReason;
}

/** A look at the clocks. */
export interface Heartbeat {
  /** Wall clock, milliseconds since 1970. */
  readonly atMs: number;
  /** Time since the machine was started, sleep included, in milliseconds; a changed wall clock does not move it. */
  readonly uptimeMs: number;
}

/** Shorter ones are slow machines. */
const MIN_GAP_MS = 60_000;

/** Between two heartbeats of one process that should be `intervalMs` apart: the machine slept, or null. */
export function gapBetween(last: Heartbeat, now: Heartbeat, intervalMs: number): Gap | null {
  const lateMs = now.uptimeMs - last.uptimeMs - intervalMs;
  if (lateMs < MIN_GAP_MS || now.atMs <= last.atMs) return null;
  return { fromMs: last.atMs, untilMs: now.atMs, why: 'asleep' };
}

/** Between the last heartbeat of an earlier process and the start of this one: the stack was down, or null. */
export function gapBefore(lastMs: number, nowMs: number): Gap | null {
  if (nowMs - lastMs < MIN_GAP_MS) return null;
  return { fromMs: lastMs, untilMs: nowMs, why: 'stack down' };
}

/** A time in which a batch was under way; `untilMs` null: it still is. */
export interface UnderWay {
  readonly fromMs: number;
  readonly untilMs: number | null;
}

/** The gaps that some batch met, oldest first. */
export function gapsMet(gaps: readonly Gap[], batches: readonly UnderWay[]): Gap[] {
  const met = (gap: Gap): boolean =>
    batches.some((batch) => batch.fromMs < gap.untilMs && (batch.untilMs ?? Infinity) > gap.fromMs);
  return gaps.filter(met).toSorted((left, right) => left.fromMs - right.fromMs);
}
