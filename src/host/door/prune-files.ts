/** Clean-up of run directories and frozen inputs. */
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PruneItem } from '../../contracts/host-door.ts';
import { isId } from '../../contracts/ids.ts';
import { dropChange, listChanges, readChange } from '../requirements/change-log.ts';
import { isRecord, readJson, RUN_FILES } from '../runs/run-directory.ts';
import { inspectRun } from '../runs/status.ts';
import type { PruneRequest } from './prune.ts';

/** Removes the runs of tasks (and of workspaces) that are old, over and of no open batch. */
export async function pruneRuns(request: PruneRequest): Promise<PruneItem[]> {
  const items: PruneItem[] = [];
  const open = new Set<string>(request.openBatches);
  for (const name of await namesIn(request.paths.runs)) {
    if ((!isId('task', name) && !isId('batch', name)) || open.has(name)) continue;
    const folder = join(request.paths.runs, name);
    const found = await look(folder);
    if (found.newestMs > request.nowMs - request.maxAgeMs || found.batches.some((batch) => open.has(batch))) continue;
    const item = { kind: 'run' as const, name, bytes: found.bytes };
    if (found.alive) {
      items.push({ ...item, kept: true, reason: 'something of it still runs' });
      continue;
    }
    if (!request.dryRun) await rm(folder, { recursive: true, force: true });
    items.push({ ...item, kept: false, reason: `last used ${day(found.newestMs)}` });
  }
  return items;
}

/** Removes frozen requirements that are old; while a batch is open none, because its tasks still need theirs. */
export async function pruneInputs(request: PruneRequest): Promise<PruneItem[]> {
  if (request.openBatches.length > 0) return [];
  const items: PruneItem[] = [];
  for (const name of await namesIn(request.paths.inputs)) {
    if (!/^[0-9a-f]{64}$/.test(name)) continue;
    const file = join(request.paths.inputs, name);
    const { mtimeMs, size } = await lstat(file);
    if (mtimeMs > request.nowMs - request.maxAgeMs) continue;
    if (!request.dryRun) await rm(file, { force: true });
    items.push({ kind: 'input', name, bytes: size, kept: false, reason: `frozen ${day(mtimeMs)}` });
  }
  return items;
}

/** Removes what could undo old changes of requirement files. A change that a crash left open stays. */
export async function pruneChanges(request: PruneRequest): Promise<PruneItem[]> {
  const items: PruneItem[] = [];
  const { changes } = request.paths;
  for (const name of await listChanges(changes)) {
    const { mtimeMs } = await lstat(join(changes, name));
    const phase = (await readChange(changes, name))?.phase;
    if (mtimeMs > request.nowMs - request.maxAgeMs || phase === 'applying' || phase === 'undoing') continue;
    if (!request.dryRun) await dropChange(changes, name);
    items.push({ kind: 'undo', name, bytes: null, kept: false, reason: `made ${day(mtimeMs)}` });
  }
  return items;
}

interface Found {
  readonly bytes: number;
  readonly newestMs: number;
  readonly alive: boolean;
  /** From the orders in it. */
  readonly batches: readonly string[];
}

/** `<attempt or project>/<step>/<file>` below `folder`. */
async function look(folder: string): Promise<Found> {
  let bytes = 0;
  let newestMs = (await lstat(folder)).mtimeMs;
  let alive = false;
  const batches: string[] = [];
  for (const group of await namesIn(folder)) {
    for (const step of await namesIn(join(folder, group))) {
      const directory = join(folder, group, step);
      for (const name of await namesIn(directory)) {
        const { size, mtimeMs } = await lstat(join(directory, name));
        bytes += size;
        newestMs = Math.max(newestMs, mtimeMs);
      }
      const order = readJson(join(directory, RUN_FILES.order));
      if (isRecord(order) && typeof order['batch'] === 'string') batches.push(order['batch']);
      const { status } = await inspectRun(directory);
      if (status === 'running' || status === 'orphaned' || status === 'foreign') alive = true;
    }
  }
  return { bytes, newestMs, alive, batches };
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
