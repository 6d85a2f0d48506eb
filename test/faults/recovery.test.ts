/** Temporal's own database is lost while a night is under way: what SQL, run directories, claims and commits say goes on. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { hitFailpoints } from '../../src/platform/failpoint.ts';
import type { Failpoint } from '../../src/platform/failpoint.ts';
import { findMarked } from '../support/marked-processes.ts';
import { endsOf, makeProject, readStatus, startBatch, untilEnded, violationsOf } from './fault-night.ts';
import type { FaultProject, FaultTask } from './fault-night.ts';
import { killOpenRuns, openRuns } from './kills.ts';
import type { OpenRun } from './kills.ts';
import { makeStack } from './stack.ts';
import type { FaultStack } from './stack.ts';

const TASKS: readonly FaultTask[] = [
  { name: 'slow', lines: ['write src/slow.txt good', 'sleep 4s', 'write src/slow-too.txt good'] },
  { name: 'next', lines: ['write src/next.txt good'], untracked: true },
];
const BOTH_COMPLETED = { slow: 'completed', next: 'completed' };

let stack: FaultStack;
let project: FaultProject;
let batch: string;

async function begin(failpoint?: Failpoint): Promise<void> {
  stack = await makeStack({
    temporalAddress: null,
    ...(failpoint === undefined ? {} : { failpoint: `${failpoint}=kill` }),
  });
  await stack.up();
  project = await makeProject(stack, TASKS);
  batch = await startBatch(stack, project, ['slow', 'next']);
}

async function untilAgentRuns(): Promise<OpenRun> {
  for (const deadline = performance.now() + 40_000; performance.now() < deadline;) {
    const run = (await openRuns(stack.home)).find((each) => each.step === 'agent');
    if (run !== undefined && run.agent !== null && (await findMarked(run.marker)).length > 0) return run;
    await sleep(20);
  }
  throw new Error('No agent came up.');
}

/** SIGKILL to `up` and to its Temporal; the host worker leaves with `up`. Then the server's database goes. */
async function loseTemporal(): Promise<void> {
  stack.kill('control');
  while (stack.process('control') !== null || stack.process('host') !== null) await sleep(20);
  stack.kill('temporal');
  while (stack.process('temporal') !== null) await sleep(20);
  await removeDatabase();
}

async function removeDatabase(): Promise<void> {
  const folder = join(stack.home, 'temporal');
  const databases = (await readdir(folder, { recursive: true })).filter((name) => /temporal\.db/.test(name));
  expect(databases.length).toBeGreaterThan(0);
  for (const name of databases) await rm(join(folder, name));
}

async function attemptsOf(name: string): Promise<{ outcomes: (string | null)[]; spent: number }> {
  const view = await stack.call((client) => client.call('getBatch', { params: { id: batch } }));
  const id = view.tasks.find((task) => task.name === name)?.id ?? '';
  const task = await stack.call((client) => client.call('getTask', { params: { id } }));
  return { outcomes: task.attemptList.map((attempt) => attempt.outcome), spent: task.attempts };
}

function epochOf(): number {
  const database = new DatabaseSync(join(stack.home, 'nightloom.db'), { readOnly: true, timeout: 5000 });
  try {
    return Number(database.prepare('select epoch from batches where id = ?').get(batch)?.['epoch']);
  } finally {
    database.close();
  }
}

async function notesOf(): Promise<string[]> {
  return (await stack.call((client) => client.call('getBatch', { params: { id: batch } }))).notes;
}

afterEach(async () => {
  await stack.stop();
  await project.repository.remove();
});

