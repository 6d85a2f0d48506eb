/** Clean-up of worktrees whose batch is over. */
import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import type { PruneItem } from '../../contracts/host-door.ts';
import { isId } from '../../contracts/ids.ts';
import type { BatchId, ProjectId } from '../../contracts/ids.ts';
import { openGit } from '../git/git.ts';
import { readStatus } from '../git/status.ts';
import { removeCleanWorktree } from '../git/worktree.ts';
import { forgetSetup } from '../project/setup.ts';
import { workspacePaths } from '../project/workspace-paths.ts';
import type { PruneRequest } from './prune.ts';

const KEPT_REASONS = {
  uncommitted: 'holds uncommitted changes',
  commits_off_branch: 'holds commits that are on no branch of ours',
  unfinished_task: 'holds the work of an unfinished task',
  refused: 'git refused to remove it',
} as const;

/** Removes worktrees without anything unsaved, with the files beside them. */
export async function pruneWorktrees(request: PruneRequest): Promise<PruneItem[]> {
  const items: PruneItem[] = [];
  const open = new Set<string>(request.openBatches);
  for (const batch of await foldersOf(request.paths.worktrees)) {
    if (!isId('batch', batch) || open.has(batch)) continue;
    for (const project of await foldersOf(join(request.paths.worktrees, batch))) {
      if (isId('project', project)) items.push(await pruneOne(request, batch, project));
    }
    if (!request.dryRun) await removeEmpty(request, batch);
  }
  return items;
}

async function pruneOne(request: PruneRequest, batch: BatchId, project: ProjectId): Promise<PruneItem> {
  const { tree } = workspacePaths(request.paths, batch, project);
  const item = { kind: 'worktree' as const, name: `${batch}/${project}`, bytes: null };
  const kept = (reason: string): PruneItem => ({ ...item, kept: true, reason });
  const repository = request.projects.find((each) => each.id === project)?.path;
  if (repository === undefined) return kept('its project is not registered here');
  try {
    if (request.dryRun) {
      const { entries } = await readStatus(openGit(tree), { untracked: 'normal' });
      return entries.length === 0 ? { ...item, kept: false, reason: 'clean' } : kept(KEPT_REASONS.uncommitted);
    }
    await forgetSetup(request.paths, batch, project);
    const removal = await removeCleanWorktree(repository, tree);
    return removal.removed ? { ...item, kept: false, reason: 'clean' } : kept(KEPT_REASONS[removal.reason]);
  } catch (error) {
    if (AppError.is(error)) return kept(error.message);
    throw error;
  }
}

/** The settings and notes beside a worktree go when no worktree of the batch is left. */
async function removeEmpty(request: PruneRequest, batch: BatchId): Promise<void> {
  const folder = join(request.paths.worktrees, batch);
  if ((await foldersOf(folder)).some((name) => isId('project', name))) return;
  for (const name of await readdir(folder)) {
    if (/^p_[a-z0-9]{10}\.[a-z.]+$/.test(name)) await rm(join(folder, name), { recursive: true, force: true });
  }
  await rmdir(folder).catch(() => undefined);
}

async function foldersOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
