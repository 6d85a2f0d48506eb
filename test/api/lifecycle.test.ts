/** Lanes, all at once, delete, trust: over HTTP, with batches that live in memory. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asId } from '../../src/contracts/ids.ts';
import { LanesSchema } from '../../src/contracts/hold-views.ts';
import type { LaneWait } from '../../src/contracts/state.ts';
import { RegisteredProjectSchema } from '../../src/contracts/views.ts';
import type { BatchView } from '../../src/contracts/views.ts';
import { grantLane, holdAccount, newLanes, requestLane } from '../../src/domain/lanes.ts';
import { change, end, idOf, NAMES, send, show } from './support/lifecycle.ts';
import { problemOf, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
});
afterEach(() => stack.close());

describe('lanes', () => {
  it('are 4 and empty before the first batch, and can be changed within 1 and 64', async () => {
    expect((await stack.send('GET', '/api/lanes')).body).toEqual({
      host: 'laptop-ab12',
      limit: 4,
      holders: [],
      queue: [],
      background: { limit: 3, working: [], waiting: [] },
      accounts: [],
    });
    expect((await stack.send('PUT', '/api/lanes', { limit: 2 })).body).toMatchObject({ limit: 2 });
    const background = await stack.send('PUT', '/api/lanes', { background: 5 });
    expect(background.body).toMatchObject({ limit: 2, background: { limit: 5 } });
    expect(problemOf(await stack.send('PUT', '/api/lanes', {})).code).toBe('invalid_input');
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
      await change(stack, batch, (state) => {
        state.status = 'running';
        state.lane = { status: 'asked', request: 1, wait: waits[index] ?? null, probe: false };
      });
    }
    const [full, held, probing] = await Promise.all(made.map((batch) => show(stack, batch)));
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

describe('all at once', () => {
  it('pauses what runs and resumes what is paused; one refusal keeps none from it', async () => {
    const shop = await stack.project('/srv/shop', ...NAMES);
    const made: BatchView[] = [];
    for (const name of ['a', 'b', 'c']) made.push(await stack.batch(shop, name));
    const [one, two, idle] = made;
    if (one === undefined || two === undefined || idle === undefined) throw new Error('no batches');
    await send(stack, one, 'start');
    await send(stack, two, 'start');
    const closing = stack.batches.states.get(idOf(two));
    if (closing !== undefined) closing.closing = true;
    const paused = await stack.send('POST', '/api/batches/pause-all', { commandId: 'all' });
    expect(paused.body).toMatchObject({
      items: [
        { batchId: one.id, answer: { result: 'applied', status: 'paused' }, error: null },
        { batchId: two.id, answer: null, error: { code: 'batch_closing' } },
      ],
    });
    expect((await show(stack, idle)).status).toBe('idle');
    const resumed = await stack.send('POST', '/api/batches/resume-all', {});
    expect(resumed.body).toMatchObject({ items: [{ batchId: one.id, answer: { status: 'running' } }] });
  });

  it('resume says that a hold is tried again', async () => {
    const batch = await stack.batch(await stack.project('/srv/shop', 'a'), 'a');
    await change(stack, batch, (state) => {
      state.status = 'running';
      state.hold = { reason: 'needs_login', sinceMs: 1, untilMs: null, message: 'log in' };
    });
    const { body } = await send(stack, batch, 'resume');
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
    expect((await send(stack, gone, 'restore')).body).toMatchObject({
      id: gone.id,
      status: 'cancelled',
      deletedAt: null,
    });
    expect((await show(stack, gone)).status).toBe('cancelled');
  });

  it('can be undone for 7 days; the current list leaves out what ended before', async () => {
    const shop = await stack.project('/srv/shop', ...NAMES);
    const [gone, old] = [await stack.batch(shop, 'a'), await stack.batch(shop, 'b')];
    await end(stack, old);
    const eightDaysAgo = Date.now() - 8 * 86_400_000;
    await stack.store.batches.setDeleted(idOf(gone), eightDaysAgo);
    expect(problemOf(await send(stack, gone, 'restore')).code).toBe('illegal_transition');
    const list = async (which: string): Promise<number> => {
      const { body } = await stack.send('GET', `/api/batches?show=${which}`);
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
