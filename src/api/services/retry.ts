/** Queues tasks again that did not end well: in an open batch at once, in a completed one by reopening it. */
import { randomUUID } from 'node:crypto';
import { AppError } from '../../contracts/errors.ts';
import { isId } from '../../contracts/ids.ts';
import type { TaskId } from '../../contracts/ids.ts';
import type { CommandAnswer } from '../../contracts/state.ts';
import { applyRetryTasks, checkRetryTasks } from '../../domain/commands.ts';
import type { RetriedTask, RetryTasksCommand } from '../../domain/commands.ts';
import type { BatchRow, TaskRow } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';
import { sendCommand, withCommand } from './command-batch.ts';
import { reopenedState, reopenFor } from './reopen.ts';
import { refusalError, refuseTasks, withTaskNames } from './task-refusals.ts';
import type { NameOf } from './task-refusals.ts';

/** Body of a retry; without `taskIds` every failed task. */
export interface RetryRequest {
  readonly commandId?: string | undefined;
  readonly taskIds?: readonly string[] | undefined;
}

/**
 * All named tasks or none. A refusal has `details.tasks` [{task, name, reason}].
 * @throws AppError illegal_transition, task_not_found, already_queued (somebody else has the requirement now), and as
 * `sendCommand`
 */
export async function retryTasks(deps: ApiDeps, row: BatchRow, request: RetryRequest): Promise<CommandAnswer> {
  if (row.status === 'cancelled') {
    throw new AppError('illegal_transition', `Batch ${row.id} is cancelled: nothing of it can be tried again.`);
  }
  const commandId = request.commandId ?? randomUUID();
  const begun = { id: commandId, batch: row.id, type: 'retryTasks', atMs: deps.clock.now() };
  const { answer, number } = await deps.store.commands.begin(begun);
  const known = answer ?? row.head?.answers.find(([id]) => id === commandId)?.[1];
  if (known !== undefined) return known;
  const rows = await deps.store.tasks.ofBatch(row.id);
  const nameOf: NameOf = (id) => rows.find((each) => each.definition.id === id)?.definition.name;
  const tasks = chosen(row, rows, request.taskIds, nameOf);
  const taskIds = tasks.map((task) => task.id);
  await deps.store.batches.retryTasks(row.id, taskIds);
  try {
    const opened = row.status === 'completed' ? await reopen(deps, row, { commandId, number, tasks }, nameOf) : null;
    if (opened !== null) return opened;
    return await sendCommand(deps, row, 'retryTasks', commandId, (command) => ({ ...command, tasks }));
  } catch (error) {
    const isRefused = AppError.is(error) && error.category !== 'transient' && error.category !== 'internal';
    if (isRefused) await deps.store.batches.dropRetries(taskIds);
    throw withTaskNames(withCommand(error, { commandId, number }), nameOf);
  }
}

function chosen(
  row: BatchRow,
  rows: readonly TaskRow[],
  wanted: readonly string[] | undefined,
  nameOf: NameOf,
): RetriedTask[] {
  const failed = rows.filter((task) => task.state.status === 'failed').map((task) => task.definition.id);
  if (wanted === undefined) {
    if (failed.length > 0) return failed.map((id) => retried(rows, id));
    throw new AppError('illegal_transition', `No task of batch ${row.name} (${row.id}) has failed.`);
  }
  const known = new Set<string>(rows.map((task) => task.definition.id));
  const unknown = wanted.filter((id) => !known.has(id));
  if (unknown.length > 0) {
    const reasons = Object.fromEntries(unknown.map((id) => [id, 'not in this batch']));
    const message = `Batch ${row.name} (${row.id}) has no task ${unknown.slice(0, 5).join(', ')}.`;
    throw refuseTasks('task_not_found', message, reasons, nameOf);
  }
  return [...new Set(wanted)].filter((id) => isId('task', id)).map((id) => retried(rows, id));
}

/** The workflow forgot what a closed task was: the rows know. */
function retried(rows: readonly TaskRow[], id: TaskId): RetriedTask {
  const details = rows.find((task) => task.definition.id === id)?.details ?? null;
  if (details === null) return { id, kept: null };
  const { costUsd, durationMs, startedAtMs, salvageRef, waits } = details;
  return { id, kept: { costUsd, durationMs, startedAtMs, salvageRef, waits } };
}

/** null: it is open already. */
async function reopen(
  deps: ApiDeps,
  row: BatchRow,
  command: RetryTasksCommand,
  nameOf: NameOf,
): Promise<CommandAnswer | null> {
  const state = await reopenedState(deps, row);
  const refusal = checkRetryTasks(state, command);
  if (refusal !== null) throw refusalError(refusal, nameOf);
  const touched = applyRetryTasks(state, command);
  return await reopenFor(deps, command.commandId, state, touched);
}
