/** The open tasks of a batch in their order: what can be moved, and what a move makes of it. */
import type { TaskView } from '../../../src/contracts/views.ts';

/** What a move needs to know of a task. */
type Placed = Pick<TaskView, 'id' | 'status'>;

/** Open and not running: the API counts places among these, from 0. */
export function isMovable({ status }: Pick<TaskView, 'status'>): boolean {
  return status === 'idle' || status === 'queued' || status === 'waiting';
}

/** Places of the movable tasks of a batch, by task id. */
export function placesOf(tasks: readonly Placed[]): ReadonlyMap<string, { at: number; of: number }> {
  const movable = tasks.filter(isMovable);
  return new Map(movable.map((task, at) => [task.id, { at, of: movable.length }]));
}

/** `tasks` with those of `ids` at `position` among the movable ones that stay (null: at the end), in their given order. */
export function placed<Task extends Placed>(
  tasks: readonly Task[],
  arriving: readonly Task[],
  position: number | null,
): Task[] {
  const ids = new Set(arriving.map(({ id }) => id));
  const rest = tasks.filter(({ id }) => !ids.has(id));
  const before = position === null ? undefined : rest.filter(isMovable)[position];
  const at = before === undefined ? lastMovable(rest) : rest.indexOf(before);
  return [...rest.slice(0, at), ...arriving, ...rest.slice(at)];
}

/** Place behind the last movable task; behind everything if there is none. */
function lastMovable(tasks: readonly Placed[]): number {
  const last = tasks.findLastIndex(isMovable);
  return last === -1 ? tasks.length : last + 1;
}

/** One call of the API: a task and its place among the movable ones. */
export interface Step {
  readonly taskId: string;
  readonly position: number;
}

/** The single moves that bring movable tasks from the order `now` into the order `wanted`, moving only `ids`. */
export function stepsTo(now: readonly string[], wanted: readonly string[], ids: ReadonlySet<string>): Step[] {
  let order = [...now];
  return wanted
    .map((taskId, at) => ({ taskId, before: wanted[at - 1] }))
    .filter(({ taskId }) => ids.has(taskId))
    .flatMap(({ taskId, before }) => {
      const rest = order.filter((id) => id !== taskId);
      // Behind the one that it shall follow; at the front if that is none.
      const position = before === undefined ? 0 : rest.indexOf(before) + 1;
      if (order[position] === taskId) return [];
      order = [...rest.slice(0, position), taskId, ...rest.slice(position)];
      return [{ taskId, position }];
    });
}
