/** What the door says of kinds of tasks. */
import { AppError } from '../../contracts/errors.ts';
import type { KindsDoor } from '../../contracts/host-door-kinds.ts';
import type { Masker } from '../../platform/masking.ts';
import type { StatePaths } from '../../platform/paths.ts';
import { freezeTask } from '../kinds/frozen-task.ts';
import { isRunnable, RUNNABLE_KINDS } from '../kinds/registry.ts';
import { readResult } from '../kinds/result-file.ts';

/** The door's part about kinds, on the files below `paths`. */
export function kindsDoor(paths: Pick<StatePaths, 'inputs' | 'runs'>, masker: Masker): KindsDoor {
  return {
    freezeTask: async (_projectPath, task) => {
      if (!isRunnable(task.kind)) {
        throw new AppError('unknown_kind', `This host runs no tasks of kind ${task.kind}.`, {
          details: { kinds: RUNNABLE_KINDS },
        });
      }
      return await freezeTask(paths.inputs, task);
    },
    taskResult: async (task, attempt) => readResult(paths, task, attempt, masker),
  };
}
