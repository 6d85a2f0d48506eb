/** A completed batch works again: a new execution of the same workflow, from the state that the rows hold. */
import { AppError } from '../../contracts/errors.ts';
import type { TaskId } from '../../contracts/ids.ts';
import type { BatchState, CommandAnswer } from '../../contracts/state.ts';
import type { BatchRow } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';

type Deps = Pick<ApiDeps, 'store' | 'batches' | 'clock'>;

/** The state a completed batch is reopened with, before what it is reopened for. @throws AppError batch_not_found */
export async function reopenedState(deps: Pick<ApiDeps, 'store'>, row: BatchRow): Promise<BatchState> {
  const state = await deps.store.batches.state(row.id);
  if (state === null) throw new AppError('batch_not_found', `There is no batch ${row.id}.`);
  return { ...state, status: 'running', hold: null, completedAtMs: null, closing: false };
}

/**
 * Opens the batch with `state`, and shows it so at once: a new execution records only what it changes itself.
 * @param touched tasks that are other than their rows say
 * @returns `exists` when it is open already; then nothing was done
 * @throws AppError temporal_unreachable
 */
export async function openAgain(
  deps: Deps,
  state: BatchState,
  touched: readonly TaskId[],
): Promise<'started' | 'exists'> {
  const next = { ...state, seq: state.seq + 1 };
  if ((await deps.batches.reopen(next)) === 'exists') return 'exists';
  const { tasks, details, ...head } = next;
  const changed = tasks.filter((task) => touched.includes(task.id));
  // Refused when the execution has recorded more meanwhile.
  await deps.store.record(
    {
      batch: next.batch,
      epoch: next.epoch,
      seq: next.seq,
      head,
      tasks: changed.map((task) => ({ state: task, details: details[task.id] ?? null })),
      removed: [],
      events: [],
    },
    deps.clock.now(),
  );
  return 'started';
}

/**
 * As {@link openAgain} for a command, which the opened batch has answered by that. null: the batch is open already, and
 * the command has to be sent to it; if it was opened for this very command, it knows the answer.
 */
export async function reopenFor(
  deps: Deps,
  commandId: string,
  state: BatchState,
  touched: readonly TaskId[],
): Promise<CommandAnswer | null> {
  const answer: CommandAnswer = { result: 'applied', status: 'running', running: null };
  const answers: BatchState['answers'] = [...state.answers, [commandId, answer]];
  if ((await openAgain(deps, { ...state, answers }, touched)) === 'exists') return null;
  await deps.store.commands.finish(commandId, answer);
  return answer;
}
