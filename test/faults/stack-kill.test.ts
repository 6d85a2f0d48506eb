/** kill -9 of whole processes in mid-run, one kind at a time and all at once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { startTimeOf } from '../../src/host/runs/process-table.ts';
import { findMarked } from '../support/marked-processes.ts';
import { endsOf, makeProject, readStatus, startBatch, untilEnded, violationsOf } from './fault-night.ts';
import type { FaultProject, FaultTask } from './fault-night.ts';
import { killOpenRuns, openRuns } from './kills.ts';
import type { OpenRun } from './kills.ts';
import { makeStack } from './stack.ts';
import type { FaultStack } from './stack.ts';

const SLOW: readonly FaultTask[] = [
  { name: 'slow', lines: ['write src/slow.txt good', 'sleep 3s', 'write src/slow-too.txt good'] },
  { name: 'next', lines: ['write src/next.txt good'], untracked: true },
];
const BOTH_COMPLETED = { slow: 'completed', next: 'completed' };

let stack: FaultStack;
let project: FaultProject;
let batch: string;

async function startMidRun(temporalAddress: string | null): Promise<OpenRun> {
  stack = await makeStack({ temporalAddress });
  await stack.up();
  project = await makeProject(stack, SLOW);
  batch = await startBatch(stack, project, ['slow', 'next']);
  return await untilAgentRuns();
}

/** The agent of the first task, once it works. */
async function untilAgentRuns(): Promise<OpenRun> {
  for (const deadline = performance.now() + 40_000; performance.now() < deadline;) {
    const run = (await openRuns(stack.home)).find((each) => each.step === 'agent');
    if (run !== undefined && run.agent !== null && (await findMarked(run.marker)).length > 0) return run;
    await sleep(20);
  }
  const shown = await stack.call((client) => client.call('getBatch', { params: { id: batch } }));
  throw new Error(`No agent came up: ${JSON.stringify(shown, null, 1)}`);
}

async function untilGone(role: 'host' | 'control'): Promise<void> {
  while (stack.process(role) !== null) await sleep(20);
}

async function attemptsOf(name: string): Promise<{ outcomes: (string | null)[]; spent: number }> {
  const view = await stack.call((client) => client.call('getBatch', { params: { id: batch } }));
  const id = view.tasks.find((task) => task.name === name)?.id ?? '';
  const task = await stack.call((client) => client.call('getTask', { params: { id } }));
  return { outcomes: task.attemptList.map((attempt) => attempt.outcome), spent: task.attempts };
}

afterEach(() => stack.stop());

describe('with a server of the user', () => {
  let run: OpenRun;
  beforeEach(async () => {
    run = await startMidRun(inject('temporalAddress'));
  });

  it('[P4] up dies, the agent goes on, and the next up goes on with it', async () => {
    const pids = [run.agent?.pid ?? 0];
    expect(stack.kill('control')).toBe(true);
    await untilGone('host');
    expect(startTimeOf(pids[0] ?? 0)).toBe(run.agent?.startTime);
    const pidsAfter = await findMarked(run.marker);
    await stack.up();
    await untilEnded(stack, batch);
    const survivors = [{ marker: run.marker, pids, pidsAfter }];
    expect(await violationsOf(stack, [project], { survivors })).toEqual([]);
    expect(await endsOf(stack, batch)).toEqual(BOTH_COMPLETED);
    expect(await attemptsOf('slow')).toEqual({ outcomes: ['succeeded'], spent: 1 });
  });

  it('[P4] the host worker dies, the agent goes on, and the next host worker re-attaches', async () => {
    const pids = [run.agent?.pid ?? 0];
    expect(stack.kill('host')).toBe(true);
    const pidsAfter = await findMarked(run.marker);
    await untilEnded(stack, batch);
    const survivors = [{ marker: run.marker, pids, pidsAfter }];
    expect(await violationsOf(stack, [project], { survivors })).toEqual([]);
    expect(await endsOf(stack, batch)).toEqual(BOTH_COMPLETED);
    expect(await attemptsOf('slow')).toEqual({ outcomes: ['succeeded'], spent: 1 });
  });

  it('[P1] the shim dies, its agent is adopted', async () => {
    expect(await killOpenRuns(stack.home, 'shim')).toHaveLength(1);
    await untilEnded(stack, batch);
    expect(await violationsOf(stack, [project])).toEqual([]);
    expect(await endsOf(stack, batch)).toEqual(BOTH_COMPLETED);
    expect(await attemptsOf('slow')).toEqual({ outcomes: ['succeeded'], spent: 1 });
  });

  it('[P13] the agent dies, an attempt is spent, the next one succeeds', async () => {
    expect(await killOpenRuns(stack.home, 'agent')).toHaveLength(1);
    await untilEnded(stack, batch);
    expect(await violationsOf(stack, [project])).toEqual([]);
    expect(await endsOf(stack, batch)).toEqual(BOTH_COMPLETED);
    const { outcomes, spent } = await attemptsOf('slow');
    expect(outcomes).toHaveLength(2);
    expect(outcomes.at(-1)).toBe('succeeded');
    expect(spent).toBe(2);
  });

  it('[P6] [P8] an acknowledged pause survives the death of everything that acknowledged it', async () => {
    const answer = await stack.call((client) => client.call('pauseBatch', { params: { id: batch } }));
    expect(answer.result).toBe('applied');
    expect(stack.kill('control')).toBe(true);
    await untilGone('host');
    await stack.up();
    const isEnded = async (): Promise<boolean> => (await endsOf(stack, batch))['slow'] === 'completed';
    while (!(await isEnded())) await sleep(50);
    // Long enough for a task to start that should not.
    await sleep(1000);
    expect(readStatus(stack.home, batch)).toBe('paused');
    expect(await endsOf(stack, batch)).toEqual({ slow: 'completed', next: 'queued' });
    await stack.call((client) => client.call('resumeBatch', { params: { id: batch } }));
    await untilEnded(stack, batch);
    expect(await violationsOf(stack, [project])).toEqual([]);
  });
});

describe('with a server of our own', () => {
  let run: OpenRun;
  beforeEach(async () => {
    run = await startMidRun(null);
  });

  it('[P4] the server dies, is started again, and the batch goes on', async () => {
    const pids = [run.agent?.pid ?? 0];
    expect(stack.kill('temporal')).toBe(true);
    const pidsAfter = await findMarked(run.marker);
    await untilEnded(stack, batch);
    const survivors = [{ marker: run.marker, pids, pidsAfter }];
    expect(await violationsOf(stack, [project], { survivors })).toEqual([]);
    expect(await endsOf(stack, batch)).toEqual(BOTH_COMPLETED);
    expect(await attemptsOf('slow')).toEqual({ outcomes: ['succeeded'], spent: 1 });
  });

  it('[P1 P2 P3 P5 P7] everything dies at once, the next up goes on', async () => {
    stack.kill('control');
    expect(stack.kill('host')).toBe(true);
    expect(stack.kill('temporal')).toBe(true);
    await killOpenRuns(stack.home, 'shim');
    expect(await killOpenRuns(stack.home, 'agent')).toHaveLength(1);
    await untilGone('control');
    await stack.up();
    await untilEnded(stack, batch);
    expect(await violationsOf(stack, [project])).toEqual([]);
    expect(await endsOf(stack, batch)).toEqual(BOTH_COMPLETED);
    const { outcomes, spent } = await attemptsOf('slow');
    expect(outcomes).toEqual(['lost', 'succeeded']);
    expect(spent).toBe(1);
  });
});
