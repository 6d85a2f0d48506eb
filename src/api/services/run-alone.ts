/** A task by itself: defined, checked and queued in one go, without a batch that anybody sees. */
import { soloBatchOf } from '../../contracts/ids.ts';
import type { TaskId } from '../../contracts/ids.ts';
import type { SettingsOverrides } from '../../contracts/settings.ts';
import type { NewBatch, TaskRow } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';
import { FIRST_EPOCH } from './create-batch.ts';
import type { BatchCreation } from './create-batch.ts';
import { findTask } from './lookup.ts';
import { defineTasks } from './task-definitions.ts';

/** What is to run. */
export interface AloneRequest {
  readonly projectId: string;
  /** Any kind, also by an alias. */
  readonly kind: string;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  /** What it is called; absent: made of its parameters. */
  readonly name?: string | undefined;
  /** Wall time of one run; absent: `agent.timeout`. */
  readonly timeoutMs?: number | undefined;
  /** Settings for this task alone. */
  readonly flags?: SettingsOverrides | undefined;
  /** Run also a requirement that an undelivered branch resolves. */
  readonly again?: boolean | undefined;
  /** What the caller wants back with the task; absent: nothing. */
  readonly context?: Readonly<Record<string, unknown>> | undefined;
  /** Its id, for a caller who must not make it twice: the same id again finds the task. Absent: a new one. */
  readonly taskId?: TaskId | undefined;
}

/**
 * Queues a task by itself; it begins as soon as one of the background places of its host is free.
 * @throws AppError as `defineTasks`, with paths from the request itself (`kind`, `params.command`); invalid_settings,
 * already_queued, temporal_unreachable
 */
export async function runAlone(
  deps: ApiDeps,
  creation: Pick<BatchCreation, 'createDefined'>,
  request: AloneRequest,
): Promise<TaskRow> {
  const id = request.taskId ?? deps.ids.task();
  const known = request.taskId === undefined ? null : await knownTask(deps, request.taskId);
  if (known !== null) return known;
  await creation.createDefined(await define(deps, request, id));
  return await findTask(deps.store, id);
}

/** A creation that was cut short is undone, and made again by the caller. */
async function knownTask({ store }: Pick<ApiDeps, 'store'>, id: TaskId): Promise<TaskRow | null> {
  const batch = await store.batches.get(soloBatchOf(id));
  if (batch?.status !== 'creating') return await store.tasks.get(id);
  await store.batches.abandon(batch.id);
  return null;
}

async function define(deps: ApiDeps, request: AloneRequest, id: TaskId): Promise<NewBatch> {
  const { projectId, kind, params, name, timeoutMs, context } = request;
  const { tasks, projects } = await defineTasks(deps, [{ projectId, kind, params, name }], {
    again: request.again === true,
    newTaskId: () => id,
    pathOf: () => '',
  });
  const [project] = projects;
  return {
    id: soloBatchOf(id),
    name: tasks[0]?.name ?? kind,
    host: project.host,
    project: project.id,
    epoch: FIRST_EPOCH,
    onFailure: 'continue',
    flags: withTimeout(request.flags ?? {}, timeoutMs),
    createdAtMs: deps.clock.now(),
    tasks: context === undefined ? tasks : tasks.map((task) => ({ ...task, context })),
  };
}

function withTimeout(flags: SettingsOverrides, timeoutMs: number | undefined): SettingsOverrides {
  if (timeoutMs === undefined) return flags;
  return { ...flags, agent: { ...flags.agent, timeout: `${timeoutMs}ms` } };
}
