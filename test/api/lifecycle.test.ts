/** Lanes, offload, retry, all at once, delete, trust: over HTTP, with batches that live in memory. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BatchId, TaskId } from '../../src/contracts/ids.ts';
import { asId } from '../../src/contracts/ids.ts';
import { LanesSchema } from '../../src/contracts/hold-views.ts';
import { OffloadAnswerSchema } from '../../src/contracts/lifecycle-routes.ts';
import type { OffloadAnswer } from '../../src/contracts/lifecycle-routes.ts';
import type { BatchState, LaneWait } from '../../src/contracts/state.ts';
import { BatchViewSchema, RegisteredProjectSchema } from '../../src/contracts/views.ts';
import type { BatchView } from '../../src/contracts/views.ts';
import { emptyDetails } from '../../src/domain/batch-state.ts';
import { grantLane, holdAccount, newLanes, requestLane } from '../../src/domain/lanes.ts';
import { problemOf, startStack } from './support/stack.ts';
import type { Answer, Stack } from './support/stack.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
});
afterEach(() => stack.close());

const idOf = (batch: BatchView): BatchId => asId('batch', batch.id);
const taskId = (batch: BatchView, name: string): TaskId => {
  const found = batch.tasks.find((task) => task.name === name);
  if (found === undefined) throw new Error(`no task ${name}`);
  return asId('task', found.id);
};
const show = async (batch: { id: string }): Promise<BatchView> =>
  BatchViewSchema.parse((await stack.send('GET', `/api/batches/${batch.id}`)).body);
const send = (batch: BatchView, what: string, body: object = {}): Promise<Answer> =>
  stack.send('POST', `/api/batches/${batch.id}/${what}`, body);

/** Changes a workflow's state as it would itself, and records it. */
async function change(batch: BatchView, effect: (state: BatchState) => void): Promise<void> {
  const state = stack.batches.states.get(idOf(batch));
  if (state === undefined) throw new Error('no such workflow');
  effect(state);
  await stack.batches.record(idOf(batch));
}

const end = (batch: BatchView, ...failed: string[]): Promise<void> =>
  change(batch, (state) => {
    for (const task of state.tasks) {
      const didFail = failed.includes(task.name ?? '');
      task.status = didFail ? 'failed' : 'completed';
      task.attempt = 2;
      if (didFail) task.spent = 2;
      const salvageRef = didFail ? 'refs/nightloom/salvage/x' : null;
      state.details[task.id] = { ...emptyDetails(), costUsd: 0.5, durationMs: 7, startedAtMs: 9, salvageRef };
    }
    state.status = 'completed';
    state.completedAtMs = 1000;
    state.closing = true;
  });

describe('lanes', () => {
  it('are 4 and empty before the first batch, and can be changed within 1 and 64', async () => {
    expect((await stack.send('GET', '/api/lanes')).body).toEqual({
      host: 'laptop-ab12',
      limit: 4,
      holders: [],
      queue: [],
      accounts: [],
    });
    expect((await stack.send('PUT', '/api/lanes', { limit: 2 })).body).toMatchObject({ limit: 2 });
    for (const limit of [0, 65, 1.5, '2', null]) {
      expect(problemOf(await stack.send('PUT', '/api/lanes', { limit })).code).toBe('invalid_input');
    }
  });

  it('say by name who works, who waits and why, and which account holds', async () => {
    const shop = await stack.project('/srv/shop', ...NAMES);
    const [one, two, three] = [
      await stack.batch(shop, 'a'),
      await stack.batch(shop, 'b'),
      await stack.batch(shop, 'c'),
    ];
    const lanes = newLanes(asId('installation', 'i_aaaaaaaaaa'), asId('host', 'laptop-ab12'), 1);
    for (const [batch, account] of [
      [one, 'x'],
      [two, 'x'],
      [three, 'y'],
    ] as const) {
      requestLane(lanes, { batch: idOf(batch), request: 1, account });
    }
    grantLane(lanes, 1000);
    const untilMs = Date.now() + 3_600_000;
    holdAccount(lanes, 'y', { reason: 'usage_limit', untilMs, message: 'resets soon' }, idOf(one));
    stack.lanes = lanes;
    const view = LanesSchema.parse((await stack.send('GET', '/api/lanes')).body);
    expect(view.holders).toEqual([{ batchId: one.id, name: one.name, since: new Date(1000).toISOString() }]);
    expect(view.queue).toMatchObject([
      { batchId: two.id, place: 1, why: 'lanes_full', message: 'waits for a lane, place 1 of 2' },
      { batchId: three.id, place: 2, why: 'account_held' },
    ]);
    expect(view.accounts).toMatchObject([{ account: 'y', reason: 'usage_limit', probe: null, message: 'resets soon' }]);
  });

  it('show in the batch why it waits, and what to type', async () => {
    const shop = await stack.project('/srv/shop', ...NAMES);
    const made = [await stack.batch(shop, 'a'), await stack.batch(shop, 'b'), await stack.batch(shop, 'c')];
    const untilMs = Date.now() + 3_600_000;
    const waits: LaneWait[] = [
      { why: 'lanes_full', place: 1 },
      { why: 'account_held', place: 2, reason: 'usage_limit', untilMs, message: 'five hours' },
      { why: 'probing', place: 3 },
    ];
    for (const [index, batch] of made.entries()) {
      await change(batch, (state) => {
        state.status = 'running';
        state.lane = { status: 'asked', request: 1, wait: waits[index] ?? null, probe: false };
      });
    }
    const [full, held, probing] = await Promise.all(made.map(show));
    expect(full).toMatchObject({
      lane: { status: 'asked', why: 'lanes_full', place: 1, of: 3, message: 'waits for a lane, place 1 of 3' },
      next: [{ why: 'It waits for a lane, place 1 of 3', command: 'nightloom lanes' }],
    });
    expect(held).toMatchObject({
      lane: { why: 'account_held', reason: 'usage_limit', until: new Date(untilMs).toISOString() },
      next: [{ command: `nightloom batch skip-wait ${held?.id}` }],
    });
    expect(held?.lane.message).toBe('usage limit of the account: five hours');
    expect(probing?.lane).toMatchObject({ why: 'probing', place: 3, of: 3 });
    const list = await stack.send('GET', '/api/batches');
    expect(list.body).toMatchObject({ items: [{ lane: { of: 3 } }, { lane: { of: 3 } }, { lane: { of: 3 } }] });
    expect((await stack.send('GET', '/api/report')).body).toMatchObject({ needsYou: [] });
  });
});

