/** One requirement, done by itself: a batch of one behind a single call. */
import { AppError, withDetails } from '../../contracts/errors.ts';
import type { ClaudeCodeStatus, ClaudeCodeTask } from '../../contracts/claude-code-routes.ts';
import type { RouteAnswer } from '../../contracts/http.ts';
import type { SettingsOverrides } from '../../contracts/settings.ts';
import type { TaskStatus } from '../../contracts/vocabulary.ts';
import type { BatchRow, ProjectRow, TaskRow } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';
import { goOn } from './command-batch.ts';
import type { BatchCreation } from './create-batch.ts';
import { findBatch, findProject, findTask } from './lookup.ts';
import { requirementsOf } from './projects.ts';
import { createRequirement, requirementDetail } from './requirements.ts';
import type { Views } from './views.ts';

/** Names a project by id or by the path it is registered with. */
export interface NamedProject {
  readonly projectId?: string | undefined;
  readonly projectPath?: string | undefined;
}

/** What a run asks for. */
export interface ExecuteRequest extends NamedProject {
  readonly requirementName: string;
  readonly again?: boolean | undefined;
  readonly gitConfig?:
    | {
        readonly enabled?: boolean | undefined;
        readonly commitMessageTemplate?: string | undefined;
        readonly push?: boolean | undefined;
      }
    | undefined;
}

/** A registered project. @throws AppError project_not_found, invalid_input (neither id nor path) */
export async function namedProject(deps: Pick<ApiDeps, 'store'>, named: NamedProject): Promise<ProjectRow> {
  const { projectId, projectPath } = named;
  if (projectId !== undefined) return await findProject(deps.store, projectId);
  if (projectPath === undefined) throw missing('projectId');
  const row = (await deps.store.projects.list()).find(({ path }) => path === projectPath.replace(/(?<=.)\/+$/, ''));
  if (row !== undefined) return row;
  throw new AppError('project_not_found', `No project is registered at ${projectPath.slice(0, 200)}.`);
}

/**
 * Makes a batch of one and starts it. One that was made and could not be started is named in the error's details, as
 * `batch` beside `commandId`: its start with that id goes on.
 * @param seed see `BatchCreation.create`
 * @throws AppError as the creation of a batch and its start
 */
export async function executeRequirement(
  deps: ApiDeps,
  creation: Pick<BatchCreation, 'create'>,
  views: Views,
  request: ExecuteRequest,
  seed: string | null,
): Promise<RouteAnswer<'claudeCode'>> {
  const project = await namedProject(deps, request);
  const { requirementName, again } = request;
  const wanted = {
    name: requirementName.slice(0, 200),
    tasks: [{ projectId: project.id, requirementName }],
    flags: toFlags(request.gitConfig),
    again,
  };
  const batch = await creation.create(wanted, seed);
  if (batch.status === 'idle') await start(deps, batch, seed);
  const [row] = await deps.store.tasks.ofBatch(batch.id);
  if (row === undefined) throw new AppError('internal', `Batch ${batch.id} has no task.`);
  return { action: 'execute-requirement', taskId: row.definition.id, task: await toClaudeCodeTask(deps, views, row) };
}

async function start(deps: ApiDeps, batch: BatchRow, seed: string | null): Promise<void> {
  try {
    await goOn(deps, batch, 'start', seed ?? undefined);
  } catch (error) {
    if (!AppError.is(error)) throw error;
    throw withDetails(error, { ...error.details, batch: batch.id });
  }
}

/** Writes a requirement. @throws AppError invalid_input, and as `createRequirement` */
export async function writeRequirement(
  deps: ApiDeps,
  request: NamedProject & { readonly requirementName: string; readonly content?: string | undefined },
): Promise<RouteAnswer<'claudeCode'>> {
  const { requirementName: name, content: text } = request;
  if (text === undefined) throw missing('content');
  const change = await createRequirement(deps, await namedProject(deps, request), { name, text });
  return { action: 'create-requirement', ...change };
}

