/** Which tasks a new one needs: found by place, id or name, and refused where that cannot be worked off. */
import { AppError } from '../../contracts/errors.ts';
import type { TaskId } from '../../contracts/ids.ts';
import { findCycle } from '../../domain/dependencies.ts';
import type { TaskDefinition, TaskRow } from '../../store/store.ts';
import type { WantedTask } from './task-definitions.ts';

/** More mistakes than this are not listed. */
const MAX_FIELDS = 100;

interface Field {
  readonly path: string;
  readonly message: string;
}

/** Everything that may be needed: by id, and by name, which need not be unique. */
interface Known {
  readonly ids: ReadonlySet<string>;
  readonly names: ReadonlyMap<string, readonly TaskId[]>;
}

/**
 * The tasks with what they need. `defined` and `wanted` are in the same order; `present` is what the batch has already.
 * @throws AppError invalid_input with `details.fields` of every mistake: unknown, ambiguous, itself, a cycle
 */
export function withNeeds(
  defined: readonly TaskDefinition[],
  wanted: readonly WantedTask[],
  present: readonly TaskRow[],
): readonly TaskDefinition[] {
  if (!wanted.some((task) => task.after !== undefined || task.whenNeededFailed !== undefined)) return defined;
  const known = knownTasks(defined, present);
  const fields: Field[] = [];
  const tasks = defined.map((task, index) => {
    const after: TaskId[] = [];
    for (const [at, needed] of (wanted[index]?.after ?? []).entries()) {
      const found = find(needed, task, defined, known);
      if ('id' in found) after.push(found.id);
      else fields.push({ path: `tasks.${index}.after.${at}`, message: found.message });
    }
    if (after.length === 0) return task;
    const whenNeededFailed = wanted[index]?.whenNeededFailed ?? 'skip';
    return { ...task, needs: { after: [...new Set(after)], whenNeededFailed } };
  });
  for (const [index, task] of wanted.entries()) {
    if (task.whenNeededFailed === undefined || (task.after ?? []).length > 0) continue;
    fields.push({ path: `tasks.${index}.whenNeededFailed`, message: 'it needs no other task: give after, too' });
  }
  if (fields.length === 0) fields.push(...cycleOf(tasks));
  if (fields.length > 0) throw refused(fields);
  return tasks;
}

function knownTasks(defined: readonly TaskDefinition[], present: readonly TaskRow[]): Known {
  const all = new Map([...present.map((row) => row.definition), ...defined].map((task) => [task.id, task]));
  const names = new Map<string, TaskId[]>();
  for (const task of all.values()) names.set(task.name, [...(names.get(task.name) ?? []), task.id]);
  return { ids: new Set<string>(all.keys()), names };
}

function find(
  needed: number | string,
  task: TaskDefinition,
  defined: readonly TaskDefinition[],
  known: Known,
): { readonly id: TaskId } | { readonly message: string } {
  const matches = typeof needed === 'number' ? [defined[needed]?.id].flatMap((id) => id ?? []) : named(needed, known);
  const [id, ...others] = matches;
  if (id === undefined) return { message: `there is no task ${JSON.stringify(needed)} in the request or the batch` };
  if (others.length > 0) return { message: `several tasks are called ${needed}: ${matches.join(', ')}` };
  return id === task.id ? { message: 'a task cannot need itself' } : { id };
}

function named(text: string, { ids, names }: Known): readonly TaskId[] {
  const byName = names.get(text) ?? [];
  if (!ids.has(text)) return byName;
  return [...names.values()].flat().filter((id) => id === text);
}

/** Tasks that are there already cannot need new ones: a cycle is within the request. */
function cycleOf(tasks: readonly TaskDefinition[]): Field[] {
  const cycle = findCycle(tasks.map(({ id, needs }) => ({ id, after: needs?.after ?? [] })));
  if (cycle === null) return [];
  const index = tasks.findIndex((task) => task.id === cycle[0]);
  const path = cycle.slice(0, 20).map((id) => tasks.find((task) => task.id === id)?.name ?? id);
  return [{ path: `tasks.${index}.after`, message: `the tasks need each other in a circle: ${path.join(' -> ')}` }];
}

function refused(fields: readonly Field[]): AppError {
  const [first] = fields;
  const more = fields.length > 1 ? ` (and ${fields.length - 1} more)` : '';
  return new AppError('invalid_input', `${first?.path ?? 'tasks'}: ${first?.message ?? 'has a mistake'}${more}.`, {
    details: { fields: fields.slice(0, MAX_FIELDS) },
  });
}
