/** Moving tasks in a list: the single moves that the API knows lead to the order that was shown. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskStatus } from '../../../src/contracts/vocabulary.ts';
import { isMovable, placed, placesOf, stepsTo } from '../../../web/src/model/queue.ts';

const task = (id: string, status: TaskStatus = 'queued') => ({ id, status });
const ids = (tasks: readonly { readonly id: string }[]): string => tasks.map(({ id }) => id).join('');

describe('placed', () => {
  const tasks = [
    task('a', 'completed'),
    task('b', 'running'),
    task('c', 'waiting'),
    task('d'),
    task('e'),
    task('f', 'failed'),
  ];

  it('counts places among what can be moved and stays', () => {
    expect(ids(placed(tasks, [task('e')], 0))).toBe('abecdf');
    expect(ids(placed(tasks, [task('c')], 1))).toBe('abdcef');
    expect(ids(placed(tasks, [task('c')], null))).toBe('abdecf');
    expect(ids(placed(tasks, [task('x'), task('y')], 2))).toBe('abcdxyef');
    expect(ids(placed([task('a', 'completed')], [task('x')], 5))).toBe('ax');
    expect([...placesOf(tasks)].map(([id, { at, of }]) => `${id}${at}/${of}`)).toEqual(['c0/3', 'd1/3', 'e2/3']);
  });
});

describe('stepsTo', () => {
  it('leads to the wanted order whatever is moved, and moves nothing else', () => {
    const cases = fc
      .uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), { minLength: 1 })
      .chain((order) => fc.tuple(fc.constant(order), fc.shuffledSubarray(order), fc.nat(order.length)));
    fc.assert(
      fc.property(cases, ([order, moving, position]) => {
        const tasks = order.map((id) => task(id));
        const wanted = placed(
          tasks,
          moving.map((id) => task(id)),
          position,
        ).map(({ id }) => id);
        let now: readonly string[] = order;
        for (const step of stepsTo(order, wanted, new Set(moving))) {
          expect(moving.map(String)).toContain(step.taskId);
          const rest = now.filter((id) => id !== step.taskId);
          now = [...rest.slice(0, step.position), step.taskId, ...rest.slice(step.position)];
        }
        expect(now).toEqual(wanted);
      }),
    );
  });

  it('takes no step for what is in its place', () => {
    expect(stepsTo(['a', 'b', 'c'], ['a', 'b', 'c'], new Set(['b']))).toEqual([]);
    expect(isMovable(task('a', 'running'))).toBe(false);
  });
});
