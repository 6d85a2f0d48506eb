/** Temporal out of reach for a while: workers and API live on, the agent too, and the night goes on when it is back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { findMarked } from '../support/marked-processes.ts';
import { openNetwork } from './cut-network.ts';
import type { CutNetwork } from './cut-network.ts';
import { endsOf, makeProject, readStatus, startBatch, untilEnded, violationsOf } from './fault-night.ts';
import type { FaultProject, FaultTask } from './fault-night.ts';
import { openRuns } from './kills.ts';
import type { OpenRun } from './kills.ts';
import { makeStack } from './stack.ts';
import type { FaultStack } from './stack.ts';

const TASKS: readonly FaultTask[] = [
  { name: 'slow', lines: ['write src/slow.txt good', 'sleep 6s', 'write src/slow-too.txt good'] },
  { name: 'next', lines: ['write src/next.txt good'], untracked: true },
];
const BOTH_COMPLETED = { slow: 'completed', next: 'completed' };
/** Longer than the heartbeat time-out of 6 s: the server gives the work to somebody else when it sees us again. */
const CUT_MS = 12_000;

let network: CutNetwork;
let stack: FaultStack;
let project: FaultProject;
let batch: string;
let run: OpenRun;

async function untilAgentRuns(): Promise<OpenRun> {
  for (const deadline = performance.now() + 40_000; performance.now() < deadline;) {
    const found = (await openRuns(stack.home)).find((each) => each.step === 'agent');
    if (found?.agent != null && (await findMarked(found.marker)).length > 0) return found;
    await sleep(20);
  }
  throw new Error('No agent came up.');
}

async function attemptsOf(name: string): Promise<{ outcomes: (string | null)[]; spent: number }> {
  const view = await stack.call((client) => client.call('getBatch', { params: { id: batch } }));
  const id = view.tasks.find((task) => task.name === name)?.id ?? '';
  const task = await stack.call((client) => client.call('getTask', { params: { id } }));
  return { outcomes: task.attemptList.map((attempt) => attempt.outcome), spent: task.attempts };
}

beforeEach(async () => {
  network = await openNetwork(inject('temporalAddress'));
  stack = await makeStack({ temporalAddress: network.address });
  stack.defer(() => network.close());
  await stack.up();
  project = await makeProject(stack, TASKS);
  batch = await startBatch(stack, project, ['slow', 'next']);
  run = await untilAgentRuns();
});
afterEach(() => stack.stop());

describe('the network to Temporal is cut', () => {
  it('[P1 P2 P4] while an agent works: nobody dies, and its work is taken up again', async () => {
    const pids = [run.agent?.pid ?? 0];
    const processes = [stack.process('control'), stack.process('host')];
    network.cut();
    await sleep(2000);
    const pidsAfter = await findMarked(run.marker);
    await sleep(CUT_MS - 2000);
    network.mend();
    await untilEnded(stack, batch);
    expect([stack.process('control'), stack.process('host')]).toEqual(processes);
    const survivors = [{ marker: run.marker, pids, pidsAfter }];
    expect(await violationsOf(stack, [project], { survivors })).toEqual([]);
    expect(await endsOf(stack, batch)).toEqual(BOTH_COMPLETED);
    expect(await attemptsOf('slow')).toEqual({ outcomes: ['succeeded'], spent: 1 });
  });

  it('[P6 P8] a command is refused or stored, never half done, and the dashboard goes on from SQL', async () => {
    network.cut();
    const startedMs = performance.now();
    const view = await stack.call((client) => client.call('getBatch', { params: { id: batch } }));
    expect(view.status).toBe('running');
    expect(performance.now() - startedMs).toBeLessThan(2000);
    const asked = stack.call((client) =>
      client.call('pauseBatch', { params: { id: batch }, body: { now: false, commandId: 'pause-in-the-dark' } }),
    );
    await sleep(CUT_MS);
    network.mend();
    const answer = await asked;
    expect(['applied', 'stored']).toContain(answer.result);
    while ((await endsOf(stack, batch))['slow'] !== 'completed') await sleep(50);
    // Long enough for a task to start that should not.
    await sleep(1000);
    expect(readStatus(stack.home, batch)).toBe('paused');
    expect(await endsOf(stack, batch)).toEqual({ slow: 'completed', next: 'queued' });
    await stack.call((client) => client.call('resumeBatch', { params: { id: batch } }));
    await untilEnded(stack, batch);
    expect(await violationsOf(stack, [project])).toEqual([]);
  });
});
