/** What the door says of kinds of tasks. */
import { AppError } from '../../contracts/errors.ts';
import type { KindsDoor } from '../../contracts/host-door-kinds.ts';
import { isBuiltinKind } from '../../contracts/kinds.ts';
import type { Masker } from '../../platform/masking.ts';
import type { StatePaths } from '../../platform/paths.ts';
import { freezeTask } from '../kinds/frozen-task.ts';
import { readResult } from '../kinds/result-file.ts';

/** The door's part about kinds, on the files below `paths`. */
export function kindsDoor(paths: Pick<StatePaths, 'inputs' | 'runs'>, masker: Masker): KindsDoor {
  return {
    freezeTask: async (_projectPath, task) => {
      if (!isBuiltinKind(task.kind)) {
        throw new AppError('unknown_kind', `The project has no kind ${task.kind}.`, { details: { kinds: [] } });
      }
      return await freezeTask(paths.inputs, task);
    },
    taskResult: async (task, attempt) => readResult(paths, task, attempt, masker),
  };
}
