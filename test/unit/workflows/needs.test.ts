/** Tasks that need others, in the loop. */
import { describe, expect, it } from 'vitest';
import type { TaskState } from '../../../src/contracts/state.ts';
import { failure, loopWorld, statuses } from '../../support/loop-world.ts';
import type { LoopWorld } from '../../support/loop-world.ts';
import { batchState, taskState } from '../../support/states.ts';

const after = (number: number, needed: number, when?: TaskState['whenNeededFailed']): TaskState => ({
  ...taskState(number),
  after: [taskState(needed).id],
  ...(when === undefined ? {} : { whenNeededFailed: when }),
});

/** The batch's tasks in the order in which their agents were started. */
const started = (world: LoopWorld): string[] =>
  world.calls.filter((call) => call.endsWith(' startAgent')).map((call) => call.split(' ')[0] ?? '');

/** A world in which the task n1 fails. */
function failingWorld(...tasks: TaskState[]): LoopWorld {
  const world = loopWorld(batchState(0, { tasks }));
  const start = world.host.startAgent;
  world.host.startAgent = async (input) => {
    if (input.order.task === taskState(1).id) throw failure('internal', 'no');
    return await start(input);
  };
  return world;
}

describe('a task that needs another one', () => {
  it('waits for it, whatever its place', async () => {
    const world = loopWorld(batchState(0, { tasks: [after(0, 2), after(1, 0), taskState(2)] }));
    await expect(world.toEnd()).resolves.toBe('done');
    expect(started(world)).toEqual(['n2', 'n0', 'n1']);
  });

  it('is skipped when that one fails, and so is what needs the skipped one', async () => {
    const world = failingWorld(after(0, 1), taskState(1), after(2, 0));
    await expect(world.toEnd()).resolves.toBe('done');
    expect(statuses(world)).toEqual(['skipped', 'failed', 'skipped']);
  });

  it('runs all the same when it says so', async () => {
    const world = failingWorld(after(0, 1, 'run'), taskState(1));
    await expect(world.toEnd()).resolves.toBe('done');
    expect(statuses(world)).toEqual(['completed', 'failed']);
  });

  it('holds the batch when it says so, after everything else is done', async () => {
    const world = failingWorld(after(0, 1, 'hold'), taskState(1), taskState(2));
    await expect(world.toEnd()).rejects.toThrow('waits for ever');
    expect(statuses(world)).toEqual(['queued', 'failed', 'completed']);
    expect(world.run.state.hold).toMatchObject({ reason: 'environment', message: expect.stringContaining('n0') });
  });
});
