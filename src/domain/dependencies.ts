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

/**
 * A cycle among the tasks as a path (`a`, `b`, `a`); null when there is none. Unknown ids are no cycle. Takes away what
 * needs nothing that is left, again and again: what remains is in a cycle or needs one.
 */
export function findCycle(tasks: readonly Node[]): string[] | null {
  const left = new Map(tasks.map((task) => [task.id, task]));
  const openNeeds = new Map(tasks.map(({ id, after }) => [id, after.filter((each) => left.has(each)).length]));
  const dependents = new Map<string, string[]>();
  for (const { id, after } of tasks) for (const needed of after) addTo(dependents, needed, id);
  const free = tasks.filter(({ id }) => openNeeds.get(id) === 0).map(({ id }) => id);
  for (let id = free.pop(); id !== undefined; id = free.pop()) {
    left.delete(id);
    for (const dependent of dependents.get(id) ?? []) {
      const open = (openNeeds.get(dependent) ?? 0) - 1;
      openNeeds.set(dependent, open);
      if (open === 0) free.push(dependent);
    }
  }
  return followRound(left);
}

function addTo(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** Every task that is left needs another one that is left: following them comes round. */
function followRound(left: ReadonlyMap<string, Node>): string[] | null {
  const places = new Map<string, number>();
  const path: string[] = [];
  for (let id = left.keys().next().value; id !== undefined; id = left.get(id)?.after.find((each) => left.has(each))) {
    path.push(id);
    const before = places.get(id);
    if (before !== undefined) return path.slice(before);
    places.set(id, path.length - 1);
  }
  return null;
}

/** What stands between a task and its turn. `gone`: the needed task is not in the batch any more. */
export type Need =
  | { readonly kind: 'ready' }
  | { readonly kind: 'waits'; readonly for: TaskId }
  | { readonly kind: 'failed'; readonly needed: TaskId };

/** Finds tasks of a batch by id; looks through them only once, and only if any is asked for. */
type Find = (id: TaskId) => TaskState | undefined;

function finder({ tasks }: BatchState): Find {
  let byId: ReadonlyMap<TaskId, TaskState> | null = null;
  return (id) => (byId ??= new Map(tasks.map((task) => [task.id, task]))).get(id);
}

/** Whether a task's needs are met. A needed task that was removed or moved away no longer counts. */
function needOf(find: Find, task: TaskState): Need {
  let waits: TaskId | null = null;
  for (const id of task.after ?? []) {
    const needed = find(id);
    if (needed === undefined || needed.status === 'completed') continue;
    if (isFinalTaskStatus(needed.status)) return { kind: 'failed', needed: id };
    waits ??= id;
  }
  return waits === null ? { kind: 'ready' } : { kind: 'waits', for: waits };
}

/** Tasks that can never get their turn because a needed one did not end well, and whose policy is to be skipped. */
export function tasksToSkip(state: BatchState): TaskState[] {
  const find = finder(state);
  return state.tasks.filter(
    (task) => isOpen(task) && (task.whenNeededFailed ?? 'skip') === 'skip' && needOf(find, task).kind === 'failed',
  );
}

/** The task next in turn: the first open one whose needs are met, or whose policy is to run all the same. */
export function nextInTurn(state: BatchState): TaskState | undefined {
  const find = finder(state);
  return state.tasks.find((task) => isOpen(task) && mayRun(find, task));
}

/** The open task that a failed one holds up, by its own wish; undefined when none does. */
export function heldByNeed(state: BatchState): TaskState | undefined {
  const find = finder(state);
  return state.tasks.find(
    (task) => isOpen(task) && task.whenNeededFailed === 'hold' && needOf(find, task).kind === 'failed',
  );
}

function mayRun(find: Find, task: TaskState): boolean {
  if (task.after === undefined) return true;
  const need = needOf(find, task);
  return need.kind === 'ready' || (need.kind === 'failed' && task.whenNeededFailed === 'run');
}

function isOpen(task: TaskState): boolean {
  return task.status === 'queued' || task.status === 'waiting';
}
