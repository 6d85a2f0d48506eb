/** Commands to batches over HTTP: once per id, and stored when nobody answers. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asId } from '../../src/contracts/ids.ts';
import type { BatchView } from '../../src/contracts/views.ts';
import { problemOf, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
});
afterEach(() => stack.close());

const start = (batch: BatchView, body: object = {}) => stack.send('POST', `/api/batches/${batch.id}/start`, body);

describe('commands', () => {
  it('start, pause, resume and cancel', async () => {
    const batch = await stack.batch(await stack.project('/srv/shop', 'login'), 'login');
    const url = `/api/batches/${batch.id}`;
    expect((await start(batch)).body).toMatchObject({ result: 'applied', status: 'running' });
    expect((await stack.send('GET', url)).body).toMatchObject({ status: 'running', tasks: [{ status: 'queued' }] });
    expect((await stack.send('POST', `${url}/pause`, {})).body).toMatchObject({ result: 'applied', status: 'paused' });
    expect((await stack.send('POST', `${url}/resume`, {})).body).toMatchObject({ status: 'running' });
    expect((await stack.send('POST', `${url}/cancel`, {})).body).toMatchObject({ status: 'cancelled' });
    expect((await stack.send('POST', `${url}/cancel`, {})).body).toMatchObject({ result: 'applied' });
    expect(problemOf(await stack.send('POST', `${url}/start`, {}))).toMatchObject({ code: 'illegal_transition' });
  });

  it('[P8] applies a command id once, however often it is sent, and refuses it for another command', async () => {
    const batch = await stack.batch(await stack.project('/srv/shop', 'login'), 'login');
    const first = await start(batch, { commandId: 'one' });
    const again = await Promise.all([1, 2, 3].map(() => start(batch, { commandId: 'one' })));
    expect(again.map((answer) => answer.body)).toEqual([first.body, first.body, first.body]);
    // Long after, when the workflow does not remember it any more.
    stack.batches.states.get(asId('batch', batch.id))?.answers.splice(0);
    expect((await start(batch, { commandId: 'one' })).body).toEqual(first.body);
    expect(stack.batches.updates).toEqual(['start']);
    const other = await stack.send('POST', `/api/batches/${batch.id}/pause`, { commandId: 'one' });
    expect(problemOf(other)).toMatchObject({ code: 'invalid_input', details: { fields: [{ path: 'commandId' }] } });
  });

  it('says that a batch is just closing when its workflow has ended but its rows do not say so yet', async () => {
    const shop = await stack.project('/srv/shop', 'a', 'b');
    const batch = await stack.batch(shop, 'a');
    await start(batch);
    stack.batches.failure = 'batch_not_found';
    expect(problemOf(await stack.send('POST', `/api/batches/${batch.id}/pause`, {})).code).toBe('batch_closing');
    const tasks = [{ projectId: shop.id, requirementName: 'b' }];
    const added = await stack.send('POST', `/api/batches/${batch.id}/tasks`, { tasks });
    expect(problemOf(added).code).toBe('batch_closing');
    expect(await stack.store.tasks.ofBatch(asId('batch', batch.id))).toHaveLength(1);
  });

  it('[P8] stores pause and cancel when no worker answers, and sends the same number later', async () => {
    const batch = await stack.batch(await stack.project('/srv/shop', 'login'), 'login');
    await start(batch);
    stack.batches.failure = 'no_worker';
    const paused = await stack.send('POST', `/api/batches/${batch.id}/pause`, { commandId: 'p' });
    expect(paused).toMatchObject({ status: 200, body: { result: 'stored' } });
    const cancelled = await stack.send('POST', `/api/batches/${batch.id}/cancel`, { commandId: 'c' });
    expect(cancelled.body).toMatchObject({ result: 'stored' });
    expect(stack.batches.signals).toEqual([
      { name: 'pause', number: 2 },
      { name: 'cancel', number: 3 },
    ]);
    const resumed = problemOf(await stack.send('POST', `/api/batches/${batch.id}/resume`, { commandId: 'r' }));
    expect(resumed).toMatchObject({ code: 'no_worker', status: 503, details: { commandId: 'r' } });
  });
});
