import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { cancelTask, skipWait } from '../../../src/workflows/effects.ts';
import { failure, lastRecord, loopWorld, outcome, statuses } from '../../support/loop-world.ts';
import { batchState, taskState } from '../../support/states.ts';

const MINUTE = 60_000;

describe('recording', () => {
  it('one at a time, in order, and the last one holds the end', async () => {
    const world = loopWorld(batchState(3));
    let open = 0;
    const { record } = world;
    world.record = async (each) => {
      open += 1;
      expect(open).toBe(1);
      await Promise.resolve();
      open -= 1;
      return await record(each);
    };
    await world.toEnd();
    await world.finish();
    const sequence = world.records.map(({ seq }) => seq);
    expect(sequence).toEqual(sequence.map((_each, index) => index + 1));
    expect(world.records.at(-1)?.head.status).toBe('completed');
    for (const number of [0, 1, 2])
      expect(lastRecord(world, number)?.details?.commit).toBe(`sha of ${taskState(number).id}`);
    expect(world.run.state.details).toEqual({});
  });

  it('while the database takes nothing, no task starts', async () => {
    const world = loopWorld(batchState(2));
    const { record } = world;
    let failures = 0;
    world.record = async (each) => {
      if (world.calls.length > 0 && failures < 4) {
        failures += 1;
        throw failure('database_busy');
      }
      return await record(each);
    };
    const before = world.nowMs;
    await world.toEnd();
    expect(failures).toBe(4);
    expect(statuses(world)).toEqual(['completed', 'completed']);
    expect(world.nowMs - before).toBeGreaterThanOrEqual(2000);
    const ids = world.records.flatMap((each) => each.events.map((event) => event.id));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => id.endsWith(':completed'))).toHaveLength(2);
  });

  it('what changes while the end is recorded is recorded after it, never beside it', async () => {
    const world = loopWorld(batchState(2));
    world.isLong = () => world.run.tasksBegun >= 1;
    await world.toEnd();
    let open = 0;
    let late = false;
    const { record } = world;
    world.record = async (each) => {
      open += 1;
      expect(open).toBe(1);
      if (!late) {
        late = true;
        cancelTask(world.run, { commandId: 'c', number: 2, taskId: taskState(1).id });
      }
      for (let turn = 0; turn < 10; turn += 1) await setImmediate();
      open -= 1;
      return await record(each);
    };
    world.run.recorder.touch(taskState(0).id);
    await world.finish();
    expect(lastRecord(world, 1)?.state.status).toBe('cancelled');
    expect(world.run.recorder.isBusy).toBe(false);
  });

  it('[P7] of a task that was cancelled while it waited: its costs and attempts stay, its work is named', async () => {
    const world = loopWorld(batchState(2));
    const limited = { kind: 'usage_limit', resetAtMs: world.nowMs + 60 * MINUTE, window: null, message: '' } as const;
    const succeed = world.host.startAgent;
    world.host.startAgent = async (input) =>
      input.order.task === taskState(0).id
        ? { status: 'ended', outcome: outcome(limited), notes: [] }
        : await succeed(input);
    const { record } = world;
    world.record = async (each) => {
      if (each.head.hold !== null && world.run.state.hold !== null) {
        cancelTask(world.run, { commandId: 'c', number: 2, taskId: taskState(0).id });
        skipWait(world.run);
      }
      return await record(each);
    };
    await world.toEnd();
    await world.finish();
    expect(statuses(world)).toEqual(['cancelled', 'completed']);
    expect(lastRecord(world, 0)?.details).toMatchObject({
      costUsd: 0.1,
      salvageRef: `ref of ${taskState(0).id}`,
      waits: [{ kind: 'usage_limit' }],
    });
    expect(lastRecord(world, 0)?.details?.startedAtMs).not.toBeNull();
  });
});
