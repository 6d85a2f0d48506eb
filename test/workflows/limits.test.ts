import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startInstallation } from '../support/installation.ts';
import type { TestInstallation } from '../support/installation.ts';
import { attemptsOf, pathsIn, recorded, startNight, statuses, subjects } from '../support/night.ts';

let installation: TestInstallation;
beforeAll(async () => {
  installation = await startInstallation(inject('temporalAddress'), { 'README.md': '# Test\n' });
});
afterAll(() => installation.stop());

const LIMITED = { a: ['write a.txt 1', 'limit 2s', 'write b.txt 2'], next: ['write next.txt 1'] };

describe('a usage limit', () => {
  it('[P10] holds the batch until the reset, spends nothing, and goes on in the same session', async () => {
    const { batch, tasks, repository } = await startNight(installation, LIMITED);
    const held = await installation.until(batch, (each) => each.hold !== null);
    expect(held.hold).toMatchObject({ reason: 'usage_limit' });
    const untilMs = held.hold?.untilMs ?? 0;
    expect(untilMs).toBeGreaterThan(Date.now());
    expect(untilMs).toBeLessThan(Date.now() + 60_000);
    expect(statuses(held)).toEqual(['waiting', 'queued']);

    const state = await installation.until(batch, (each) => each.status === 'completed');
    expect(Date.now()).toBeGreaterThanOrEqual(untilMs);
    expect(Date.now()).toBeLessThan(untilMs + 60_000);
    expect(statuses(state)).toEqual(['completed', 'completed']);
    expect(state.tasks[0]).toMatchObject({ attempt: 2 });
    expect(state.tasks[0]?.spent).toBeUndefined();
    const attempts = await attemptsOf(installation, tasks[0]);
    expect(attempts.map((each) => each.outcome)).toEqual(['usage_limit', 'succeeded']);
    expect(attempts[0]?.sessionId).toMatch(/^[0-9a-f-]{36}$/);
    expect(attempts[1]?.sessionId).toBe(attempts[0]?.sessionId);
    expect(await pathsIn(repository, 'nightloom/night')).toEqual(['README.md', 'a.txt', 'b.txt', 'next.txt']);
    expect(await subjects(repository)).toEqual(['Auto-commit: next', 'Auto-commit: a']);
    const { waits } = await recorded(installation, tasks[0]);
    expect(waits).toMatchObject([{ kind: 'usage_limit' }]);
    expect(waits[0]?.untilMs).toBeGreaterThanOrEqual(untilMs);
  });

  it('is not waited for any longer after skipWait', async () => {
    const scripts = { a: ['write a.txt 1', 'limit 1h', 'write b.txt 2'] };
    const { batch } = await startNight(installation, scripts);
    await installation.until(batch, (each) => each.hold !== null);
    await installation.command(batch, 'skipWait');
    const state = await installation.until(batch, (each) => each.status === 'completed');
    expect(statuses(state)).toEqual(['completed']);
  });

  it('in unknown words is held and probed later, never failed', async () => {
    const scripts = { a: ['write a.txt 1', 'unknown-limit', 'write b.txt 2'] };
    const { batch } = await startNight(installation, scripts);
    const held = await installation.until(batch, (each) => each.hold !== null);
    expect(held.hold?.reason).toBe('usage_limit');
    expect((held.hold?.untilMs ?? 0) - Date.now()).toBeGreaterThan(4 * 60_000);
    expect(held.probes).toBe(1);
    await installation.command(batch, 'skipWait');
    const state = await installation.until(batch, (each) => each.status === 'completed');
    expect(state.tasks[0]).toMatchObject({ status: 'completed' });
    expect(state.tasks[0]?.spent).toBeUndefined();
    expect(state.probes).toBe(0);
  });

  it('pauses the batch with onUsageLimit pause; resume goes on in the same session', async () => {
    const flags = { limits: { onUsageLimit: 'pause' } } as const;
    const { batch, tasks } = await startNight(installation, LIMITED, flags);
    const paused = await installation.until(batch, (each) => each.status === 'paused');
    expect(paused.hold).toBeNull();
    expect(statuses(paused)).toEqual(['waiting', 'queued']);
    await installation.command(batch, 'resume');
    await installation.until(batch, (each) => each.status === 'completed');
    const attempts = await attemptsOf(installation, tasks[0]);
    expect(attempts[1]?.sessionId).toBe(attempts[0]?.sessionId);
  });

  it('puts the queue back to idle with onUsageLimit reset; start goes on with the kept work', async () => {
    const flags = { limits: { onUsageLimit: 'reset' } } as const;
    const { batch, repository } = await startNight(installation, LIMITED, flags);
    const idle = await installation.until(batch, (each) => each.status === 'idle' && each.notes.length > 0);
    expect(statuses(idle)).toEqual(['idle', 'idle']);
    await installation.command(batch, 'start');
    await installation.until(batch, (each) => each.status === 'completed');
    expect(await pathsIn(repository, 'nightloom/night')).toEqual(['README.md', 'a.txt', 'b.txt', 'next.txt']);
  });

  it('pauses the batch when the reset is later than maxWait', async () => {
    const scripts = { a: ['limit 2h', 'write b.txt 2'] };
    const { batch } = await startNight(installation, scripts, { limits: { maxWait: '1h' } });
    const paused = await installation.until(batch, (each) => each.status === 'paused');
    expect(paused.notes.join(' ')).toContain('limit');
    await installation.command(batch, 'resume');
    await installation.until(batch, (each) => each.status === 'completed');
  });
});

