/** What is told of the end of a task: facts for the journal, and a word to who waits for it. Runs in the workflow sandbox. */
import type { WorkOrder } from '../contracts/order.ts';
import type { TaskFailureCode } from '../contracts/outcome.ts';
import type { TaskDetails, TaskState } from '../contracts/state.ts';
import { addNotes, detailsOf } from '../domain/batch-state.ts';
import { taskLabel } from '../domain/details-table.ts';
import type { BatchRun } from './batch-run.ts';
import { failureOf } from './failures.ts';

/** What every end says; the duration is the sum over all attempts. */
export function endFacts(task: TaskState, { durationMs, costUsd }: TaskDetails) {
  return { kind: task.kind ?? 'requirement', durationMs, costUsd };
}

/** Who waits for the work is told that it failed; that nobody could be told does not change how it ended. */
export async function tellFailure(
  run: BatchRun,
  task: TaskState,
  order: WorkOrder,
  failure: { readonly code: TaskFailureCode; readonly message: string },
): Promise<void> {
  const { notes } = detailsOf(run.state, task);
  try {
    const told = await run.ports.host(taskLabel(task)).respondTask({ order, end: { kind: 'failed', ...failure } });
    addNotes(notes, told.notes);
  } catch (error) {
    const known = failureOf(error);
    if (known.kind === 'cancelled') throw error;
    addNotes(notes, [`That it failed could not be told: ${known.message}`.slice(0, 300)]);
  }
}