describe('offload', () => {
  const offload = async (batch: BatchView, body: object): Promise<OffloadAnswer> => {
    const answer = await send(batch, 'offload', body);
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
    expect((await show(source)).tasks.map((task) => task.name)).toEqual(['b']);
    expect((await show(target)).tasks.map((task) => task.name)).toEqual(['d', 'a', 'c']);
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
    const made = await show({ id: first.target.id });
    expect(made).toMatchObject({ status: 'idle', name: 'Rest', counts: { queued: 1 } });
    expect(stack.batches.states.get(idOf(made))?.accounts).toEqual(stack.batches.states.get(idOf(source))?.accounts);
  });

  it('reopens a completed target, which goes on with what came', async () => {
    const shop = await stack.project('/srv/shop', ...NAMES);
    const [source, target] = [await stack.batch(shop, 'a', 'b'), await stack.batch(shop, 'c')];
    await end(target);
    const answer = await offload(source, { to: target.id, taskIds: [taskId(source, 'a')] });
    expect(answer).toMatchObject({ target: { reopened: true, created: false }, tasks: [{ result: 'moved' }] });
    expect(await show(target)).toMatchObject({ status: 'running', counts: { completed: 1, queued: 1 } });
    expect(stack.batches.updates).toEqual(['offload', 'skipWait']);
  });

  it('refuses all with a reason per task, and makes and reopens nothing then', async () => {
    const shop = await stack.project('/srv/shop', ...NAMES);
    const [source, target] = [await stack.batch(shop, 'a', 'b', 'c'), await stack.batch(shop, 'd')];
    await change(source, (state) => {
      state.status = 'running';
      for (const [index, status] of (['completed', 'running'] as const).entries()) {
        const task = state.tasks[index];
        if (task !== undefined) task.status = status;
      }
    });
    const taskIds = [...source.tasks.map((task) => task.id), taskId(target, 'd'), 't_0000000000', 'nonsense'];
    const refused = await send(source, 'offload', { newBatch: {}, taskIds });
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
    const there = problemOf(await send(source, 'offload', { to: target.id, taskIds: [taskId(target, 'd')] }));
    expect(there.details).toMatchObject({ tasks: [{ reason: 'already there' }] });
    expect(stack.batches.states.size).toBe(2);
    expect(stack.batches.updates).toEqual([]);
    const c = [taskId(source, 'c')];
    expect(problemOf(await send(source, 'offload', { to: source.id, taskIds: c })).code).toBe('invalid_input');
    expect(problemOf(await send(source, 'offload', { taskIds: c })).code).toBe('invalid_input');
    await send(target, 'cancel');
    expect(problemOf(await send(source, 'offload', { to: target.id, taskIds: c }))).toMatchObject({
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
    expect((await show(source)).tasks.map((task) => task.name)).toEqual(['b']);
    await stack.batches.deliver(idOf(source));
    expect((await show(target)).tasks.map((task) => task.name)).toEqual(['c', 'a']);
  });

  it('says which tasks came back because the target closed', async () => {
    const shop = await stack.project('/srv/shop', ...NAMES);
    const [source, target] = [await stack.batch(shop, 'a', 'b'), await stack.batch(shop, 'c')];
    const state = stack.batches.states.get(idOf(target));
    if (state !== undefined) state.closing = true;
    const answer = await offload(source, { to: target.id, taskIds: [taskId(source, 'a')] });
    expect(answer.tasks).toMatchObject([{ result: 'stayed', reason: `batch ${target.name} did not take it` }]);
    expect((await show(source)).tasks.map((task) => task.name)).toEqual(['a', 'b']);
  });
});

describe('retry', () => {
  it('[A12] reopens a completed batch with all that failed, in their places, with what they cost', async () => {
    const shop = await stack.project('/srv/shop', ...NAMES);
    const batch = await stack.batch(shop, 'a', 'b', 'c');
    await end(batch, 'a', 'c');
    const answer = await send(batch, 'retry', { commandId: 'again' });
    expect(answer.body).toMatchObject({ status: 'running', counts: { queued: 2, completed: 1 }, costUsd: 1.5 });
    const state = stack.batches.states.get(idOf(batch));
    expect(state?.tasks.map((task) => [task.name, task.status, task.attempt, task.spent])).toEqual([
      ['a', 'queued', 2, undefined],
      ['b', 'completed', 2, undefined],
      ['c', 'queued', 2, undefined],
    ]);
    const kept = { costUsd: 0.5, durationMs: 7, startedAtMs: 9, salvageRef: 'refs/nightloom/salvage/x' };
    expect(state?.details[taskId(batch, 'a')]).toMatchObject({ ...kept, failure: null, attempts: [] });
    await end(batch, 'a');
    expect((await send(batch, 'retry', { commandId: 'again' })).body).toMatchObject({ status: 'completed' });
    const again = { tasks: [{ projectId: shop.id, requirementName: 'b' }] };
    expect((await stack.send('POST', '/api/batches', again)).status).toBe(201);
  });

  it('takes the requirement again, unless somebody else has it now', async () => {
    const shop = await stack.project('/srv/shop', ...NAMES);
    const batch = await stack.batch(shop, 'a', 'b');
    await end(batch, 'a', 'b');
    const other = await stack.batch(shop, 'a');
    const refused = problemOf(await send(batch, 'retry'));
    expect(refused).toMatchObject({
      code: 'already_queued',
      details: { requirements: [{ name: 'a', batch: other.id, task: taskId(other, 'a') }] },
    });
    expect(await show(batch)).toMatchObject({ status: 'completed', counts: { failed: 2 } });
    expect((await send(batch, 'retry', { taskIds: [taskId(batch, 'b')] })).body).toMatchObject({ status: 'running' });
    const body = { tasks: [{ projectId: shop.id, requirementName: 'b' }] };
    expect(problemOf(await stack.send('POST', '/api/batches', body))).toMatchObject({
      code: 'already_queued',
      details: { requirements: [{ batch: batch.id }] },
    });
  });

  it('retries one task of a running batch; a refusal leaves its requirement free', async () => {
    const shop = await stack.project('/srv/shop', ...NAMES);
    const batch = await stack.batch(shop, 'a', 'b');
    await change(batch, (state) => {
      state.status = 'running';
      for (const task of state.tasks) task.status = task.name === 'a' ? 'failed' : 'completed';
    });
    const [a, b] = [taskId(batch, 'a'), taskId(batch, 'b')];
    const refused = problemOf(await send(batch, 'retry', { taskIds: [b] }));
    expect(refused).toMatchObject({
      code: 'illegal_transition',
      details: { tasks: [{ name: 'b', reason: 'completed' }] },
    });
    expect((await stack.store.projects.list()).length).toBe(1);
    expect(await stack.store.tasks.openRequirements(asId('project', shop.id))).toEqual(new Map());
    const answer = await stack.send('POST', `/api/tasks/${a}/retry`, {});
    expect(answer.body).toMatchObject({ result: 'applied', status: 'running' });
    expect((await show(batch)).counts).toMatchObject({ queued: 1, failed: 0 });
    expect(problemOf(await send(batch, 'retry')).detail).toContain('No task of batch');
    expect(problemOf(await send(batch, 'retry', { taskIds: ['t_0000000000'] })).code).toBe('task_not_found');
  });
});

describe('all at once', () => {
  it('pauses what runs and resumes what is paused; one refusal keeps none from it', async () => {
    const shop = await stack.project('/srv/shop', ...NAMES);
    const made: BatchView[] = [];
    for (const name of ['a', 'b', 'c']) made.push(await stack.batch(shop, name));
    const [one, two, idle] = made;
    if (one === undefined || two === undefined || idle === undefined) throw new Error('no batches');
    await send(one, 'start');
    await send(two, 'start');
    const closing = stack.batches.states.get(idOf(two));
    if (closing !== undefined) closing.closing = true;
    const paused = await stack.send('POST', '/api/batches/pause-all', { commandId: 'all' });
    expect(paused.body).toMatchObject({
      items: [
        { batchId: one.id, answer: { result: 'applied', status: 'paused' }, error: null },
        { batchId: two.id, answer: null, error: { code: 'batch_closing' } },
      ],
    });
    expect((await show(idle)).status).toBe('idle');
    const resumed = await stack.send('POST', '/api/batches/resume-all', {});
    expect(resumed.body).toMatchObject({ items: [{ batchId: one.id, answer: { status: 'running' } }] });
  });

  it('resume says that a hold is tried again', async () => {
    const batch = await stack.batch(await stack.project('/srv/shop', 'a'), 'a');
    await change(batch, (state) => {
      state.status = 'running';
      state.hold = { reason: 'needs_login', sinceMs: 1, untilMs: null, message: 'log in' };
    });
    const { body } = await send(batch, 'resume');
    expect(body).toMatchObject({ message: 'It is running; its hold (needs login) is over, it is tried again now.' });
  });
});

describe('delete', () => {
  it('cancels an open batch and hides it everywhere; restore shows it again', async () => {
    const shop = await stack.project('/srv/shop', ...NAMES);
    const [gone, other] = [await stack.batch(shop, 'a'), await stack.batch(shop, 'b')];
    const deleted = await stack.send('DELETE', `/api/batches/${gone.id}`);
    expect(deleted.body).toMatchObject({ id: gone.id, message: expect.stringContaining('cancelled and deleted') });
    expect((await stack.send('DELETE', `/api/batches/${gone.id}`)).status).toBe(200);
    const hidden = problemOf(await stack.send('GET', `/api/batches/${gone.id}`));
    expect(hidden).toMatchObject({ code: 'batch_not_found', details: { next: `nightloom batch restore ${gone.id}` } });
    const only = { items: [{ id: other.id }] };
    expect((await stack.send('GET', '/api/batches')).body).toMatchObject(only);
    expect((await stack.send('GET', '/api/batches?show=deleted')).body).toMatchObject({ items: [{ id: gone.id }] });
    expect((await stack.send('GET', '/api/tasks')).body).toMatchObject({ items: [{ batchId: other.id }] });
    for (const since of ['', '?since=2020-01-01T00:00:00Z']) {
      expect((await stack.send('GET', `/api/report${since}`)).body).toMatchObject({ batches: [{ id: other.id }] });
    }
    expect((await send(gone, 'restore')).body).toMatchObject({ id: gone.id, status: 'cancelled', deletedAt: null });
    expect((await show(gone)).status).toBe('cancelled');
  });

  it('can be undone for 7 days; the current list leaves out what ended before', async () => {
    const shop = await stack.project('/srv/shop', ...NAMES);
    const [gone, old] = [await stack.batch(shop, 'a'), await stack.batch(shop, 'b')];
    await end(old);
    const eightDaysAgo = Date.now() - 8 * 86_400_000;
    await stack.store.batches.setDeleted(idOf(gone), eightDaysAgo);
    expect(problemOf(await send(gone, 'restore')).code).toBe('illegal_transition');
    const list = async (show: string): Promise<number> => {
      const { body } = await stack.send('GET', `/api/batches?show=${show}`);
      return (body as { items: unknown[] }).items.length;
    };
    expect([await list('current'), await list('all')]).toEqual([1, 1]);
    const { items } = await stack.store.batches.list({ limit: 9, closedSinceMs: Date.now() + 1000 });
    expect(items).toEqual([]);
  });
});

describe('trust', () => {
  const register = async (body: object) =>
    RegisteredProjectSchema.parse((await stack.send('POST', '/api/projects', { path: '/srv/shop', ...body })).body)
      .trust;
  const trusted = async () => (await stack.store.projects.list())[0]?.trustedSha256;

  it('a changed project file is trusted again only by who says so', async () => {
    const shop = await stack.project('/srv/shop', 'a');
    expect(await register({ trust: false })).toEqual({ trusted: true, changed: false, commands: ['verify: npm test'] });
    stack.door.projectFile.sha256 = 'e'.repeat(64);
    expect(await register({ trust: false })).toMatchObject({ trusted: false, changed: true });
    await stack.batch(shop, 'a');
    expect(await trusted()).toBe('f'.repeat(64));
    expect(await register({})).toMatchObject({ trusted: true, changed: true });
    expect(await trusted()).toBe('e'.repeat(64));
    expect(await register({ trust: false })).toMatchObject({ trusted: true, changed: false });
  });
});
