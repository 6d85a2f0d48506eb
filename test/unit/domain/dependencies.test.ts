import { describe, expect, it } from 'vitest';
import { findCycle, heldByNeed, nextInTurn, tasksToSkip } from '../../../src/domain/dependencies.ts';
import type { TaskState } from '../../../src/contracts/state.ts';
import { batchState, taskState } from '../../support/states.ts';

const after = (number: number, needed: readonly number[], when?: TaskState['whenNeededFailed']): TaskState => ({
  ...taskState(number),
  after: needed.map((each) => taskState(each).id),
  ...(when === undefined ? {} : { whenNeededFailed: when }),
});
const state = (...tasks: TaskState[]) => batchState(0, { tasks });

describe('dependencies', () => {
  it('names a cycle as the path that it is', () => {
    const node = (id: string, ...needed: string[]) => ({ id, after: needed });
    expect(findCycle([node('a', 'b'), node('b', 'c'), node('c', 'a')])).toEqual(['a', 'b', 'c', 'a']);
    expect(findCycle([node('a', 'a')])).toEqual(['a', 'a']);
    expect(findCycle([node('a', 'b', 'c'), node('b', 'c'), node('c', 'gone')])).toBe(null);
  });

  it('a task waits for what it needs, whatever its place', () => {
    const batch = state(after(0, [2]), taskState(1), taskState(2));
    expect(nextInTurn(batch)?.name).toBe('n1');
    batch.tasks = state(after(0, [2]), taskState(1, 'completed'), taskState(2, 'completed')).tasks;
    expect(nextInTurn(batch)?.name).toBe('n0');
  });

  it.each(['failed', 'cancelled', 'skipped'] as const)('a needed task that is %s: skip, run or hold', (status) => {
    const failed = taskState(0, status);
    expect(tasksToSkip(state(failed, after(1, [0]))).map((task) => task.name)).toEqual(['n1']);
    expect(nextInTurn(state(failed, after(1, [0])))).toBe(undefined);
    expect(nextInTurn(state(failed, after(1, [0], 'run')))?.name).toBe('n1');
    const holding = state(failed, after(1, [0], 'hold'), taskState(2));
    expect([tasksToSkip(holding), nextInTurn(holding)?.name, heldByNeed(holding)?.name]).toEqual([[], 'n2', 'n1']);
  });

  it('a needed task that is no longer in the batch does not count', () => {
    expect(nextInTurn(state(after(1, [7])))?.name).toBe('n1');
  });
});