describe("Temporal's database is gone", () => {
  it('[P1 P4] the agent that worked goes on, and its attempt is taken up again', async () => {
    await begin();
    const run = await untilAgentRuns();
    const pids = [run.agent?.pid ?? 0];
    await loseTemporal();
    const pidsAfter = await findMarked(run.marker);
    await stack.up();
    await untilEnded(stack, batch);
    expect(await violationsOf(stack, [project], { survivors: [{ marker: run.marker, pids, pidsAfter }] })).toEqual([]);
    expect(await endsOf(stack, batch)).toEqual(BOTH_COMPLETED);
    expect(await attemptsOf('slow')).toEqual({ outcomes: ['succeeded'], spent: 1 });
    expect(epochOf()).toBe(2);
    expect((await notesOf()).join('\n')).toMatch(/Temporal's database was new: reopened from SQL at 20\d\d-/);
  });

  it('[P1 P3] the agent died with everything else: the same session goes on', async () => {
    await begin();
    await untilAgentRuns();
    stack.kill('control');
    await killOpenRuns(stack.home, 'shim');
    expect(await killOpenRuns(stack.home, 'agent')).toHaveLength(1);
    await loseTemporal();
    await stack.up();
    await untilEnded(stack, batch);
    expect(await violationsOf(stack, [project])).toEqual([]);
    expect(await endsOf(stack, batch)).toEqual(BOTH_COMPLETED);
    expect(await attemptsOf('slow')).toEqual({ outcomes: ['lost', 'succeeded'], spent: 1 });
  });

  it.each(['commit:after-commit', 'tombstone:after', 'settle:after', 'commit:after-intent'] as const)(
    '[P1 P2] lost at %s: exactly one commit',
    async (failpoint) => {
      await begin(failpoint);
      while (!hitFailpoints(stack.failpointLog).includes(failpoint)) await sleep(5);
      await loseTemporal();
      expect(await endsInSql()).toMatchObject({ slow: 'running' });
      await stack.up();
      await untilEnded(stack, batch);
      expect(await violationsOf(stack, [project])).toEqual([]);
      expect(await endsOf(stack, batch)).toEqual(BOTH_COMPLETED);
      expect(await attemptsOf('slow')).toEqual({ outcomes: ['succeeded'], spent: 1 });
    },
  );

  it('[P1 P4] it goes while the stack runs: the same stack brings the batch back, and its agent goes on', async () => {
    await begin();
    const run = await untilAgentRuns();
    const pids = [run.agent?.pid ?? 0];
    await removeDatabase();
    expect(stack.kill('temporal')).toBe(true);
    const pidsAfter = await findMarked(run.marker);
    await untilEnded(stack, batch);
    expect(await violationsOf(stack, [project], { survivors: [{ marker: run.marker, pids, pidsAfter }] })).toEqual([]);
    expect(await endsOf(stack, batch)).toEqual(BOTH_COMPLETED);
    expect(await attemptsOf('slow')).toEqual({ outcomes: ['succeeded'], spent: 1 });
    expect(epochOf()).toBe(2);
  });

  it('[P6 P8] a paused batch stays paused, and twice lost is reopened twice', async () => {
    await begin();
    await untilAgentRuns();
    await stack.call((client) => client.call('pauseBatch', { params: { id: batch }, body: { now: true } }));
    while ((await endsOf(stack, batch))['slow'] !== 'queued') await sleep(50);
    for (const epoch of [2, 3]) {
      await loseTemporal();
      await stack.up();
      expect(epochOf()).toBe(epoch);
      expect(readStatus(stack.home, batch)).toBe('paused');
    }
    await stack.call((client) => client.call('resumeBatch', { params: { id: batch } }));
    await untilEnded(stack, batch);
    expect(await violationsOf(stack, [project])).toEqual([]);
    expect(await endsOf(stack, batch)).toEqual(BOTH_COMPLETED);
    expect((await notesOf()).filter((note) => note.includes('reopened from SQL'))).toHaveLength(2);
  });
});

/** Name -> status, with no stack to ask. */
async function endsInSql(): Promise<Record<string, string>> {
  const database = new DatabaseSync(join(stack.home, 'nightloom.db'), { readOnly: true, timeout: 5000 });
  try {
    const rows = database.prepare('select name, status from tasks where batch = ?').all(batch);
    return Object.fromEntries(rows.map((row) => [String(row['name']), String(row['status'])]));
  } finally {
    database.close();
  }
}
