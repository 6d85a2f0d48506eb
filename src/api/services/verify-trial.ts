/**
 * The verification commands of a project, tried before a night does. Preparing a workspace runs each of them once in an
 * untouched tree: so a try is a task by itself whose own program does nothing.
 */
import { AppError } from '../../contracts/errors.ts';
import { requireTrusted } from '../../contracts/project-trust.ts';
import type { SettingsOverrides } from '../../contracts/settings.ts';
import type { TaskId } from '../../contracts/ids.ts';
import { TrialContextSchema } from '../../contracts/trial-routes.ts';
import type { VerifyTrial } from '../../contracts/trial-routes.ts';
import type { TaskRow } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';
import { trustedCommands } from '../views/trusted-commands.ts';
import type { BatchCreation } from './create-batch.ts';
import { findBatch, findProject } from './lookup.ts';
import { runAlone } from './run-alone.ts';

/** The user's checkout is nobody's to try something in, and nothing leaves the machine. */
const APART: SettingsOverrides = {
  workspace: { mode: 'worktree' },
  git: { commit: true },
  delivery: { mode: 'branch' },
};
const NAME = 'Try the verification';

/**
 * Queues a try of the commands as they are configured now.
 * @throws AppError project_not_found, invalid_settings, project_untrusted (the project file is not the trusted one),
 * invalid_input (no command is configured); as `runAlone`
 */
export async function startTrial(
  deps: ApiDeps,
  creation: Pick<BatchCreation, 'createDefined'>,
  projectId: string,
  taskId: TaskId | undefined,
): Promise<VerifyTrial> {
  const project = await findProject(deps.store, projectId);
  const overrides = { dashboard: project.settings, flags: {} };
  const { settings, origins, projectFileSha256 } = await deps.door.configuration(project.path, overrides);
  requireTrusted(project.path, projectFileSha256, project.trustedSha256, trustedCommands(origins));
  const commands = settings.verify.map(({ command }) => command);
  if (commands.length === 0) {
    const message = 'has no command: there is nothing to try';
    throw new AppError('invalid_input', `\`verify\` ${message}.`, {
      details: { fields: [{ path: 'verify', message }] },
    });
  }
  const task = await runAlone(deps, creation, {
    projectId: project.id,
    kind: 'custom-command',
    params: { command: 'true' },
    name: NAME,
    flags: APART,
    context: { verifyTrial: commands },
    taskId,
  });
  return await readTrial(deps, task);
}

/** How a try stands. @throws AppError run_not_found when the task is none; host_offline */
export async function readTrial({ store, door }: Pick<ApiDeps, 'store' | 'door'>, task: TaskRow): Promise<VerifyTrial> {
  const { definition, state, details } = task;
  const context = TrialContextSchema.safeParse(definition.context);
  if (!context.success)
    throw new AppError('run_not_found', `Task ${definition.id} is no try of verification commands.`);
  const { verifyTrial: commands } = context.data;
  const [batch, runs] = await Promise.all([
    findBatch(store, task.batch),
    door.baselineRuns({ batch: task.batch, project: definition.project, count: commands.length }),
  ]);
  const hold = batch.head?.hold ?? null;
  const problem = details?.failure ?? (hold === null ? null : { code: hold.reason, message: hold.message });
  return {
    taskId: definition.id,
    status: state.status,
    problem: problem === null ? null : { code: problem.code, message: problem.message },
    checks: runs.map((run, index) => ({ command: commands[index] ?? '', ...run })),
  };
}
