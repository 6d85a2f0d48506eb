/** What the door says of kinds of tasks. */
import { AppError } from '../../contracts/errors.ts';
import { requireTrusted } from '../../contracts/project-trust.ts';
import type { FrozenTask, KindsDoor, TaskToFreeze } from '../../contracts/host-door-kinds.ts';
import { isBuiltinKind } from '../../contracts/kinds.ts';
import type { TaskKind } from '../../contracts/vocabulary.ts';
import type { Masker } from '../../platform/masking.ts';
import type { StatePaths } from '../../platform/paths.ts';
import { agentEnvironment } from '../agents/environment.ts';
import { freezeTask } from '../kinds/frozen-task.ts';
import { tellHandler } from '../kinds/handlers/events-file.ts';
import { askHandlers } from '../kinds/handlers/plan.ts';
import { isRunnable, RUNNABLE_KINDS } from '../kinds/registry.ts';
import { readResult } from '../kinds/result-file.ts';
import { resolveSettings } from '../project/settings.ts';
import { isRecord } from '../runs/run-directory.ts';

/** The door's part about kinds, on the files below `paths`; `base` is the host worker's environment. */
export function kindsDoor(
  paths: Pick<StatePaths, 'inputs' | 'runs' | 'home' | 'cache'>,
  masker: Masker,
  base: Readonly<Record<string, string>>,
): KindsDoor {
  return {
    freezeTask: async (projectPath, task) => {
      if (isRunnable(task.kind)) return await freezeTask(paths.inputs, task);
      if (isBuiltinKind(task.kind)) throw unknown(task.kind, []);
      return await freezeHandled(paths, projectPath, task, base);
    },
    taskResult: async (task, attempt) => readResult(paths, task, attempt, masker),
    tellHandler: (task, events) => tellHandler(paths, task, events),
  };
}

/** Nothing of the project's own runs before its file was trusted. */
async function freezeHandled(
  paths: Pick<StatePaths, 'inputs' | 'home' | 'cache'>,
  checkout: string,
  task: TaskToFreeze,
  base: Readonly<Record<string, string>>,
): Promise<FrozenTask> {
  const { kind } = task;
  const { settings, projectFileSha256 } = await resolveSettings({
    home: paths.home,
    checkout,
    dashboard: {},
    flags: {},
  });
  if (settings.handlers.length > 0) requireTrusted(checkout, projectFileSha256, task.trustedSha256 ?? null);
  const env = agentEnvironment({ base, agent: 'command', projectEnv: settings.env });
  const { kinds, checked } = await askHandlers(paths, checkout, settings, { kind, params: task.params, env });
  if (checked === null) throw unknown(kind, kinds);
  if ('params' in checked && isRecord(checked.params)) {
    return await freezeTask(paths.inputs, { kind, params: checked.params });
  }
  throw wrongParams(kind, 'mistakes' in checked ? checked.mistakes : [{ path: '', message: 'must be an object' }]);
}

function wrongParams(
  kind: TaskKind,
  mistakes: readonly { readonly path: string; readonly message: string }[],
): AppError {
  const fields = mistakes.map(({ path, message }) => ({ path: path === '' ? 'params' : `params.${path}`, message }));
  const [first] = fields;
  return new AppError('invalid_input', `${kind}: ${first?.path ?? 'params'}: ${first?.message ?? 'has a mistake'}.`, {
    details: { fields },
  });
}

function unknown(kind: TaskKind, own: readonly string[]): AppError {
  return new AppError('unknown_kind', `This host runs no tasks of kind ${kind}.`, {
    details: { kinds: [...RUNNABLE_KINDS, ...own] },
  });
}
