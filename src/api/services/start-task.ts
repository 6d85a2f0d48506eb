/** Starting a task in the background, from the dashboard and the command line. */
import { canonicalJson } from '../../contracts/canonical-json.ts';
import { AppError } from '../../contracts/errors.ts';
import type { TaskId } from '../../contracts/ids.ts';
import type { ListedTask } from '../../contracts/inbox-routes.ts';
import type { ApiDeps } from '../deps.ts';
import { toListedTask } from '../views/inbox-view.ts';
import type { BatchCreation } from './create-batch.ts';
import { runAlone } from './run-alone.ts';
import type { Views } from './views.ts';

const MAX_CONTEXT_BYTES = 16 * 1024;

/** What is to be started; `type` is another word for `kind`. */
export interface StartRequest {
  readonly kind?: string | undefined;
  readonly type?: string | undefined;
  /** Absent: the only project there is. */
  readonly projectId?: string | undefined;
  readonly params: Readonly<Record<string, unknown>>;
  readonly context?: Readonly<Record<string, unknown>> | undefined;
  readonly version?: string | undefined;
  readonly name?: string | undefined;
  /** The same id again finds the task that it made. */
  readonly taskId?: TaskId | undefined;
}

/**
 * Starts a task by itself.
 * @throws AppError as `runAlone`; invalid_input (no project named and not exactly one there, context too large)
 */
export async function startTask(
  deps: ApiDeps,
  creation: Pick<BatchCreation, 'createDefined'>,
  views: Views,
  { kind, type, projectId, params, context, version, name, taskId }: StartRequest,
): Promise<ListedTask> {
  const given = { ...context, ...(version === undefined ? {} : { version }) };
  checkContext(given);
  const row = await runAlone(deps, creation, {
    projectId: projectId ?? (await onlyProject(deps)),
    kind: kind ?? type ?? '',
    params,
    name,
    taskId,
    ...(Object.keys(given).length === 0 ? {} : { context: given }),
  });
  const [view] = await views.tasks([row]);
  if (view === undefined) throw new AppError('internal', `Task ${row.definition.id} has no view.`);
  return toListedTask(view, row);
}

function checkContext(context: Readonly<Record<string, unknown>>): void {
  const bytes = Buffer.byteLength(canonicalJson(context));
  if (bytes <= MAX_CONTEXT_BYTES) return;
  const message = `has ${bytes} bytes as JSON; at most ${MAX_CONTEXT_BYTES} are allowed`;
  throw new AppError('invalid_input', `context ${message}.`, { details: { fields: [{ path: 'context', message }] } });
}

async function onlyProject({ store }: Pick<ApiDeps, 'store'>): Promise<string> {
  const [first, ...others] = await store.projects.list();
  if (first !== undefined && others.length === 0) return first.id;
  const message =
    first === undefined ? 'No project is registered' : `There are ${1 + others.length} projects; name one`;
  throw new AppError('invalid_input', `${message}.`, { details: { fields: [{ path: 'projectId', message }] } });
}
