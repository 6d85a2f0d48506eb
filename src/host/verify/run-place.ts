/** Where the runs of an attempt or of a workspace's preparation lie, and how they are marked. */
import { join } from 'node:path';
import type { BatchId, InstallationId, ProjectId, TaskId } from '../../contracts/ids.ts';
import type { StatePaths } from '../../platform/paths.ts';
import { runDirectory, runMarker } from '../runs/run-directory.ts';

/** Names directories and markers of runs by their step. */
export interface RunPlace {
  /** @throws AppError run_not_found when `step` cannot be one */
  directory(step: string): string;
  marker(step: string): string;
}

/** Runs of one attempt of a task. */
export function taskPlace(
  paths: Pick<StatePaths, 'runs'>,
  installation: InstallationId,
  task: TaskId,
  attempt: number,
): RunPlace {
  return {
    directory: (step) => runDirectory(paths, task, attempt, step),
    marker: (step) => runMarker(installation, task, attempt, step),
  };
}

/** Runs that prepare a batch's workspace of a project: `runs/<batch>/<project>/<step>`. */
export function workspacePlace(
  paths: Pick<StatePaths, 'runs'>,
  installation: InstallationId,
  batch: BatchId,
  project: ProjectId,
): RunPlace {
  return {
    directory: (step) => join(paths.runs, batch, project, step),
    marker: (step) => `${workspaceMarkerPrefix(installation, batch)}${project}/${step}`,
  };
}

/** Start of the markers of all runs that prepare workspaces of a batch; for `fence`. */
export function workspaceMarkerPrefix(installation: InstallationId, batch: BatchId): string {
  return `${installation}/${batch}/`;
}
