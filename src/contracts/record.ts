/** What the workflow hands to the projection: state, never deltas. Free of zod. */
import type { JournalEntry } from './events.ts';
import type { BatchId, TaskId } from './ids.ts';
import type { BatchState, TaskDetails, TaskState } from './state.ts';

/** Everything of a batch but its list of tasks. */
export type BatchHead = Omit<BatchState, 'tasks' | 'details'>;

/** A task row to be written; `details` null: nothing changed there. */
export interface TaskRecord {
  readonly state: TaskState;
  readonly details: TaskDetails | null;
}

/**
 * One record: the batch row and every task row changed since the last success, written in one transaction where
 * `(epoch, seq) <= (epoch, seq)` of this one. Equal numbers overwrite: a repeated local activity may carry other content.
 */
export interface BatchRecord {
  readonly batch: BatchId;
  readonly epoch: number;
  readonly seq: number;
  readonly head: BatchHead;
  readonly tasks: readonly TaskRecord[];
  readonly removed: readonly TaskId[];
  readonly events: readonly JournalEntry[];
}
