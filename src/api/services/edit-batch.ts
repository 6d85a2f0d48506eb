/** Changes to a batch's list of tasks. */
import { randomUUID } from 'node:crypto';
import { AppError } from '../../contracts/errors.ts';
import { isId } from '../../contracts/ids.ts';
import type { TaskId } from '../../contracts/ids.ts';
import { NAMED_TASKS, RANK_STEP } from '../../domain/batch-state.ts';
import type { BatchRow, TaskDefinition } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';
import { toTaskStates } from './batch-state.ts';
import { refuseClosed, sendCommand, withCommand } from './command-batch.ts';
import { reopenedState, reopenFor } from './reopen.ts';
import { defineTasks, taskIdOf } from './task-definitions.ts';
import type { WantedTask } from './task-definitions.ts';

/** Body of an addition. */
export interface AddRequest {
  readonly commandId?: string | undefined;
  readonly tasks: readonly WantedTask[];
  readonly again?: boolean | undefined;
}

/**
 * Adds tasks at the end; a completed batch is reopened with them and goes on. Rows are written first: what the workflow
 * works on must exist. They are dropped if it refuses, and stay if nobody answered: then it may still be applied, and
 * the same command id tries again.
 * @throws AppError as `defineTasks` and `sendCommand`; illegal_transition for a cancelled batch, already_queued
 */
export async function addTasks(deps: ApiDeps, row: BatchRow, request: AddRequest): Promise<void> {
  if (row.status === 'cancelled') {
    throw new AppError('illegal_transition', `Batch ${row.id} is cancelled: nothing can be added.`);
  }
  const commandId = request.commandId ?? randomUUID();
  const begun = { id: commandId, batch: row.id, type: 'addTasks', atMs: deps.clock.now() };
  const { answer, number } = await deps.store.commands.begin(begun);
  if (answer !== null) return;
  const tasks = await writeRows(deps, row, request, commandId);
  const size = (await deps.store.tasks.ofBatch(row.id)).length;
  const place = { first: row.project, firstRank: 0, named: size <= NAMED_TASKS };
  try {
    if (row.status === 'completed' && (await reopen(deps, row, commandId))) return;
    const states = toTaskStates(tasks, place);
    await sendCommand(deps, row, 'addTasks', commandId, (command) => ({ ...command, tasks: states }));
  } catch (error) {
    if (AppError.is(error) && error.category !== 'transient' && error.category !== 'internal') {
      await deps.store.batches.dropTasks(
        row.id,
        tasks.map((task) => task.id),
      );
    }
    throw withCommand(error, { commandId, number });
  }
}

/** Takes queued tasks out. @throws AppError task_not_found, task_running, and as `sendCommand` */
export async function removeTasks(
  deps: ApiDeps,
  row: BatchRow,
  request: { readonly commandId?: string | undefined; readonly taskIds: readonly string[] },
): Promise<void> {
  refuseClosed(row, 'removeTasks');
  const taskIds = request.taskIds.map(toTaskId);
  await sendCommand(deps, row, 'removeTasks', request.commandId, (command) => ({ ...command, taskIds }));
}

/** Moves a queued task. @throws AppError task_not_found, task_running, illegal_transition, and as `sendCommand` */
export async function moveTask(
  deps: ApiDeps,
  row: BatchRow,
  request: { readonly commandId?: string | undefined; readonly taskId: string; readonly position: number },
): Promise<void> {
  refuseClosed(row, 'moveTask');
  const { position } = request;
  const taskId = toTaskId(request.taskId);
  await sendCommand(deps, row, 'moveTask', request.commandId, (command) => ({ ...command, taskId, position }));
}

async function writeRows(
  deps: ApiDeps,
  row: BatchRow,
  request: AddRequest,
  commandId: string,
): Promise<readonly TaskDefinition[]> {
  const present = await deps.store.tasks.ofBatch(row.id);
  const { tasks, projects } = await defineTasks(deps, request.tasks, {
    again: request.again === true,
    newTaskId: (index) => taskIdOf(commandId, index),
    present,
  });
  const elsewhere = projects.find((project) => project.host !== row.host);
  if (elsewhere !== undefined) {
    throw new AppError('invalid_input', `Project ${elsewhere.name} is on ${elsewhere.host}, the batch on ${row.host}.`);
  }
  // A repeated command finds its rows: they were written in one transaction.
  if (present.some((each) => each.definition.id === tasks[0]?.id)) return tasks;
  const last = present.at(-1)?.state.rank;
  const firstRank = last === undefined ? 0 : last + RANK_STEP;
  await deps.store.batches.addTasks(row.id, tasks, firstRank, deps.clock.now());
  return tasks;
}

/** It runs at once; false when it is open already. */
async function reopen(deps: ApiDeps, row: BatchRow, commandId: string): Promise<boolean> {
  const state = await reopenedState(deps, row);
  const added = state.tasks.filter((task) => task.status === 'idle').map((task) => task.id);
  const tasks = state.tasks.map((task) => (task.status === 'idle' ? { ...task, status: 'queued' as const } : task));
  return (await reopenFor(deps, commandId, { ...state, tasks }, added)) !== null;
}

function toTaskId(text: string): TaskId {
  if (isId('task', text)) return text;
  throw new AppError('task_not_found', `There is no task ${text.slice(0, 50)}.`);
}
