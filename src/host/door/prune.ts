/** Clean-up: what is old or merged and belongs to no open batch. Never unmerged work, never what holds unsaved files. */
import type { PruneItem } from '../../contracts/host-door.ts';
import type { BatchId, ProjectId } from '../../contracts/ids.ts';
import type { StatePaths } from '../../platform/paths.ts';
import { AppError } from '../../contracts/errors.ts';
import { deleteMergedBranch, deleteRefs, expiredRefs, guardRefs, listOurBranches } from '../git/delivery.ts';
import { pruneChanges, pruneInputs, pruneRuns } from './prune-files.ts';
import { pruneWorktrees } from './prune-worktrees.ts';

/** What to clean. */
export interface PruneRequest {
  readonly paths: StatePaths;
  readonly projects: readonly { readonly id: ProjectId; readonly path: string }[];
  readonly openBatches: readonly BatchId[];
  readonly dryRun: boolean;
  /** Runs, inputs and salvage refs younger than this stay. */
  readonly maxAgeMs: number;
  readonly nowMs: number;
}

/** Cleans, or with `dryRun` only says what it would do. Worktrees go before their branches, which they hold. */
export async function prune(request: PruneRequest): Promise<PruneItem[]> {
  const items: PruneItem[] = [...(await pruneWorktrees(request))];
  for (const project of request.projects) items.push(...(await pruneRepository(request, project.path)));
  items.push(...(await pruneRuns(request)), ...(await pruneInputs(request)), ...(await pruneChanges(request)));
  return items;
}

async function pruneRepository(request: PruneRequest, path: string): Promise<PruneItem[]> {
  try {
    return [...(await pruneBranches(request, path)), ...(await pruneRefs(request, path))];
  } catch (error) {
    // A repository that was moved away must not keep the rest from being cleaned.
    if (AppError.is(error, 'repository_gone') || AppError.is(error, 'not_a_repository')) return [];
    throw error;
  }
}

async function pruneBranches(request: PruneRequest, path: string): Promise<PruneItem[]> {
  const items: PruneItem[] = [];
  const open = new Set<string>(request.openBatches);
  for (const branch of await listOurBranches(path)) {
    const item = { kind: 'branch' as const, name: branch.branch, bytes: null };
    if (open.has(branch.batch)) continue;
    if (!branch.merged) {
      items.push({ ...item, kept: true, reason: 'not merged' });
      continue;
    }
    // Its worktree may be one that a real run would have removed just before.
    const held = branch.worktree !== null && !(request.dryRun && branch.worktree.startsWith(request.paths.worktrees));
    const kept = held || !(request.dryRun || (await deleteMergedBranch(path, branch)));
    items.push({ ...item, kept, reason: kept ? 'merged, but checked out or just moved' : 'merged' });
    // What protected the user's stashes and branches while the batch worked goes with its branch.
    if (!kept && !request.dryRun) await deleteRefs(path, await guardRefs(path, branch.batch));
  }
  return items;
}

async function pruneRefs(request: PruneRequest, path: string): Promise<PruneItem[]> {
  const expired = await expiredRefs(path, request.nowMs - request.maxAgeMs);
  const items: PruneItem[] = [];
  for (const ref of expired) {
    const kept = !(request.dryRun || (await deleteRefs(path, [ref])));
    const reason = kept ? 'has just moved' : `made ${new Date(ref.madeAtMs).toISOString().slice(0, 10)}`;
    items.push({ kind: 'salvage_ref', name: ref.ref, bytes: null, reason, kept });
  }
  return items;
}
