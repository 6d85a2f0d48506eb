/** Tasks by kind and parameters: refused before they are queued, with the path of each mistake and what is allowed. */
import { checkParams, checkSize } from '../../contracts/check-params.ts';
import type { CheckedParams } from '../../contracts/check-params.ts';
import { AppError } from '../../contracts/errors.ts';
import type { HostDoor } from '../../contracts/host-door.ts';
import { oneLine, taskNameOf } from '../../contracts/kind-names.ts';
import { isBuiltinKind, KIND_ALIASES, toKind } from '../../contracts/kinds.ts';
import { BUILTIN_KINDS } from '../../contracts/vocabulary.ts';
import type { TaskKind } from '../../contracts/vocabulary.ts';
import type { ProjectRow, Store, TaskDefinition } from '../../store/store.ts';
import { withStories } from './stories.ts';
import type { WantedTask } from './task-definitions.ts';

/** More mistakes than this are not listed. */
const MAX_FIELDS = 100;

/** A task whose kind exists, with its parameters checked as far as that can be done without its project. */
export interface CheckedTask {
  readonly projectId: string;
  readonly kind: TaskKind;
  /** Of the requirement, or what the task is called. */
  readonly name: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Path of the task in the request: `tasks.3`; empty: the request is the task. */
  readonly at: string;
}

interface Field {
  readonly path: string;
  readonly message: string;
}

/**
 * Checks all tasks of a request.
 * @param pathOf path of a task in the request, by its index
 * @throws AppError unknown_kind, invalid_input with `details.fields` of every mistake
 */
export function checkKinds(wanted: readonly WantedTask[], pathOf: (index: number) => string): CheckedTask[] {
  const checked: CheckedTask[] = [];
  const fields: Field[] = [];
  for (const [index, task] of wanted.entries()) {
    const at = pathOf(index);
    if (task.requirementName !== undefined) {
      checked.push({ projectId: task.projectId, kind: 'requirement', name: task.requirementName, params: {}, at });
      continue;
    }
    const kind = toKind(task.kind ?? '');
    if (kind === null) throw unknownKind(task.kind ?? '', below(at, 'kind'), []);
    const found = isBuiltinKind(kind) ? checkParams(kind, task.params ?? {}) : checkSize(task.params ?? {});
    if (found.ok) checked.push({ projectId: task.projectId, kind, at, ...named(kind, found.params, task.name) });
    else fields.push(...fieldsOf(below(at, 'params'), found));
  }
  if (fields.length > 0) throw wrongFields(fields);
  return checked;
}

/**
 * Freezes a checked task on its project's host, where a handler checks its own parameters.
 * @throws AppError unknown_kind, invalid_input, and as `withStories`
 */
export async function freezeKind(
  deps: { readonly store: Store; readonly door: HostDoor },
  project: ProjectRow,
  task: CheckedTask,
): Promise<Omit<TaskDefinition, 'id'>> {
  const asked = { ...task, params: await withStories(deps, project, task.kind, task.params) };
  const { kind, params, sha256 } = await ask(deps.door, project, asked);
  return { project: project.id, kind, name: task.name, title: task.name, sha256, params };
}

async function ask(door: HostDoor, project: ProjectRow, { kind, params, at }: CheckedTask) {
  try {
    const { trustedSha256 } = project;
    return await door.freezeTask(project.path, { kind, params, ...(isBuiltinKind(kind) ? {} : { trustedSha256 }) });
  } catch (error) {
    if (AppError.is(error, 'unknown_kind')) {
      const { kinds } = error.details;
      throw unknownKind(
        kind,
        below(at, 'kind'),
        Array.isArray(kinds) ? kinds.filter((each) => typeof each === 'string') : [],
      );
    }
    if (AppError.is(error, 'invalid_input')) throw wrongFields(toFields(error.details['fields'], at));
    throw error;
  }
}

/** A requirement may be named like any other kind: then its name is its only parameter. */
function named(kind: TaskKind, params: Readonly<Record<string, unknown>>, name: string | undefined) {
  const { requirementName } = params;
  if (kind === 'requirement' && typeof requirementName === 'string') return { name: requirementName, params: {} };
  return { name: name === undefined ? taskNameOf(kind, params) : oneLine(name, kind), params };
}

function unknownKind(kind: string, path: string, own: readonly string[]): AppError {
  const kinds = [...new Set([...BUILTIN_KINDS, ...Object.keys(KIND_ALIASES), ...own])];
  const message = `There is no kind ${JSON.stringify(kind.slice(0, 100))}; there are ${kinds.join(', ')}`;
  return new AppError('unknown_kind', `${message}.`, { details: { fields: [{ path, message }], kinds } });
}

/** `part` of what is at a path. */
function below(at: string, part: string): string {
  return at === '' ? part : `${at}.${part}`;
}

function fieldsOf(at: string, found: Extract<CheckedParams, { ok: false }>): Field[] {
  return found.mistakes.map(({ path, message }) => ({ path: path === '' ? at : `${at}.${path}`, message }));
}

function wrongFields(fields: readonly Field[]): AppError {
  const [first] = fields;
  const more = fields.length > 1 ? ` (and ${fields.length - 1} more)` : '';
  return new AppError('invalid_input', `${first?.path ?? 'params'}: ${first?.message ?? 'has a mistake'}${more}.`, {
    details: { fields: fields.slice(0, MAX_FIELDS) },
  });
}

/** What the host found, under the task's path in the request. */
function toFields(value: unknown, at: string): Field[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((field: unknown) => {
    if (typeof field !== 'object' || field === null) return [];
    const path: unknown = Reflect.get(field, 'path');
    const message: unknown = Reflect.get(field, 'message');
    return typeof path === 'string' && typeof message === 'string' ? [{ path: below(at, path), message }] : [];
  });
}
