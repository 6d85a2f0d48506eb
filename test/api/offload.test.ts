/** Offload and retry: over HTTP, with batches that live in memory. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asId } from '../../src/contracts/ids.ts';
import { OffloadAnswerSchema } from '../../src/contracts/lifecycle-routes.ts';
import type { OffloadAnswer } from '../../src/contracts/lifecycle-routes.ts';
import type { BatchView } from '../../src/contracts/views.ts';
import { change, end, idOf, NAMES, send, show, taskId } from './support/lifecycle.ts';
import { problemOf, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
});
afterEach(() => stack.close());

describe('offload', () => {
  const offload = async (batch: BatchView, body: object): Promise<OffloadAnswer> => {
    const answer = await send(stack, batch, 'offload', body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return OffloadAnswerSchema.parse(answer.body);
  };

  it('[P12] moves tasks to another batch and says where each is', async () => {
    const shop = await stack.project('/srv/shop', ...NAMES);
    const [source, target] = [await stack.batch(shop, 'a', 'b', 'c'), await stack.batch(shop, 'd')];
    const taskIds = [taskId(source, 'a'), taskId(source, 'c')];
    const answer = await offload(source, { to: target.id, taskIds });
    expect(answer.tasks.map(({ name, result, batchId }) => [name, result, batchId])).toEqual([
      ['a', 'moved', target.id],
      ['c', 'moved', target.id],
    ]);
    expect((await show(stack, source)).tasks.map((task) => task.name)).toEqual(['b']);
    expect((await show(stack, target)).tasks.map((task) => task.name)).toEqual(['d', 'a', 'c']);
    const requirements = await stack.send('GET', `/api/projects/${shop.id}/requirements`);
    expect(requirements.body).toMatchObject({
      items: [{ name: 'a', batchId: target.id }, { batchId: source.id }, {}, {}, {}, {}],
    });
  });

  it('makes the new batch once for one command, on the same account, and moves into it', async () => {
    const shop = await stack.project('/srv/shop', ...NAMES);
    const source = await stack.batch(shop, 'a', 'b');
    const body = { newBatch: { name: 'Rest' }, taskIds: [taskId(source, 'b')], commandId: 'once' };
    const [first, again] = [await offload(source, body), await offload(source, body)];
    expect(first.target).toMatchObject({ name: 'Rest', created: true });
    expect(again.target.id).toBe(first.target.id);
    expect(stack.batches.states.size).toBe(2);
    const made = await show(stack, { id: first.target.id });
    expect(made).toMatchObject({ status: 'idle', name: 'Rest', counts: { queued: 1 } });
    expect(stack.batches.states.get(idOf(made))?.accounts).toEqual(stack.batches.states.get(idOf(source))?.accounts);
  });

  it('says beforehand which tasks would be refused and why, and moves nothing', async () => {
    const shop = await stack.project('/srv/shop', ...NAMES);
    const [source, target] = [await stack.batch(shop, 'a', 'b'), await stack.batch(shop, 'c')];
    const check = async (body: object) => (await send(stack, source, 'offload/check', body)).body;
    const taskIds = [taskId(source, 'a'), taskId(target, 'c'), 't_nonsense'];
    expect(await check({ to: target.id, taskIds })).toMatchObject({
      ok: false,
      tasks: [{ name: 'a', reason: null }, { reason: 'already there' }, { name: null, reason: 'unknown' }],
    });
    expect(await check({ taskIds: [taskId(source, 'a')] })).toMatchObject({ ok: true, tasks: [{ reason: null }] });
    expect(await check({ to: source.id, taskIds: [taskId(source, 'a')] })).toMatchObject({
      ok: false,
      tasks: [{ reason: 'A batch cannot be offloaded to itself.' }],
    });
    expect((await show(stack, source)).tasks.map((task) => task.name)).toEqual(['a', 'b']);
    expect((await send(stack, source, 'offload/check', { to: 'b_nowhere', taskIds })).status).toBe(404);
  });

  it('reopens a completed target, which goes on with what came', async () => {
    const shop = await stack.project('/srv/shop', ...NAMES);
    const [source, target] = [await stack.batch(shop, 'a', 'b'), await stack.batch(shop, 'c')];
    await end(stack, target);
    const answer = await offload(source, { to: target.id, taskIds: [taskId(source, 'a')] });
    expect(answer).toMatchObject({ target: { reopened: true, created: false }, tasks: [{ result: 'moved' }] });
    expect(await show(stack, target)).toMatchObject({ status: 'running', counts: { completed: 1, queued: 1 } });
    expect(stack.batches.updates).toEqual(['offload', 'skipWait']);
  });

  it('refuses all with a reason per task, and makes and reopens nothing then', async () => {
    const shop = await stack.project('/srv/shop', ...NAMES);
    const [source, target] = [await stack.batch(shop, 'a', 'b', 'c'), await stack.batch(shop, 'd')];
    await change(stack, source, (state) => {
      state.status = 'running';
      for (const [index, status] of (['completed', 'running'] as const).entries()) {
        const task = state.tasks[index];
        if (task !== undefined) task.status = status;
      }
    });
    const taskIds = [...source.tasks.map((task) => task.id), taskId(target, 'd'), 't_0000000000', 'nonsense'];
    const refused = await send(stack, source, 'offload', { newBatch: {}, taskIds });
    expect(problemOf(refused)).toMatchObject({
      code: 'task_running',
      details: {
        tasks: expect.arrayContaining([
          { task: taskId(source, 'a'), name: 'a', reason: 'completed' },
          { task: taskId(source, 'b'), name: 'b', reason: 'running' },
          { task: 't_0000000000', name: null, reason: 'unknown' },
        ]),
      },
    });
    const there = problemOf(await send(stack, source, 'offload', { to: target.id, taskIds: [taskId(target, 'd')] }));
    expect(there.details).toMatchObject({ tasks: [{ reason: 'already there' }] });
    expect(stack.batches.states.size).toBe(2);
    expect(stack.batches.updates).toEqual([]);
    const c = [taskId(source, 'c')];
    expect(problemOf(await send(stack, source, 'offload', { to: source.id, taskIds: c })).code).toBe('invalid_input');
    expect(problemOf(await send(stack, source, 'offload', { taskIds: c })).code).toBe('invalid_input');
    await send(stack, target, 'cancel');
    expect(problemOf(await send(stack, source, 'offload', { to: target.id, taskIds: c }))).toMatchObject({
      code: 'illegal_transition',
      details: { tasks: [{ name: 'c', reason: 'it is cancelled' }] },
    });
  });

  it('says pending for what did not arrive in time, and does not show it in its old batch', async () => {
    const shop = await stack.project('/srv/shop', ...NAMES);
    const [source, target] = [await stack.batch(shop, 'a', 'b'), await stack.batch(shop, 'c')];
    stack.batches.keepsTransfers = true;
    const answer = await offload(source, { to: target.id, taskIds: [taskId(source, 'a')] });
    expect(answer.tasks).toMatchObject([{ result: 'pending', reason: 'on its way', batchId: source.id }]);
    expect((await show(stack, source)).tasks.map((task) => task.name)).toEqual(['b']);
    await stack.batches.deliver(idOf(source));
    expect((await show(stack, target)).tasks.map((task) => task.name)).toEqual(['c', 'a']);
  });

  it('says which tasks came back because the target closed', async () => {
    const shop = await stack.project('/srv/shop', ...NAMES);
    const [source, target] = [await stack.batch(shop, 'a', 'b'), await stack.batch(shop, 'c')];
    const state = stack.batches.states.get(idOf(target));
    if (state !== undefined) state.closing = true;
    const answer = await offload(source, { to: target.id, taskIds: [taskId(source, 'a')] });
    expect(answer.tasks).toMatchObject([{ result: 'stayed', reason: `batch ${target.name} did not take it` }]);
    expect((await show(stack, source)).tasks.map((task) => task.name)).toEqual(['a', 'b']);
  });
});

describe('retry', () => {
  it('[A12] reopens a completed batch with all that failed, in their places, with what they cost', async () => {
    const shop = await stack.project('/srv/shop', ...NAMES);
    const batch = await stack.batch(shop, 'a', 'b', 'c');
    await end(stack, batch, 'a', 'c');
    const answer = await send(stack, batch, 'retry', { commandId: 'again' });
    expect(answer.body).toMatchObject({ status: 'running', counts: { queued: 2, completed: 1 }, costUsd: 1.5 });
    const state = stack.batches.states.get(idOf(batch));
    expect(state?.tasks.map((task) => [task.name, task.status, task.attempt, task.spent])).toEqual([
      ['a', 'queued', 2, undefined],
      ['b', 'completed', 2, undefined],
      ['c', 'queued', 2, undefined],
    ]);
    const kept = { costUsd: 0.5, durationMs: 7, startedAtMs: 9, salvageRef: 'refs/nightloom/salvage/x' };
    expect(state?.details[taskId(batch, 'a')]).toMatchObject({ ...kept, failure: null, attempts: [] });
    await end(stack, batch, 'a');
    expect((await send(stack, batch, 'retry', { commandId: 'again' })).body).toMatchObject({ status: 'completed' });
    const again = { tasks: [{ projectId: shop.id, requirementName: 'b' }] };
    expect((await stack.send('POST', '/api/batches', again)).status).toBe(201);
  });

  it('takes the requirement again, unless somebody else has it now', async () => {
    const shop = await stack.project('/srv/shop', ...NAMES);
    const batch = await stack.batch(shop, 'a', 'b');
    await end(stack, batch, 'a', 'b');
    const other = await stack.batch(shop, 'a');
    const refused = problemOf(await send(stack, batch, 'retry'));
    expect(refused).toMatchObject({
      code: 'already_queued',
      details: { requirements: [{ name: 'a', batch: other.id, task: taskId(other, 'a') }] },
    });
    expect(await show(stack, batch)).toMatchObject({ status: 'completed', counts: { failed: 2 } });
    expect((await send(stack, batch, 'retry', { taskIds: [taskId(batch, 'b')] })).body).toMatchObject({
      status: 'running',
    });
    const body = { tasks: [{ projectId: shop.id, requirementName: 'b' }] };
    expect(problemOf(await stack.send('POST', '/api/batches', body))).toMatchObject({
      code: 'already_queued',
      details: { requirements: [{ batch: batch.id }] },
    });
  });

  it('retries one task of a running batch; a refusal leaves its requirement free', async () => {
    const shop = await stack.project('/srv/shop', ...NAMES);
    const batch = await stack.batch(shop, 'a', 'b');
    await change(stack, batch, (state) => {
      state.status = 'running';
      for (const task of state.tasks) task.status = task.name === 'a' ? 'failed' : 'completed';
    });
    const [a, b] = [taskId(batch, 'a'), taskId(batch, 'b')];
    const refused = problemOf(await send(stack, batch, 'retry', { taskIds: [b] }));
    expect(refused).toMatchObject({
      code: 'illegal_transition',
      details: { tasks: [{ name: 'b', reason: 'completed' }] },
    });
    expect((await stack.store.projects.list()).length).toBe(1);
    expect(await stack.store.tasks.openRequirements(asId('project', shop.id))).toEqual(new Map());
    const answer = await stack.send('POST', `/api/tasks/${a}/retry`, {});
    expect(answer.body).toMatchObject({ result: 'applied', status: 'running' });
    expect((await show(stack, batch)).counts).toMatchObject({ queued: 1, failed: 0 });
    expect(problemOf(await send(stack, batch, 'retry')).detail).toContain('No task of batch');
    expect(problemOf(await send(stack, batch, 'retry', { taskIds: ['t_0000000000'] })).code).toBe('task_not_found');
  });
});
