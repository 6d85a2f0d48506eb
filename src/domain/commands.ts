/**
 * User commands on a batch: for each a check without effect (the update's validator) and its effect.
 * Runs in the workflow sandbox: pure, synchronous.
 */
import type { ErrorCode } from '../contracts/error-catalogue.ts';
import type { TaskId } from '../contracts/ids.ts';
import type { BatchState, CommandAnswer, TaskDetails, TaskState } from '../contracts/state.ts';
import { isFinalTaskStatus } from '../contracts/vocabulary.ts';
import { emptyDetails, findTask, RANK_STEP, runningTask, setTaskStatus, sortTasks } from './batch-state.ts';
import { mayBatchBecome, mayTaskBecome } from './transitions.ts';
import type { EditCommand } from './edit-batch.ts';
import type { OffloadCommand } from './transfers.ts';

/** Every command carries its id and its number from SQL. */
export interface Command {
  readonly commandId: string;
  readonly number: number;
}
/** `now` stops the running agent, resumable. */
export interface PauseCommand extends Command {
  readonly now: boolean;
}
/** New tasks for the end of the list. */
export interface AddTasksCommand extends Command {
  readonly tasks: readonly TaskState[];
}
/** Tasks to be taken out. */
export interface RemoveTasksCommand extends Command {
  readonly taskIds: readonly TaskId[];
}
/** `position` counts open tasks that are not running, from 0. */
export interface MoveTaskCommand extends Command {
  readonly taskId: TaskId;
  readonly position: number;
}
/** Tasks to be tried anew, with what is kept of their earlier life: SQL has it, the workflow no longer. */
export interface RetryTasksCommand extends Command {
  readonly tasks: readonly RetriedTask[];
}
/** A task to be retried; `kept` is null when nothing was recorded of it. */
export interface RetriedTask {
  readonly id: TaskId;
  readonly kept: Pick<TaskDetails, 'costUsd' | 'durationMs' | 'startedAtMs' | 'salvageRef' | 'waits'> | null;
}
/** A command about one task. */
export interface TaskCommand extends Command {
  readonly taskId: TaskId;
}

/** Updates of a batch workflow by wire name, with what each carries. */
export interface BatchUpdates {
  readonly start: Command;
  readonly pause: PauseCommand;
  readonly resume: Command;
  readonly cancel: Command;
  readonly skipWait: Command;
  readonly addTasks: AddTasksCommand;
  readonly removeTasks: RemoveTasksCommand;
  readonly moveTask: MoveTaskCommand;
  readonly cancelTask: TaskCommand;
  readonly retryTasks: RetryTasksCommand;
  readonly offload: OffloadCommand;
  readonly edit: EditCommand;
}

/** Why a command is refused: a code of the catalogue, the fact, and per-task reasons where there are several. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: Readonly<Record<string, string>>;
}

/** How many answers are carried; older ones are answered from SQL. */
const KEPT_ANSWERS = 500;

/** The answer to a command that was applied before, or undefined. */
export function knownAnswer(state: BatchState, commandId: string): CommandAnswer | undefined {
  return state.answers.find(([id]) => id === commandId)?.[1];
}

/** Remembers and returns the answer to a command. */
export function answer(state: BatchState, commandId: string, result: CommandAnswer['result']): CommandAnswer {
  const given: CommandAnswer = { result, status: state.status, running: runningTask(state)?.id ?? null };
  state.answers.push([commandId, given]);
  if (state.answers.length > KEPT_ANSWERS) state.answers.splice(0, state.answers.length - KEPT_ANSWERS);
  return given;
}

/** True for a start, pause, resume or cancel that is older than the last one applied. */
export function isSuperseded(state: BatchState, command: Command): boolean {
  return command.number < state.commandNumber;
}

/** Check of start, resume and of going on after a hold. */
export function checkStart(state: BatchState): Refusal | null {
  if (state.closing) return closing(state);
  if (state.status === 'running' || mayBatchBecome(state.status, 'running')) return null;
  return illegal(state, 'started');
}

/** Check of pause. */
export function checkPause(state: BatchState): Refusal | null {
  if (state.closing) return closing(state);
  if (state.status === 'paused' || mayBatchBecome(state.status, 'paused')) return null;
  return illegal(state, 'paused');
}

/** Check of cancel. */
export function checkCancel(state: BatchState): Refusal | null {
  if (state.status === 'cancelled' || mayBatchBecome(state.status, 'cancelled')) return null;
  return illegal(state, 'cancelled');
}

/** Check of adding tasks: ids must be new. */
export function checkAddTasks(state: BatchState, command: AddTasksCommand): Refusal | null {
  if (state.status === 'cancelled') return illegal(state, 'added to');
  if (state.closing) return closing(state);
  const known = new Set<string>(state.tasks.map((task) => task.id));
  const twice = command.tasks.filter((task) => known.has(task.id));
  if (twice.length === 0) return null;
  return {
    code: 'already_queued',
    message: `${twice.length} of the tasks are in this batch already.`,
    details: reasons(twice, 'already there'),
  };
}

/** So many tasks are named in a message; all are in the details. */
const MAX_NAMED = 5;

