/** What the nemesis can do: kills of every kind, commands of a restless user, locks that a killed git left. */
import { readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../src/contracts/errors.ts';
import { readBatches } from './fault-night.ts';
import type { FaultProject } from './fault-night.ts';
import { killOpenRuns, openRuns } from './kills.ts';
import type { Seeded } from './seeded.ts';
import type { SmallDisk } from '../support/small-disk.ts';
import type { FaultStack } from './stack.ts';

const WEIGHTS = {
  'kill host worker': 5,
  'kill agent': 4,
  'kill shim': 3,
  'kill up': 3,
  'kill temporal': 2,
  'kill all': 1,
  'pause and resume': 3,
  'pause now and resume': 2,
  'cancel task': 2,
  'offload queued': 4,
  'offload running': 2,
  'stale index.lock': 3,
  'full disk': 2,
} as const;
type Fault = keyof typeof WEIGHTS;

/** A night under attack. */
export interface Night {
  readonly stack: FaultStack;
  /** Where the state directory is; null where nobody may mount one. */
  readonly disk: SmallDisk | null;
  readonly random: Seeded;
  readonly projects: FaultProject[];
  readonly batches: string[];
  /** Kind of fault -> how often it hit something. */
  readonly counts: Map<string, number>;
  readonly violations: { promise: 'P6' | 'end'; text: string }[];
}

/** One fault of a kind that the seed chooses; counted if there was something to hit. */
export async function strike(night: Night, say: (text: string) => void): Promise<void> {
  const kind = night.random.weighted(WEIGHTS);
  if (!(await FAULTS[kind](night))) return;
  night.counts.set(kind, (night.counts.get(kind) ?? 0) + 1);
  say(kind);
}

/** Each says whether it hit anything. */
const FAULTS: Readonly<Record<Fault, (night: Night) => Promise<boolean>>> = {
  'kill host worker': ({ stack }) => Promise.resolve(stack.kill('host')),
  'kill agent': async ({ stack }) => (await killOpenRuns(stack.home, 'agent')).length > 0,
  'kill shim': async ({ stack }) => (await killOpenRuns(stack.home, 'shim')).length > 0,
  'kill up': ({ stack }) => Promise.resolve(stack.kill('control')),
  'kill temporal': ({ stack }) => Promise.resolve(stack.kill('temporal')),
  'kill all': async ({ stack }) => {
    const parts = (['host', 'temporal', 'control'] as const).map((role) => stack.kill(role));
    await killOpenRuns(stack.home, 'shim');
    await killOpenRuns(stack.home, 'agent');
    return parts.includes(true);
  },
  'pause and resume': (night) => pauseAndResume(night, false),
  'pause now and resume': (night) => pauseAndResume(night, true),
  'cancel task': cancelTask,
  'offload queued': (night) => offload(night, false),
  'offload running': (night) => offload(night, true),
  'stale index.lock': plantLock,
  'full disk': fillDisk,
};

/** Nothing may start between the answer to a pause and the resumption, but what the answer names [P6]. */
async function pauseAndResume({ stack, random, batches, violations }: Night, now: boolean): Promise<boolean> {
  const id = pickOpen(stack, random, batches);
  if (id === null) return false;
  const commandId = `pause-${random.int(1, 2 ** 30)}`;
  const answer = await stack.call((client) => client.call('pauseBatch', { params: { id }, body: { now, commandId } }));
  const answeredMs = Date.now();
  await sleep(random.int(200, 2500));
  const begun = answer.result === 'applied' ? await begunSince(stack.home, id, answeredMs + 50, answer.running) : [];
  for (const run of begun) violations.push({ promise: 'P6', text: `${run} began while ${id} was paused` });
  await stack.call((client) =>
    client.call('resumeBatch', { params: { id }, body: { commandId: commandId.replace('pause', 'resume') } }),
  );
  return true;
}

async function begunSince(home: string, batch: string, sinceMs: number, running: string | null): Promise<string[]> {
  const tasks = readBatches(home).tasks.filter((task) => task.batch === batch && task.id !== running);
  const begun: string[] = [];
  for (const { directory } of await openRuns(home)) {
    if (!tasks.some((task) => directory.includes(`/${task.id}/`))) continue;
    if ((await stat(join(directory, 'claim'))).mtimeMs > sinceMs) begun.push(directory);
  }
  return begun;
}

async function cancelTask({ stack, random }: Night): Promise<boolean> {
  const open = readBatches(stack.home).tasks.filter((task) => task.status === 'running' || task.status === 'queued');
  const running = open.filter((task) => task.status === 'running');
  const [first, ...more] = random.int(1, 2) === 1 && running.length > 0 ? running : open;
  if (first === undefined) return false;
  const { id } = random.pick([first, ...more]);
  const body = { commandId: `cancel-${id}` };
  await stack
    .call((client) => client.call('cancelTask', { params: { id }, body }))
    .catch((error: unknown) => {
      if (!isOver(error)) throw error;
    });
  return true;
}

/** To another batch of this round, open or ended (which reopens it), up to four queued tasks or the running one. */
async function offload({ stack, random, batches }: Night, running: boolean): Promise<boolean> {
  const id = pickOpen(stack, random, batches);
  const [first, ...more] = batches.slice(-4).filter((each) => each !== id);
  if (id === null || first === undefined) return false;
  const status = running ? 'running' : 'queued';
  const there = readBatches(stack.home).tasks.filter((task) => task.batch === id && task.status === status);
  const taskIds = there.slice(0, random.int(1, 4)).map((task) => task.id);
  if (taskIds.length === 0) return false;
  const commandId = `offload-${random.int(1, 2 ** 30)}`;
  const body = { to: random.pick([first, ...more]), taskIds, running, commandId };
  await stack
    .call((client) => client.call('offload', { params: { id }, body }))
    .catch((error: unknown) => {
      if (!isOver(error)) throw error;
    });
  return true;
}

/** It ended before the command came: an answer like any other. */
function isOver(error: unknown): boolean {
  return AppError.is(error) && (error.category === 'conflict' || error.category === 'not_found');
}

/** As a killed git leaves it, long enough ago. */
async function plantLock({ random, projects }: Night): Promise<boolean> {
  const [first, ...more] = projects.slice(-2);
  if (first === undefined) return false;
  const folder = join(random.pick([first, ...more]).repository.directory, '.git', 'worktrees');
  const [worktree, ...others] = await readdir(folder).catch(() => []);
  if (worktree === undefined) return false;
  const lock = join(folder, random.pick([worktree, ...others]), 'index.lock');
  const past = Date.now() / 1000 - 60;
  return await writeFile(lock, '', { flag: 'wx' }).then(
    () => utimes(lock, past, past).then(() => true),
    () => false,
  );
}

/** Not a byte for anybody, for some seconds. */
async function fillDisk({ disk, random }: Night): Promise<boolean> {
  if (disk === null) return false;
  disk.fill();
  await sleep(random.int(500, 6000));
  disk.empty();
  return true;
}

function pickOpen(stack: FaultStack, random: Seeded, batches: readonly string[]): string | null {
  const statuses = readBatches(stack.home).batches;
  const [first, ...more] = batches.filter((id) => statuses.get(id)?.status === 'running');
  return first === undefined ? null : random.pick([first, ...more]);
}
