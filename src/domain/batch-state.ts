/** Building blocks over a batch's state. Runs in the workflow sandbox: pure, no clock of its own. */
import type { ProjectId, TaskId } from '../contracts/ids.ts';
import type { BatchState, TaskDetails, TaskState } from '../contracts/state.ts';
import type { TaskStatus } from '../contracts/vocabulary.ts';
import { mayTaskBecome } from './transitions.ts';

/** Distance of the ranks of tasks that were never moved. */
export const RANK_STEP = 1024;
/** Above this many tasks the state carries no names. */
export const NAMED_TASKS = 500;

/** Details of a task that nothing has happened to. */
export function emptyDetails(): TaskDetails {
  return {
    step: null,
    stepSinceMs: null,
    startedAtMs: null,
    completedAtMs: null,
    durationMs: 0,
    costUsd: null,
    agent: null,
    sessionId: null,
    sessionCostUsd: null,
    continuations: 0,
    losses: 0,
    backoffs: 0,
    notBeforeMs: null,
    freshened: false,
    lastFailedTree: null,
    failure: null,
    verified: 'none',
    commit: null,
    salvageRef: null,
    waits: [],
    attempts: [],
    notes: [],
  };
}

/** The task's details, made when it had none. */
export function detailsOf(state: BatchState, task: TaskState): TaskDetails {
  const known = state.details[task.id];
  if (known !== undefined) return known;
  const fresh = emptyDetails();
  state.details[task.id] = fresh;
  return fresh;
}

/** The project a task belongs to. */
export function projectOf(state: BatchState, task: TaskState): ProjectId {
  return task.project ?? state.project;
}

/** The task with that id, or undefined. */
export function findTask(state: BatchState, id: TaskId): TaskState | undefined {
  return state.tasks.find((task) => task.id === id);
}

/** The one task that is running, or undefined. */
export function runningTask(state: BatchState): TaskState | undefined {
  return state.tasks.find((task) => task.status === 'running');
}

/** Number of tasks in that status. */
export function countTasks(state: BatchState, status: TaskStatus): number {
  return state.tasks.reduce((count, task) => count + (task.status === status ? 1 : 0), 0);
}

/**
 * Puts a task into another status.
 * @throws Error when the transition table does not have it: a bug of ours
 */
export function setTaskStatus(task: TaskState, status: TaskStatus): void {
  if (task.status === status) return;
  if (!mayTaskBecome(task.status, status))
    throw new Error(`Task ${task.id} cannot go from ${task.status} to ${status}`);
  task.status = status;
}

/** Keeps the list in the order of the ranks. */
export function sortTasks(state: BatchState): void {
  state.tasks.sort((left, right) => left.rank - right.rank || (left.id < right.id ? -1 : 1));
}

/** Appends a note if it is not there yet; old ones give way beyond `max`. */
export function addNotes(notes: string[], added: readonly string[], max = 10): void {
  for (const note of added) if (!notes.includes(note)) notes.push(note);
  if (notes.length > max) notes.splice(0, notes.length - max);
}
