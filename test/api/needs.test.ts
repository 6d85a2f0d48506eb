/** Tasks that need others: found by place, name and id; refused with the path of each mistake. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BatchViewSchema } from '../../src/contracts/views.ts';
import type { BatchView, ProjectView } from '../../src/contracts/views.ts';
import { change, end, idOf, taskId } from './support/lifecycle.ts';
import { problemOf, startStack } from './support/stack.ts';
import type { Answer, Stack } from './support/stack.ts';

let stack: Stack;
let shop: ProjectView;
beforeEach(async () => {
  stack = await startStack();
  shop = await stack.project('/srv/shop', 'a', 'b', 'c', 'd');
});
afterEach(() => stack.close());

interface Wanted {
  readonly name: string;
  readonly after?: readonly (number | string)[];
  readonly whenNeededFailed?: string;
}

const bodyOf = (tasks: readonly Wanted[]): object => ({
  tasks: tasks.map(({ name, ...needs }) => ({ projectId: shop.id, requirementName: name, ...needs })),
});
const create = (...tasks: Wanted[]): Promise<Answer> => stack.send('POST', '/api/batches', bodyOf(tasks));
const add = (batch: BatchView, ...tasks: Wanted[]): Promise<Answer> =>
  stack.send('POST', `/api/batches/${batch.id}/tasks`, bodyOf(tasks));
const needsOf = (batch: BatchView): unknown =>
  batch.tasks.map(({ after, whenNeededFailed }) => [after, whenNeededFailed]);

describe('a task that needs others', () => {
  it('names them by place or name, also later ones, and the workflow is told', async () => {
    const made = await create(
      { name: 'a', after: [1, 'c'] },
      { name: 'b' },
      { name: 'c', after: ['b'], whenNeededFailed: 'hold' },
    );
    const batch = BatchViewSchema.parse(made.body);
    const [b, c] = [taskId(batch, 'b'), taskId(batch, 'c')];
    expect(needsOf(batch)).toEqual([
      [[b, c], 'skip'],
      [[], null],
      [[b], 'hold'],
    ]);
    expect(stack.batches.states.get(idOf(batch))?.tasks).toMatchObject([
      { after: [b, c], whenNeededFailed: 'skip' },
      {},
      { after: [b], whenNeededFailed: 'hold' },
    ]);
    expect(await stack.store.batches.state(idOf(batch))).toMatchObject({
      tasks: [{ after: [b, c] }, {}, { after: [b] }],
    });
  });

  it('that is added may need what the batch has, by name or id; a reopened batch still knows', async () => {
    const batch = BatchViewSchema.parse((await create({ name: 'a' })).body);
    const a = taskId(batch, 'a');
    const more = BatchViewSchema.parse(
      (await add(batch, { name: 'b', after: ['a', a] }, { name: 'c', after: [0] })).body,
    );
    expect(needsOf(more)).toEqual([
      [[], null],
      [[a], 'skip'],
      [[taskId(more, 'b')], 'skip'],
    ]);
    await end(stack, more);
    const again = BatchViewSchema.parse((await add(more, { name: 'd', after: ['c'], whenNeededFailed: 'run' })).body);
    expect(stack.batches.states.get(idOf(again))?.tasks.map((task) => task.after)).toEqual([
      undefined,
      [a],
      [taskId(more, 'b')],
      [taskId(more, 'c')],
    ]);
  });

  it.each([
    ['an unknown name', [{ name: 'a', after: ['zzz'] }], 'tasks.0.after.0', 'no task "zzz"'],
    ['a place that is none', [{ name: 'a' }, { name: 'b', after: [0, 7] }], 'tasks.1.after.1', 'no task 7'],
    ['itself', [{ name: 'a', after: ['a'] }], 'tasks.0.after.0', 'cannot need itself'],
    [
      'a circle',
      [
        { name: 'a', after: [1] },
        { name: 'b', after: [2] },
        { name: 'c', after: ['a'] },
      ],
      'tasks.0.after',
      'a -> b -> c -> a',
    ],
    ['a policy without a need', [{ name: 'a', whenNeededFailed: 'run' }], 'tasks.0.whenNeededFailed', 'give after'],
  ] as const)('is refused for %s, and nothing is made', async (_what, tasks, path, message) => {
    const refused = await create(...tasks);
    expect(refused.status).toBe(400);
    expect(problemOf(refused)).toMatchObject({
      code: 'invalid_input',
      details: { fields: [{ path, message: expect.stringContaining(message) }] },
    });
    expect(stack.batches.states.size).toBe(0);
  });

  it('says which tasks of one name there are', async () => {
    const other = await stack.project('/srv/other', 'a');
    const tasks = [
      { projectId: shop.id, requirementName: 'a' },
      { projectId: other.id, requirementName: 'a' },
      { projectId: shop.id, requirementName: 'b', after: ['a'] },
    ];
    const refused = await stack.send('POST', '/api/batches', { tasks });
    expect(problemOf(refused)).toMatchObject({
      details: {
        fields: [
          { path: 'tasks.2.after.0', message: expect.stringMatching(/several tasks are called a: t_\w+, t_\w+/) },
        ],
      },
    });
  });

  it('ten thousand in a row are checked without a stack that overflows', async () => {
    const names = Array.from({ length: 10_000 }, (_, at) => `n${at}`);
    const long = await stack.project('/srv/long', ...names);
    const tasks = names.map((requirementName, at) => ({
      projectId: long.id,
      requirementName,
      ...(at === 0 ? {} : { after: [at - 1] }),
    }));
    const made = await stack.send('POST', '/api/batches', { tasks });
    expect(made.status).toBe(201);
    await change(stack, BatchViewSchema.parse(made.body), () => undefined);
  });
});
