/** Sums over the ends of tasks. */
import type { ProjectId, TaskId } from '../../../contracts/ids.ts';
import type { TaskEnd, TaskOutcome } from '../../../store/metrics.ts';

/** Figures of one project or of all. */
export interface Totals {
  readonly outcomes: Record<TaskOutcome, number>;
  /** Ends with at least one attempt. */
  executed: number;
  executionMs: number;
  costUsd: number;
  tokens: number;
}

/** What one end adds. */
export interface EndFigures {
  /** null: it never began. */
  readonly durationMs: number | null;
  readonly costUsd: number;
  readonly tokens: number;
}

/** Totals that only grow; ends are handed in in the order of the journal. */
export class ExecutionTotals {
  readonly overall = newTotals();
  readonly projects = new Map<ProjectId, Totals>();
  /** Last attempt that was counted, of tasks that may be tried again. */
  readonly #counted = new Map<TaskId, number>();

  /** Counts an end; what it adds to the figures. */
  add(end: TaskEnd): EndFigures {
    const figures = this.#figuresOf(end);
    const { outcome, row, task, attempt } = end;
    if (outcome === 'completed') this.#counted.delete(task);
    else if (attempt > 0) this.#counted.set(task, attempt);
    addTo(this.overall, outcome, figures);
    if (row !== null) {
      const totals = this.projects.get(row.project) ?? newTotals();
      this.projects.set(row.project, totals);
      addTo(totals, outcome, figures);
    }
    return figures;
  }

  /** Attempts that an earlier end of the task did not count yet. */
  #figuresOf({ task, attempt, attempts }: TaskEnd): EndFigures {
    const after = this.#counted.get(task) ?? 0;
    const own = attempts.filter(({ number }) => number > after && number <= attempt);
    const durations = own.flatMap(({ startedAtMs, endedAtMs }) => (endedAtMs === null ? [] : endedAtMs - startedAtMs));
    return {
      durationMs: durations.length === 0 ? null : sum(durations),
      costUsd: sum(own.map(({ costUsd }) => costUsd ?? 0)),
      tokens: sum(own.map(({ tokens }) => tokens ?? 0)),
    };
  }
}

function newTotals(): Totals {
  const outcomes = { completed: 0, failed: 0, skipped: 0, cancelled: 0 };
  return { outcomes, executed: 0, executionMs: 0, costUsd: 0, tokens: 0 };
}

function addTo(totals: Totals, outcome: TaskOutcome, figures: EndFigures): void {
  totals.outcomes[outcome] += 1;
  if (figures.durationMs !== null) totals.executed += 1;
  totals.executionMs += figures.durationMs ?? 0;
  totals.costUsd += figures.costUsd;
  totals.tokens += figures.tokens;
}

function sum(values: readonly number[]): number {
  // A clock that was set back makes no counter fall.
  return values.reduce((total, value) => total + Math.max(0, value), 0);
}
