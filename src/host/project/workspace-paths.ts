/** Where a batch keeps its workspace of one project: the tree, and beside it what the agent must not touch. */
import { join } from 'node:path';
import type { BatchId, ProjectId } from '../../contracts/ids.ts';
import type { StatePaths } from '../../platform/paths.ts';

/** Absolute paths of one workspace. */
export interface WorkspacePaths {
  /** Folder of the batch; holds the workspaces of all its projects. */
  readonly root: string;
  /** The worktree; unused with workspace.mode in-place. */
  readonly tree: string;
  /** Settings, frozen for the batch. */
  readonly settingsFile: string;
  /** How each verification command ended before any work. */
  readonly baselineFile: string;
  /** What the preparation of the workspace found and finished; its owner defines the content. */
  readonly stateFile: string;
  /** Parent of the run directories of set-up and baseline: `runs/<batch>/<project>`, as deep as those of a task. */
  readonly runs: string;
}

/** Paths of the workspace of `project` in `batch`; touches nothing. */
export function workspacePaths(
  paths: Pick<StatePaths, 'worktrees' | 'runs'>,
  batch: BatchId,
  project: ProjectId,
): WorkspacePaths {
  const root = join(paths.worktrees, batch);
  return {
    root,
    tree: join(root, project),
    settingsFile: join(root, `${project}.settings.json`),
    baselineFile: join(root, `${project}.baseline.json`),
    stateFile: join(root, `${project}.state.json`),
    runs: join(paths.runs, batch, project),
  };
}
