import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { asId } from '../../src/contracts/ids.ts';
import type { BatchId } from '../../src/contracts/ids.ts';
import { createLaneClient } from '../../src/temporal/lanes.ts';
import type { LaneClient } from '../../src/temporal/lanes.ts';
import { batchWorkflowId } from '../../src/contracts/names.ts';
import { startInstallation } from '../support/installation.ts';
import type { TestInstallation } from '../support/installation.ts';
import { filesOf } from '../support/night.ts';

let installation: TestInstallation;
let lanes: LaneClient;
beforeAll(async () => {
  installation = await startInstallation(inject('temporalAddress'), { 'README.md': '# Test\n' });
  lanes = createLaneClient({ client: installation.temporal.client, installation: installation.context.installation });
});
afterAll(() => installation.stop());

const names = ['a', 'b', 'c', 'd', 'e', 'f'];

/** One batch per name, all started, in this order. */
async function startBatches(lines: (name: string) => string[]): Promise<BatchId[]> {
  const project = await installation.project(filesOf(Object.fromEntries(names.map((name) => [name, lines(name)]))));
  const batches: BatchId[] = [];
  for (const name of names) {
    const { batch } = await project.createBatch([name], {}, 'continue', `night ${name}`);
    batches.push(batch);
  }
  for (const batch of batches) {
    await installation.command(batch, 'start');
    await installation.until(batch, (each) => each.lane.status === 'held' || each.lane.wait !== null);
  }
  return batches;
}

async function stateOfLanes() {
  const state = await lanes.state(installation.context.host);
  if (state === null) throw new Error('the lanes do not run');
  return state;
}

describe('lanes', () => {
  it('at most the limit work at once, the others wait in their order and say their place', async () => {
    await lanes.setLimits(installation.context.host, { limit: 3 });
    const batches = await startBatches((name) => ['sleep 2s', `write ${name}.txt 1`]);
    const state = await stateOfLanes();
    expect(state.holders.map((each) => each.batch)).toEqual(batches.slice(0, 3));
    expect(state.queue.map((each) => each.batch)).toEqual(batches.slice(3));
    const waiting = await installation.until(
      batches.at(-1) ?? asId('batch', 'b_0000000000'),
      (each) => each.lane.wait !== null,
    );
    expect(waiting.lane.wait).toMatchObject({ why: 'lanes_full', place: 3 });
    for (const batch of batches) await installation.until(batch, (each) => each.status === 'completed');
    expect(await stateOfLanes()).toMatchObject({ holders: [], queue: [] });
  });

  it('a pause gives the lane to the next; a batch terminated from outside loses it', async () => {
    await lanes.setLimits(installation.context.host, { limit: 1 });
    const batches = await startBatches((name) => ['sleep 20s', `write ${name}.txt 1`]);
    const [first, second, third] = batches;
    if (first === undefined || second === undefined || third === undefined) throw new Error('no batches');
    await installation.pause(first, true);
    await installation.until(second, (each) => each.lane.status === 'held');
    const { installation: id } = installation.context;
    await installation.temporal.client.workflow.getHandle(batchWorkflowId(id, second)).terminate();
    await installation.until(third, (each) => each.lane.status === 'held', 45_000);
    for (const batch of batches.filter((each) => each !== second)) await installation.command(batch, 'cancel');
    for (const batch of batches.filter((each) => each !== second))
      await installation.until(batch, (each) => each.status === 'cancelled' && each.completedAtMs !== null);
  });

  it('[E3] a usage limit of one holds all batches of the account; one probes, the others follow', async () => {
    await lanes.setLimits(installation.context.host, { limit: 4 });
    const project = await installation.project(
      filesOf({
        a: ['limit 4s', 'write a.txt 1'],
        ...Object.fromEntries(
          ['b', 'c'].flatMap((name) => [
            [`${name}1`, ['sleep 1500ms', `write ${name}1.txt 1`]],
            [`${name}2`, [`write ${name}2.txt 1`]],
          ]),
        ),
      }),
    );
    const limited = await project.createBatch(['a'], {}, 'continue', 'a');
    const others = [
      await project.createBatch(['b1', 'b2'], {}, 'continue', 'b'),
      await project.createBatch(['c1', 'c2'], {}, 'continue', 'c'),
    ];
    for (const { batch } of others) await installation.command(batch, 'start');
    for (const { batch } of others) await installation.until(batch, (each) => each.tasks[0]?.status === 'running');
    await installation.command(limited.batch, 'start');
    const held = await installation.until(limited.batch, (each) => each.hold?.reason === 'usage_limit');
    for (const { batch } of others) {
      const state = await installation.until(batch, (each) => each.hold?.reason === 'usage_limit');
      expect(state.hold?.untilMs).toBe(held.hold?.untilMs);
      expect(state.tasks.map((task) => task.status)).toEqual(['completed', 'queued']);
    }
    const ends: number[] = [];
    for (const { batch } of [limited, ...others]) {
      const state = await installation.until(batch, (each) => each.status === 'completed', 40_000);
      ends.push(state.completedAtMs ?? 0);
    }
    expect(Math.min(...ends)).toBeGreaterThanOrEqual(held.hold?.untilMs ?? Infinity);
    expect((await stateOfLanes()).accounts).toEqual({});
  });
});
