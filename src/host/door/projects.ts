/** What the API asks about a repository as a whole. */
import { basename, resolve } from 'node:path';
import type { ProjectCheck } from '../../contracts/host-door.ts';
import { inspectWithCommit } from '../git/inspect.ts';

/**
 * Looks at the repository that holds `path`.
 * @throws AppError repository_gone, not_a_repository, no_commit
 */
export async function checkProject(path: string): Promise<ProjectCheck> {
  const state = await inspectWithCommit(resolve(path));
  return {
    path: state.topLevel,
    name: basename(state.topLevel),
    head: state.head,
    branch: state.branch,
    uncommittedFiles: state.trackedChanges + state.untracked,
    uncommittedTracked: state.trackedChanges,
  };
}
