/** A disk that is full to the last byte: nothing half-written is taken for whole, and the night goes on once there is space. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { endsOf, makeProject, readBatches, startBatch, untilEnded, violationsOf } from './fault-night.ts';
import type { FaultProject, FaultTask } from './fault-night.ts';
import { openRuns } from './kills.ts';
import { mayMount, mountSmallDisk } from '../support/small-disk.ts';
import type { SmallDisk } from '../support/small-disk.ts';
import { makeStack } from './stack.ts';
import type { FaultStack } from './stack.ts';

const isSkipped = !(await mayMount());

/** A task begins with 200 MB free; database, Temporal server and runs need the rest. */
const MEGABYTES = 320;
/** Longer than the agent works and than the retries of a record take. */
const FULL_MS = 10_000;
const HELD_WITHIN_MS = 40_000;

const TASKS: readonly FaultTask[] = [
  { name: 'slow', lines: ['write src/slow.txt good', 'sleep 3s', 'say half of it', 'write src/slow-too.txt good'] },
  { name: 'next', lines: ['write src/next.txt good'], untracked: true },
];
const BOTH_COMPLETED = { slow: 'completed', next: 'completed' };

let disk: SmallDisk;
let stack: FaultStack;
let project: FaultProject;

afterEach(async () => {
  if (!isSkipped) await stack.stop();
});

async function attemptsOf(batch: string, name: string) {
  const view = await stack.call((client) => client.call('getBatch', { params: { id: batch } }));
  const id = view.tasks.find((task) => task.name === name)?.id ?? '';
  const { attempts, attemptList } = await stack.call((client) => client.call('getTask', { params: { id } }));
  return { spent: attempts, list: attemptList };
}

/** The hold that the database shows, once there is one. */
async function untilHeld(batch: string): Promise<unknown> {
  const deadline = performance.now() + HELD_WITHIN_MS;
  for (;;) {
    const shown = readBatches(stack.home).batches.get(batch);
    if (shown?.hold) return shown.hold;
    if (performance.now() > deadline) throw new Error(`Not held: ${JSON.stringify(shown)}`);
    await sleep(50);
  }
}

async function resume(batch: string): Promise<void> {
  await stack.call((client) => client.call('resumeBatch', { params: { id: batch } }));
}

describe.skipIf(isSkipped)('the disk of the state directory', () => {
  /** Database, Temporal server, runs and worktrees are on it; the repository is not. */
  beforeEach(async () => {
    disk = await mountSmallDisk(MEGABYTES);
    stack = await makeStack({ temporalAddress: null, stateIn: disk.directory });
    stack.defer(() => disk.remove());
    await stack.up();
    project = await makeProject(stack, TASKS);
  });

  it('[P1 P2 P3 P7 P8] is full while an agent works: no attempt is spent, and nobody has to start anything again', async () => {
    const control = stack.process('control');
    const batch = await startBatch(stack, project, ['slow', 'next']);
    while ((await openRuns(stack.home)).length === 0) await sleep(20);
    disk.fill();
    await sleep(FULL_MS);
    disk.empty();
    while (readBatches(stack.home).batches.get(batch)?.status !== 'completed') {
      if (readBatches(stack.home).batches.get(batch)?.hold) await resume(batch);
      await sleep(200);
    }
    expect(stack.process('control')).toEqual(control);
    expect(await violationsOf(stack, [project])).toEqual([]);
    expect(await endsOf(stack, batch)).toEqual(BOTH_COMPLETED);
    const slow = await attemptsOf(batch, 'slow');
    expect(slow.spent).toBe(1);
    expect(slow.list.map((attempt) => attempt.outcome)).toEqual(['environment', 'succeeded']);
    expect(slow.list[0]?.message).toContain('MB are free at');
  });

  it('[P2 P13] is nearly full before a task: held with what is free, and nothing begun', async () => {
    disk.fill(100);
    const batch = await startBatch(stack, project, ['slow', 'next']);
    expect(await untilHeld(batch)).toMatchObject({
      reason: 'environment',
      message: expect.stringMatching(/\d+ MB are free at/),
    });
    expect(await openRuns(stack.home)).toEqual([]);
    disk.empty();
    await resume(batch);
    await untilEnded(stack, batch);
    expect(await violationsOf(stack, [project])).toEqual([]);
    expect(await endsOf(stack, batch)).toEqual(BOTH_COMPLETED);
    expect((await attemptsOf(batch, 'slow')).spent).toBe(1);
  });
});

describe.skipIf(isSkipped)('the disk of the repository', () => {
  beforeEach(async () => {
    disk = await mountSmallDisk(MEGABYTES);
    stack = await makeStack({ temporalAddress: inject('temporalAddress') });
    await stack.up();
    project = await makeProject(stack, TASKS, disk.directory);
    stack.defer(() => disk.remove());
  });

  it('[P2 P3 P7] is full when a task is to be committed: held, and committed once when there is space', async () => {
    const batch = await startBatch(stack, project, ['slow', 'next']);
    while ((await openRuns(stack.home)).length === 0) await sleep(20);
    disk.fill();
    expect(await untilHeld(batch)).toMatchObject({ reason: 'environment' });
    expect(await project.repository.git(['log', '--format=%s', 'main..nightloom/night'])).toBe('');
    disk.empty();
    await resume(batch);
    await untilEnded(stack, batch);
    expect(await violationsOf(stack, [project])).toEqual([]);
    expect(await endsOf(stack, batch)).toEqual(BOTH_COMPLETED);
    expect((await attemptsOf(batch, 'slow')).spent).toBe(1);
  });
});
