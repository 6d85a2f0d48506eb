/** The state that a batch is opened with in another Temporal. Pure. */
import type { BatchState, Hold, TaskDetails, TaskState } from '../contracts/state.ts';
import { addNotes } from './batch-state.ts';

/** What is new about the batch. */
export interface Reopening {
  /** Higher than the one it had. */
  readonly epoch: number;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** For the report: why it was opened again. */
  readonly note: string;
}

/**
 * `state`, as SQL last knew it, for a workflow that nobody has seen yet. What only the lost one could know is taken
 * back: the running task is queued and its attempt stays open, so that the next look at it finds the runs of that
 * attempt; the lane is asked for again; a hold stays if it ends by itself or waits for the user. The argument is not changed.
 */
export function reopenedState(state: BatchState, { epoch, atMs, note }: Reopening): BatchState {
  const details = { ...state.details };
  const tasks = state.tasks.map((task): TaskState => {
    if (task.status !== 'running') return { ...task };
    const known = details[task.id];
    if (known !== undefined) details[task.id] = withoutOpenFigures(known, task);
    return { ...task, status: 'queued' };
  });
  const notes = [...state.notes];
  addNotes(notes, [`${note} at ${new Date(atMs).toISOString()}.`], 20);
  return {
    ...state,
    epoch,
    seq: state.seq + 1,
    tasks,
    details,
    hold: keptHold(state.hold),
    lane: { status: 'none', request: state.lane.request, wait: null, probe: false },
    closing: false,
    notes,
  };
}

function keptHold(hold: Hold | null): Hold | null {
  if (hold === null) return null;
  return hold.untilMs !== null || hold.reason === 'environment' ? hold : null;
}

/** The runs of the open attempt are read once more from their directories: what they cost must not count twice. */
function withoutOpenFigures(details: TaskDetails, task: TaskState): TaskDetails {
  const open = details.attempts.at(-1);
  if (open === undefined || open.endedAtMs !== null) return details;
  const first = task.attempt === 1;
  return {
    ...details,
    step: null,
    stepSinceMs: null,
    costUsd: less(details.costUsd, open.costUsd),
    sessionCostUsd: first ? null : less(details.sessionCostUsd, open.costUsd),
    // Counted over the whole session: only of the first attempt is it known how many were its own.
    continuations: first ? 0 : details.continuations,
    attempts: [...details.attempts.slice(0, -1), { ...open, costUsd: null, tokens: null, turns: null, fixes: 0 }],
  };
}

function less(sum: number | null, part: number | null): number | null {
  if (sum === null || part === null) return sum;
  const left = Math.max(0, sum - part);
  return left === 0 ? null : left;
}
