/** A completed batch works again: a new execution of the same workflow, from the state that the rows hold. */
import { AppError } from '../../contracts/errors.ts';
import type { BatchState, CommandAnswer } from '../../contracts/state.ts';
import type { BatchRow } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';

/** The state a completed batch is reopened with, before what it is reopened for. @throws AppError batch_not_found */
export async function reopenedState(deps: Pick<ApiDeps, 'store'>, row: BatchRow): Promise<BatchState> {
  const state = await deps.store.batches.state(row.id);
  if (state === null) throw new AppError('batch_not_found', `There is no batch ${row.id}.`);
  return { ...state, status: 'running', hold: null, completedAtMs: null, closing: false };
}

/**
 * Reopens the batch with `state`; the command that it is done for is answered by it.
 * @throws AppError temporal_unreachable, no_worker
 */
export async function reopenFor(
  deps: Pick<ApiDeps, 'store' | 'batches'>,
  commandId: string,
  state: BatchState,
): Promise<CommandAnswer> {
  const answer: CommandAnswer = { result: 'applied', status: 'running', running: null };
  await deps.batches.reopen({ ...state, answers: [...state.answers, [commandId, answer]] });
  await deps.store.commands.finish(commandId, answer);
  return answer;
}