/** Check of removing tasks: never the running one, and none that has begun, because it may have work in the tree. */
export function checkRemoveTasks(state: BatchState, command: RemoveTasksCommand): Refusal | null {
  const refused: Record<string, string> = {};
  for (const id of command.taskIds) {
    const task = findTask(state, id);
    if (task === undefined) refused[id] = 'unknown';
    else if (task.status === 'running') refused[id] = 'running';
    else if (isFinalTaskStatus(task.status)) refused[id] = task.status;
    else if ((task.attempt ?? 0) > 0) refused[id] = 'begun: cancel it, so that its work is kept';
  }
  const count = Object.keys(refused).length;
  if (count === 0) return null;
  const code = Object.values(refused).includes('running')
    ? 'task_running'
    : Object.values(refused).includes('unknown')
      ? 'task_not_found'
      : 'illegal_transition';
  const named = Object.entries(refused).slice(0, MAX_NAMED);
  const why = named.map(([id, reason]) => `${id} (${reason})`).join(', ');
  const more = count > MAX_NAMED ? ` and ${count - MAX_NAMED} more` : '';
  return { code, message: `Not removed, because some tasks cannot be: ${why}${more}.`, details: refused };
}

/** Check of moving a task. */
export function checkMoveTask(state: BatchState, command: MoveTaskCommand): Refusal | null {
  const task = findTask(state, command.taskId);
  if (task === undefined) return unknownTask(command.taskId);
  if (task.status === 'running') return { code: 'task_running', message: `Task ${task.id} is running.` };
  if (isFinalTaskStatus(task.status))
    return { code: 'illegal_transition', message: `Task ${task.id} is ${task.status}.` };
  return null;
}

/** Check of cancelling one task. */
export function checkCancelTask(state: BatchState, command: TaskCommand): Refusal | null {
  const task = findTask(state, command.taskId);
  if (task === undefined) return unknownTask(command.taskId);
  if (task.status === 'cancelled' || !isFinalTaskStatus(task.status)) return null;
  return { code: 'illegal_transition', message: `Task ${task.id} is ${task.status}.` };
}

/** Check of a retry: only what failed, was skipped or cancelled. */
export function checkRetryTasks(state: BatchState, command: RetryTasksCommand): Refusal | null {
  if (state.closing) return closing(state);
  if (state.status === 'cancelled') return illegal(state, 'retried');
  const refused: Record<string, string> = {};
  for (const { id } of command.tasks) {
    const task = findTask(state, id);
    if (task === undefined) refused[id] = 'unknown';
    else if (!mayTaskBecome(task.status, 'queued') || !isFinalTaskStatus(task.status)) refused[id] = task.status;
  }
  const count = Object.keys(refused).length;
  if (count === 0) return null;
  return { code: 'illegal_transition', message: `${count} of the tasks cannot be retried.`, details: refused };
}

/** Queues tasks again, each in its place, with a full retry budget and a fresh session. */
export function applyRetryTasks(state: BatchState, command: RetryTasksCommand): TaskId[] {
  for (const { id, kept } of command.tasks) {
    const task = findTask(state, id);
    if (task === undefined) continue;
    setTaskStatus(task, 'queued');
    delete task.spent;
    state.details[id] = { ...emptyDetails(), ...kept };
  }
  return command.tasks.map((task) => task.id);
}

/** Puts new tasks at the end. Tasks left `idle` by a reset are queued again by {@link queueIdle}, not here. */
export function applyAddTasks(state: BatchState, command: AddTasksCommand): TaskId[] {
  const last = state.tasks.at(-1)?.rank ?? -RANK_STEP;
  const added = command.tasks.map((task, index): TaskState => ({
    ...task,
    status: 'queued',
    rank: last + (index + 1) * RANK_STEP,
  }));
  state.tasks.push(...added);
  return added.map((task) => task.id);
}

/** Takes tasks out of the list. */
export function applyRemoveTasks(state: BatchState, command: RemoveTasksCommand): TaskId[] {
  const gone = new Set<string>(command.taskIds);
  state.tasks = state.tasks.filter((task) => !gone.has(task.id));
  for (const id of command.taskIds) delete state.details[id];
  return [...command.taskIds];
}

/** Puts the task before the open one at `position`, or at the end: a rank between its new neighbours; all ranks are made anew when the gap is used up. */
export function applyMoveTask(state: BatchState, command: MoveTaskCommand): TaskId[] {
  const task = findTask(state, command.taskId);
  if (task === undefined) return [];
  const list = state.tasks.filter((other) => other !== task);
  const neighbour = list.filter((other) => !isFinalTaskStatus(other.status) && other.status !== 'running')[
    command.position
  ];
  const place = neighbour === undefined ? list.length : list.indexOf(neighbour);
  const before = list[place - 1]?.rank ?? (list[0]?.rank ?? 0) - 2 * RANK_STEP;
  const after = list[place]?.rank ?? before + 2 * RANK_STEP;
  const rank = Math.floor((before + after) / 2);
  if (rank > before && rank < after) {
    task.rank = rank;
    sortTasks(state);
    return [task.id];
  }
  state.tasks = list.toSpliced(place, 0, task);
  for (const [index, each] of state.tasks.entries()) each.rank = index * RANK_STEP;
  return state.tasks.map((each) => each.id);
}

/** Queues what a reset put back to `idle`. */
export function queueIdle(state: BatchState): TaskId[] {
  const idle = state.tasks.filter((task) => task.status === 'idle');
  for (const task of idle) setTaskStatus(task, 'queued');
  return idle.map((task) => task.id);
}

function reasons(tasks: readonly TaskState[], reason: string): Record<string, string> {
  return Object.fromEntries(tasks.map((task) => [task.id, reason]));
}

function closing(state: BatchState): Refusal {
  return { code: 'batch_closing', message: `Batch ${state.batch} is just closing.` };
}

function unknownTask(id: TaskId): Refusal {
  return { code: 'task_not_found', message: `This batch has no task ${id}.` };
}

function illegal(state: BatchState, what: string): Refusal {
  return { code: 'illegal_transition', message: `The batch is ${state.status} and cannot be ${what}.` };
}
