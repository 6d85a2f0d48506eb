/**
 * Tasks that need others of their batch: in turn only when all of them are completed; what happens when one of them did
 * not end well is decided per task. Runs in the workflow sandbox: pure.
 */
import type { TaskId } from '../contracts/ids.ts';
import type { BatchState, TaskState } from '../contracts/state.ts';
import { isFinalTaskStatus } from '../contracts/vocabulary.ts';

/** A task with what it needs. */
interface Node {
  readonly id: string;
  readonly after: readonly string[];
}

/** The first cycle among the tasks as a path (`a`, `b`, `a`); null when there is none. Unknown ids are no cycle. */
export function findCycle(tasks: readonly Node[]): string[] | null {
  const nodes = new Map(tasks.map((task) => [task.id, task]));
  const done = new Set<string>();
  for (const task of tasks) {
    const cycle = walk(task.id, [], nodes, done);
    if (cycle !== null) return cycle;
  }
  return null;
}

function walk(
  id: string,
  path: readonly string[],
  nodes: ReadonlyMap<string, Node>,
  done: Set<string>,
): string[] | null {
  if (done.has(id)) return null;
  const at = path.indexOf(id);
  if (at !== -1) return [...path.slice(at), id];
  for (const needed of nodes.get(id)?.after ?? []) {
    const cycle = walk(needed, [...path, id], nodes, done);
    if (cycle !== null) return cycle;
  }
  done.add(id);
  return null;
}

/** What stands between a task and its turn. `gone`: the needed task is not in the batch any more. */
export type Need =
  | { readonly kind: 'ready' }
  | { readonly kind: 'waits'; readonly for: TaskId }
  | { readonly kind: 'failed'; readonly needed: TaskId };

/** Whether a task's needs are met. A needed task that was removed or moved away no longer counts. */
function needOf(state: BatchState, task: TaskState): Need {
  let waits: TaskId | null = null;
  for (const id of task.after ?? []) {
    const needed = state.tasks.find((each) => each.id === id);
    if (needed === undefined || needed.status === 'completed') continue;
    if (isFinalTaskStatus(needed.status)) return { kind: 'failed', needed: id };
    waits ??= id;
  }
  return waits === null ? { kind: 'ready' } : { kind: 'waits', for: waits };
}

/** Tasks that can never get their turn because a needed one did not end well, and whose policy is to be skipped. */
export function tasksToSkip(state: BatchState): TaskState[] {
  return state.tasks.filter(
    (task) => isOpen(task) && (task.whenNeededFailed ?? 'skip') === 'skip' && needOf(state, task).kind === 'failed',
  );
}

/** The task next in turn: the first open one whose needs are met, or whose policy is to run all the same. */
export function nextInTurn(state: BatchState): TaskState | undefined {
  return state.tasks.find((task) => isOpen(task) && mayRun(state, task));
}

/** The open task that a failed one holds up, by its own wish; undefined when none does. */
export function heldByNeed(state: BatchState): TaskState | undefined {
  return state.tasks.find(
    (task) => isOpen(task) && task.whenNeededFailed === 'hold' && needOf(state, task).kind === 'failed',
  );
}

function mayRun(state: BatchState, task: TaskState): boolean {
  if (task.after === undefined) return true;
  const need = needOf(state, task);
  return need.kind === 'ready' || (need.kind === 'failed' && task.whenNeededFailed === 'run');
}

function isOpen(task: TaskState): boolean {
  return task.status === 'queued' || task.status === 'waiting';
}
