/** Editing a batch: by its workflow, by its row, and only from the state that is known. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BatchView } from '../../src/contracts/views.ts';
import { BatchViewSchema } from '../../src/contracts/views.ts';
import { editedPolicy } from '../../src/domain/edit-batch.ts';
import { end, idOf, send, show } from './support/lifecycle.ts';
import { problemOf, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

let stack: Stack;
let batch: BatchView;
beforeEach(async () => {
  stack = await startStack();
  batch = await stack.batch(await stack.project('/srv/shop', 'a', 'b'), 'a', 'b');
});
afterEach(() => stack.close());

const edit = (body: object, headers: Record<string, string> = {}) =>
  stack.send('PATCH', `/api/batches/${batch.id}`, body, headers);
const etagNow = async () => String((await stack.send('GET', `/api/batches/${batch.id}`)).headers['etag']);

describe('PATCH /api/batches/:id', () => {
  it('changes name and limits while the batch runs, and leaves the rest', async () => {
    await send(stack, batch, 'start');
    const answer = await edit({ name: 'Second night', onFailure: 'pause', attempts: 5 });
    expect(BatchViewSchema.parse(answer.body)).toMatchObject({
      name: 'Second night',
      onFailure: 'pause',
      status: 'running',
      limits: { attempts: 5, maxFixes: null, onUsageLimit: null },
    });
    expect(stack.batches.states.get(idOf(batch))).toMatchObject({ name: 'Second night', edits: { attempts: 5 } });
    await edit({ maxFixes: 0, attempts: null });
    expect((await show(stack, batch)).limits).toEqual({ attempts: null, maxFixes: 0, onUsageLimit: null });
    expect((await stack.send('GET', '/api/batches')).body).toMatchObject({ items: [{ name: 'Second night' }] });
  });

  it('keeps its ETag while only the batch works, and refuses a change from another state', async () => {
    const etag = await etagNow();
    await send(stack, batch, 'start');
    expect(await etagNow()).toBe(etag);
    const first = await edit({ name: 'one' }, { 'if-match': etag });
    expect([first.status, first.headers['etag']]).toEqual([200, await etagNow()]);
    const late = await edit({ name: 'two' }, { 'if-match': etag });
    expect([late.status, problemOf(late)]).toMatchObject([
      412,
      {
        code: 'changed_meanwhile',
        details: { etag: await etagNow(), current: { name: 'one', onFailure: 'continue' } },
      },
    ]);
    const racing = await Promise.all(
      ['x', 'y', 'z'].map(async (name) => edit({ name }, { 'if-match': String(first.headers['etag']) })),
    );
    expect(racing.map(({ status }) => String(status)).toSorted()).toEqual(['200', '412', '412']);
  });

  it('does the same command once', async () => {
    await edit({ name: 'one', commandId: 'c1' });
    await edit({ name: 'two' });
    expect((await edit({ name: 'one', commandId: 'c1' })).status).toBe(200);
    expect((await show(stack, batch)).name).toBe('two');
  });

  it('changes one whose workflow has ended, and a reopened one keeps it', async () => {
    await send(stack, batch, 'start');
    await end(stack, batch, 'b');
    const answer = await edit({ name: 'After', attempts: 9 });
    expect([answer.status, BatchViewSchema.parse(answer.body).name]).toEqual([200, 'After']);
    await send(stack, batch, 'retry');
    expect(await show(stack, batch)).toMatchObject({ name: 'After', limits: { attempts: 9 } });
    expect(stack.batches.states.get(idOf(batch))).toMatchObject({ name: 'After', edits: { attempts: 9 } });
  });

  it.each([{}, { commandId: 'x' }, { name: '' }, { attempts: 0 }, { onFailure: 'explode' }])(
    'refuses %j',
    async (body) => {
      expect(problemOf(await edit(body)).code).toBe('invalid_input');
    },
  );

  it('stands over the policy of every project, where it says something', () => {
    const policy = { maxAttempts: 2, maxFixes: 2, onUsageLimit: 'wait', agent: 'x' } as const;
    const whole = { ...policy, maxContinuations: 1, maxWaitMs: null, agentTimeoutMs: 1, verifyCommands: 0 } as const;
    const full = { ...whole, verifyTimeoutMs: 1, git: true, delivery: 'branch' } as const;
    expect(editedPolicy(full, undefined)).toEqual(full);
    const edits = { attempts: 3, maxFixes: 0, onUsageLimit: null };
    expect(editedPolicy(full, edits)).toEqual({ ...full, maxAttempts: 3, maxFixes: 0 });
  });
});

describe('settings of a project', () => {
  it('are replaced only from the state that If-Match names', async () => {
    const projectId = batch.projects[0]?.projectId ?? '';
    const path = `/api/projects/${projectId}`;
    const etag = String((await stack.send('GET', path)).headers['etag']);
    expect((await stack.send('PUT', `${path}/settings`, { attempts: 3 }, { 'if-match': etag })).status).toBe(200);
    const late = await stack.send('PUT', `${path}/settings`, { attempts: 4 }, { 'if-match': etag });
    expect(problemOf(late)).toMatchObject({ status: 412, details: { current: { attempts: 3 } } });
  });
});
