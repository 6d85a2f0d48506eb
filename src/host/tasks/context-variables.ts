/** What the processes of a task find in their environment about where they are. */
import type { WorkOrder } from '../../contracts/order.ts';
import { temporaryDirectory } from '../runs/temporary-directory.ts';
import type { HostContext } from './host-context.ts';

/** Names of the tool that some scripts were written for. */
const ALSO = 'POPPOBUILDER_';

/** Ids of project, host and task. */
export function idVariables({ host }: Pick<HostContext, 'host'>, order: WorkOrder): Record<string, string> {
  const { project, task } = order;
  return {
    NIGHTLOOM_PROJECT_ID: project,
    NIGHTLOOM_WORKER_ID: host,
    NIGHTLOOM_TASK_ID: task,
    [`${ALSO}PROJECT_ID`]: project,
    [`${ALSO}WORKER_ID`]: host,
  };
}

/** The same, and a folder for temporary files that goes with the run in `directory`. */
export function contextVariables(
  context: Pick<HostContext, 'host'>,
  order: WorkOrder,
  directory: string,
): Record<string, string> {
  return { ...idVariables(context, order), TMPDIR: temporaryDirectory(directory) };
}