describe('other things the agent is not to blame for', () => {
  it('an overloaded API: a back-off, then the same session', async () => {
    const scripts = { a: ['write a.txt 1', 'overloaded', 'write b.txt 2'] };
    const { batch, tasks } = await startNight(installation, scripts);
    const waiting = await installation.until(batch, (each) => each.tasks[0]?.status === 'waiting');
    expect(waiting.hold).toBeNull();
    const [task] = tasks;
    const notBeforeMs = (task === undefined ? null : waiting.details[task]?.notBeforeMs) ?? 0;
    expect(notBeforeMs - Date.now()).toBeGreaterThan(10_000);
    await installation.command(batch, 'skipWait');
    const state = await installation.until(batch, (each) => each.status === 'completed', 10_000);
    expect(state.tasks[0]?.spent).toBeUndefined();
    const attempts = await attemptsOf(installation, task);
    expect(attempts.map((each) => each.outcome)).toEqual(['backoff', 'succeeded']);
    expect(attempts[1]?.sessionId).toBe(attempts[0]?.sessionId);
  });

  it.each([
    ['auth', 'needs_login'],
    ['billing', 'needs_login'],
  ] as const)('%s: held until the user has seen to it', async (line, reason) => {
    const { batch } = await startNight(installation, { a: [line, 'write b.txt 2'] });
    const held = await installation.until(batch, (each) => each.hold !== null);
    expect(held.hold).toMatchObject({ reason });
    expect(statuses(held)).toEqual(['waiting']);
    await installation.command(batch, 'resume');
    const state = await installation.until(batch, (each) => each.status === 'completed');
    expect(statuses(state)).toEqual(['completed']);
  });

  it('a missing agent program: held, never a pretended success', async () => {
    const flags = { agent: { bin: '/nowhere/agent' } };
    const { batch, repository } = await startNight(installation, { a: ['write a.txt 1'] }, flags);
    const held = await installation.until(batch, (each) => each.hold !== null);
    expect(held.hold).toMatchObject({ reason: 'environment' });
    expect(statuses(held)).toEqual(['waiting']);
    await installation.command(batch, 'cancel');
    const state = await installation.until(batch, (each) => each.completedAtMs !== null);
    expect(statuses(state)).toEqual(['cancelled']);
    expect(await subjects(repository)).toEqual([]);
  });
});
