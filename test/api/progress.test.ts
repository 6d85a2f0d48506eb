/** Progress of all that is open, forecasts, and what says how the stack is. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OverallProgressSchema } from '../../src/contracts/progress-routes.ts';
import type { OverallProgress } from '../../src/contracts/progress-routes.ts';
import { leftTime } from '../../src/domain/forecast.ts';
import { emptyDetails } from '../../src/domain/batch-state.ts';
import { NAMES, change, end, send, show } from './support/lifecycle.ts';
import { problemOf, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
});
afterEach(() => stack.close());

async function progress(): Promise<OverallProgress> {
  return OverallProgressSchema.parse((await stack.send('GET', '/api/progress')).body);
}

describe('forecast', () => {
  it('is a range around what is left, and takes off what the running one has done', () => {
    const facts = { endedMs: [100, 200, 300], open: 4, runningMs: [150] };
    expect(leftTime(facts)).toEqual({ samples: 3, meanMs: 200, fromMs: 455, toMs: 845 });
    expect(leftTime({ ...facts, runningMs: [9999] })).toMatchObject({ fromMs: 420, toMs: 780 });
    expect(leftTime({ ...facts, runningMs: [-5] })).toMatchObject({ fromMs: 560 });
    expect(leftTime({ ...facts, endedMs: [1, 2] })).toBeNull();
    expect(leftTime({ ...facts, open: 0 })).toBeNull();
  });
});

describe('GET /api/progress', () => {
  it('counts what is over in all open batches, and foretells from three tasks on', async () => {
    const project = await stack.project('/srv/shop', ...NAMES);
    expect(await progress()).toMatchObject({ done: 0, total: 0, forecast: null, recordedAt: null, batches: [] });
    const [one, two] = [await stack.batch(project, 'a', 'b', 'c', 'd', 'e'), await stack.batch(project, 'f')];
    await send(stack, one, 'start');
    await change(stack, one, (state) => {
      for (const [at, task] of state.tasks.entries()) {
        task.status = at < 3 ? 'completed' : at === 3 ? 'running' : 'queued';
        if (at < 3) state.details[task.id] = { ...emptyDetails(), durationMs: 1000, completedAtMs: at + 1 };
      }
    });
    const seen = await progress();
    expect(seen).toMatchObject({ done: 3, total: 6, counts: { completed: 3, running: 1, queued: 2 } });
    const [first, second] = seen.batches;
    expect(first).toMatchObject({ id: one.id, done: 3, total: 5, running: [{ name: 'd' }], hold: null });
    expect(first?.forecast).toMatchObject({ samples: 3, meanMs: 1000, leftMs: { from: 1400, to: 2600 } });
    expect(second).toMatchObject({ id: two.id, status: 'idle', done: 0, total: 1, forecast: null });
    expect(seen.forecast).toEqual(first?.forecast);
    expect(seen.recordedAt).toBe(first?.recordedAt);
    expect(Date.parse(first?.forecast?.endsAt?.from ?? '')).toBe(Date.parse(seen.generatedAt) + 1400);
    expect((await show(stack, one)).forecast).toMatchObject({ samples: 3, leftMs: { from: 1400, to: 2600 } });
    await end(stack, one);
    expect(await progress()).toMatchObject({ total: 1, batches: [{ id: two.id }] });
  });

  it('names no end for a batch that is held until somebody does something', async () => {
    const project = await stack.project('/srv/shop', ...NAMES);
    const batch = await stack.batch(project, ...NAMES);
    await send(stack, batch, 'start');
    const holdWith = (untilMs: number | null) =>
      change(stack, batch, (state) => {
        for (const task of state.tasks.slice(0, 3)) {
          task.status = 'completed';
          state.details[task.id] = { ...emptyDetails(), durationMs: 1000 };
        }
        state.hold = { reason: 'needs_login', sinceMs: 1, untilMs, message: 'Log in.' };
      });
    await holdWith(null);
    expect((await progress()).batches).toMatchObject([{ hold: { reason: 'needs_login' }, forecast: { endsAt: null } }]);
    const untilMs = Date.now() + 3_600_000;
    await holdWith(untilMs);
    expect(await progress()).toMatchObject({ forecast: { endsAt: { from: new Date(untilMs + 2100).toISOString() } } });
  });
});

describe('health', () => {
  const none = { authorization: '' };

  it('says without a token that it lives, and whether it is ready', async () => {
    expect(await stack.send('GET', '/api/health/live', undefined, none)).toMatchObject({ body: { status: 'live' } });
    stack.checks.push({ name: 'database', ok: true, message: '/home/me/secret-place', repair: null });
    stack.checks.push({ name: 'temporal', ok: true, message: 'x', repair: null });
    const ready = await stack.send('GET', '/api/health/ready', undefined, none);
    expect(ready.body).toEqual({
      status: 'ready',
      checks: [
        { name: 'database', ok: true },
        { name: 'temporal', ok: true },
      ],
    });
  });

  it('is degraded without Temporal, and not ready without its database', async () => {
    stack.checks.push({ name: 'temporal', ok: false, message: '', repair: null });
    expect((await stack.send('GET', '/api/health/ready', undefined, none)).body).toMatchObject({ status: 'degraded' });
    const other = await startStack();
    other.checks.push({ name: 'database', ok: false, message: '', repair: null });
    const refused = await other.send('GET', '/api/health/ready', undefined, none);
    expect([refused.status, problemOf(refused)]).toMatchObject([
      503,
      { code: 'not_ready', details: { checks: [{ name: 'database', ok: false }] } },
    ]);
    await other.close();
  });

  it('says its version to whoever has the token', async () => {
    expect((await stack.send('GET', '/api/version', undefined, none)).status).toBe(401);
    const { body } = await stack.send('GET', '/api/version');
    expect(body).toEqual({ version: '1.2.3', node: process.version, openapi: '/openapi.json' });
  });
});
