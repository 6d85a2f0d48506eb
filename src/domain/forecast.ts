/** How much working time a batch still needs, by simple averages. Pure. */
import type { TaskView } from '../contracts/views.ts';

/** Fewer tasks that ended say nothing about the rest. */
const MIN_SAMPLES = 3;
/** The answer is a range, because tasks differ. */
const SPREAD = 0.3;

/** What is averaged. */
export interface ForecastFacts {
  /** Working time of tasks that ended by themselves. */
  readonly endedMs: readonly number[];
  /** Tasks that are not over. */
  readonly open: number;
  /** How long those of them that run have run. */
  readonly runningMs: readonly number[];
}

/** Working time that is left. */
export interface LeftTime {
  /** How many tasks it is made from. */
  readonly samples: number;
  readonly meanMs: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Waits for limits are not in it. null before three tasks ended, and when nothing is left. */
export function leftTime({ endedMs, open, runningMs }: ForecastFacts): LeftTime | null {
  const samples = endedMs.length;
  if (samples < MIN_SAMPLES || open === 0) return null;
  const meanMs = endedMs.reduce((sum, ms) => sum + ms, 0) / samples;
  const begunMs = runningMs.reduce((sum, ms) => sum + Math.min(meanMs, Math.max(0, ms)), 0);
  const leftMs = Math.max(0, open * meanMs - begunMs);
  return {
    samples,
    meanMs: Math.round(meanMs),
    fromMs: Math.round(leftMs * (1 - SPREAD)),
    toMs: Math.round(leftMs * (1 + SPREAD)),
  };
}

/** Facts of a batch whose tasks are at hand. */
export function forecastFacts(
  tasks: readonly Pick<TaskView, 'status' | 'durationMs' | 'startedAt'>[],
  nowMs: number,
): ForecastFacts {
  const open = tasks.filter(({ status }) => ['idle', 'queued', 'running', 'waiting'].includes(status));
  return {
    endedMs: tasks
      .filter(({ status, durationMs }) => durationMs > 0 && (status === 'completed' || status === 'failed'))
      .map(({ durationMs }) => durationMs),
    open: open.length,
    runningMs: open.flatMap(({ status, startedAt }) =>
      status === 'running' && startedAt !== null ? [nowMs - Date.parse(startedAt)] : [],
    ),
  };
}
