/** From what a request names to task definitions: found, checked, frozen, and not done already. */
import { createHash } from 'node:crypto';
import { AppError } from '../../contracts/errors.ts';
import type { HostDoor } from '../../contracts/host-door.ts';
import { asId } from '../../contracts/ids.ts';
import type { TaskId } from '../../contracts/ids.ts';
import type { WhenNeededFailed } from '../../contracts/vocabulary.ts';
import { mapAtOnce } from '../../platform/at-once.ts';
import type { ProjectRow, Store, TaskDefinition, TaskRow } from '../../store/store.ts';
import { checkKinds, freezeKind } from './kind-definitions.ts';
import type { CheckedTask } from './kind-definitions.ts';
import { findProject } from './lookup.ts';
import { withNeeds } from './task-needs.ts';

/** Files are read and hashed this many at a time. */
const FREEZES_AT_ONCE = 8;

/** A task as a request names it: a requirement by its name, anything else by kind and parameters. */
export interface WantedTask {
  readonly projectId: string;
  readonly requirementName?: string | undefined;
  readonly kind?: string | undefined;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  readonly name?: string | undefined;
  readonly after?: readonly (number | string)[] | undefined;
  readonly whenNeededFailed?: WhenNeededFailed | undefined;
}

/** Definitions with the projects they are of, in the order they were named; the first is the batch's first. */
export interface Definitions {
  readonly tasks: readonly TaskDefinition[];
  readonly projects: readonly [ProjectRow, ...ProjectRow[]];
}

/**
 * Checks and freezes what is named. Slash commands are allowed: here every requirement is named.
 * @param again run also what an undelivered branch resolves
 * @param present tasks that the batch has already, which new ones may need; absent: none
 * @throws AppError project_not_found, invalid_input (hosts differ; parameters and needs, with `details.fields`), unknown_kind,
 * requirement_not_found, requirement_name_invalid, requirement_invalid, already_done; the last four with
 * `details.requirements` [{name, ...}]
 */
export async function defineTasks(
  deps: Needs,
  wanted: readonly WantedTask[],
  options: {
    readonly again: boolean;
    readonly newTaskId: (index: number) => TaskId;
    readonly present?: readonly TaskRow[];
    /** Path of a task in the request, for what is refused; default `tasks.<index>`. */
    readonly pathOf?: (index: number) => string;
  },
): Promise<Definitions> {
  const found = new Map<string, ProjectRow>();
  for (const { projectId } of wanted) {
    if (!found.has(projectId)) found.set(projectId, await findProject(deps.store, projectId));
  }
  const [first, ...others] = found.values();
  if (first === undefined) throw new AppError('nothing_to_do', 'No task was named.');
  refuseOtherHosts(first, others);
  const checked = checkKinds(wanted, options.pathOf ?? ((index) => `tasks.${index}`));
  const frozen = await freezeAll(deps, checked, found);
  if (!options.again) await refuseDone(deps.door, [first, ...others], frozen);
  const tasks = frozen.map((task, index) => ({ id: options.newTaskId(index), ...task }));
  return { tasks: withNeeds(tasks, wanted, options.present ?? []), projects: [first, ...others] };
}

/** The id of a command's task: the same for a repeated command, so that nothing is added twice. */
export function taskIdOf(commandId: string, index: number): TaskId {
  return asId('task', `t_${derivedId(`${commandId}\n${index}`)}`);
}

/** The id of the task that a request with a key makes. `undefined`: it has no key, and the task gets an id of its own. */
export function seededTaskId(seed: string | null): TaskId | undefined {
  return seed === null ? undefined : taskIdOf(seed, 0);
}

/** Ten characters as in our ids, made of `text` alone. */
export function derivedId(text: string): string {
  const digest = createHash('sha256').update(text).digest('hex');
  return BigInt(`0x${digest}`).toString(36).slice(0, 10).padStart(10, '0');
}

function refuseOtherHosts(first: ProjectRow, others: readonly ProjectRow[]): void {
  const elsewhere = others.find((project) => project.host !== first.host);
  if (elsewhere === undefined) return;
  const message = `All projects of a batch must be on one host: ${first.name} is on ${first.host}, ${elsewhere.name} on ${elsewhere.host}`;
  throw new AppError('invalid_input', `${message}.`, { details: { fields: [{ path: 'tasks', message }] } });
}

type Needs = { readonly store: Store; readonly door: HostDoor };
type Frozen = Omit<TaskDefinition, 'id'>;

async function freezeAll(
  deps: Needs,
  wanted: readonly CheckedTask[],
  projects: ReadonlyMap<string, ProjectRow>,
): Promise<Frozen[]> {
  const frozen: Frozen[] = [];
  const failed: { name: string; error: AppError }[] = [];
  for (const result of await mapAtOnce(wanted, FREEZES_AT_ONCE, (task) => freeze(deps, task, projects))) {
    if ('error' in result) failed.push(result);
    else frozen.push(result);
  }
  const [first, ...more] = failed;
  if (first === undefined) return frozen;
  if (more.length === 0 || first.error.details['fields'] !== undefined) throw first.error;
  const requirements = failed.map(({ name, error }) => ({ name, code: error.code, message: error.message }));
  throw new AppError(first.error.code, `${failed.length} requirements cannot be queued; ${first.error.message}`, {
    details: { requirements: requirements.slice(0, 100) },
    cause: first.error,
  });
}

async function freeze(
  deps: Needs,
  task: CheckedTask,
  projects: ReadonlyMap<string, ProjectRow>,
): Promise<Frozen | { name: string; error: AppError }> {
  const project = projects.get(task.projectId);
  if (project === undefined) throw new AppError('internal', `Project ${task.projectId} was not looked up.`);
  try {
    if (task.kind !== 'requirement') return await freezeKind(deps, project, task);
    const { name, title, sha256 } = await deps.door.freezeRequirement(project.path, task.name);
    return { project: project.id, kind: 'requirement', name, title, sha256, params: {} };
  } catch (error) {
    if (!AppError.is(error)) throw error;
    return { name: task.name, error };
  }
}

async function refuseDone(door: HostDoor, projects: readonly ProjectRow[], frozen: readonly Frozen[]): Promise<void> {
  const done: { name: string; branch: string }[] = [];
  const requirements = frozen.filter((task) => task.kind === 'requirement');
  for (const project of requirements.length === 0 ? [] : projects) {
    const resolved = await door.undelivered(project.path);
    for (const task of requirements.filter((each) => each.project === project.id)) {
      const match = resolved.find(({ name, sha256 }) => name === task.name && sha256 === task.sha256);
      if (match !== undefined) done.push({ name: match.name, branch: match.branch });
    }
  }
  const [first] = done;
  if (first === undefined) return;
  const more = done.length > 1 ? ` (and ${done.length - 1} more)` : '';
  throw new AppError(
    'already_done',
    `Requirement ${first.name} is done on branch ${first.branch}, not delivered${more}.`,
    {
      details: { requirements: done },
    },
  );
}