/** What is asked for. */
export interface Question extends NamedProject {
  readonly action: 'status' | 'list-requirements' | 'read-requirement';
  readonly taskId?: string | undefined;
  readonly requirementName?: string | undefined;
}

/** Answers it. @throws AppError invalid_input, project_not_found, task_not_found, requirement_not_found */
export async function askClaudeCode(
  deps: ApiDeps,
  views: Views,
  question: Question,
): Promise<RouteAnswer<'askClaudeCode'>> {
  switch (question.action) {
    case 'status':
      return { action: 'status', task: await toClaudeCodeTask(deps, views, await askedTask(deps, question)) };
    case 'list-requirements':
      return {
        action: 'list-requirements',
        requirements: await requirementsOf(deps, await namedProject(deps, question)),
      };
    case 'read-requirement': {
      if (question.requirementName === undefined) throw missing('requirementName');
      const requirement = await requirementDetail(deps, await namedProject(deps, question), question.requirementName);
      return { action: 'read-requirement', requirement };
    }
  }
}

/** A task by its id, or the newest one of a requirement. */
async function askedTask(deps: ApiDeps, question: Question): Promise<TaskRow> {
  const { taskId, requirementName } = question;
  const [, projectId, name] = /^(p_[a-z0-9]{10}):(.+)$/s.exec(taskId ?? '') ?? [];
  if (taskId !== undefined && name === undefined) return await findTask(deps.store, taskId);
  const wanted = name ?? requirementName;
  if (wanted === undefined) throw missing('taskId');
  const project = await namedProject(deps, projectId === undefined ? question : { projectId });
  const latest = (await deps.store.tasks.latestOfRequirements(project.id)).get(wanted);
  if (latest !== undefined) return await findTask(deps.store, latest.task);
  throw new AppError('task_not_found', `Requirement ${wanted.slice(0, 100)} of ${project.name} has had no task.`);
}

async function toClaudeCodeTask(deps: ApiDeps, views: Views, row: TaskRow): Promise<ClaudeCodeTask> {
  const { id, project, kind, name } = row.definition;
  const [[view], batch, progress] = await Promise.all([
    views.tasks([row]),
    findBatch(deps.store, row.batch),
    row.state.status === 'running' ? deps.door.progress(id) : null,
  ]);
  if (view === undefined) throw new AppError('internal', `Task ${id} has no view.`);
  return {
    taskId: id,
    batchId: row.batch,
    projectId: project,
    requirementName: kind === 'requirement' ? name : null,
    status: statusOf(view.status),
    error: view.failure?.message ?? null,
    commit: view.commit,
    branch: batch.head?.workspaces[project]?.branch ?? null,
    startedAt: view.startedAt,
    completedAt: view.completedAt,
    progress: progress === null ? null : { phase: progress.phase, turns: progress.turns, lastTool: progress.lastTool },
  };
}

function statusOf(status: TaskStatus): ClaudeCodeStatus {
  switch (status) {
    case 'idle':
    case 'queued':
    case 'running':
    case 'completed':
    case 'failed':
      return status;
    case 'waiting':
      return 'session-limit';
    case 'skipped':
    case 'cancelled':
      return 'failed';
  }
}

function toFlags(config: ExecuteRequest['gitConfig']): SettingsOverrides {
  if (config === undefined) return {};
  const { enabled, commitMessageTemplate: message, push } = config;
  const git = { ...(enabled === undefined ? {} : { commit: enabled }), ...(message === undefined ? {} : { message }) };
  return {
    ...(Object.keys(git).length === 0 ? {} : { git }),
    ...(push === undefined ? {} : { delivery: { mode: push ? ('push' as const) : ('branch' as const) } }),
  };
}

function missing(path: string): AppError {
  return new AppError('invalid_input', `${path}: is needed.`, {
    details: { fields: [{ path, message: 'is needed' }] },
  });
}
