/** Sessions of Claude Code: gone on with, killed, begun again, refused. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { sessionLaunch } from '../../src/host/agents/registry.ts';
import { settingsWith } from '../fixtures/agents/settings.ts';
import { call, say, turns } from '../support/model-stand-in.ts';
import { CLAUDE_VERSION } from './install.ts';
import { claudeBenches } from './support/bench.ts';

const installed = claudeBenches();

describe(`Claude Code ${CLAUDE_VERSION}`, () => {
  it('runs out of turns, and the same session goes on with only its own cost counted', async () => {
    const bench = await installed.open(({ conversation }) =>
      conversation.includes('Go on.') ? say('Finished.') : call('Bash', { command: 'echo again', description: 'x' }),
    );
    const settings = settingsWith({ bin: installed.bin, maxTurns: 2 });
    const id = randomUUID();
    const first = await bench.run({ session: { id, resume: false } }, settings);
    expect(first.outcome.verdict.kind).toBe('out_of_turns');
    const launch = await sessionLaunch('claude', bench.env, id);
    expect(launch).toEqual({ id, resume: true });
    const priorCostUsd = first.outcome.figures.costUsd ?? 0;
    const second = await bench.run({ session: launch, prompt: 'Go on.' }, settings, { parser: { priorCostUsd } });
    expect(second.outcome.verdict).toEqual({ kind: 'succeeded', message: 'Finished.' });
    expect(second.outcome.figures.tokens).toBe(1200);
    expect(second.outcome.figures.costUsd).toBeCloseTo(priorCostUsd / 2, 6);
  });

  it('is killed in the middle of a command and resumed by the launch rule', async () => {
    const command = 'echo $$ > pid.txt; exec sleep 20';
    const bench = await installed.open(({ conversation }) =>
      conversation.includes('Go on.') ? say('Resumed.') : call('Bash', { command, description: 'x' }),
    );
    const id = randomUUID();
    expect(await sessionLaunch('claude', bench.env, id)).toEqual({ id, resume: false });
    const pid = (): Promise<number> => readFile(join(bench.cwd, 'pid.txt'), 'utf8').then(Number, () => 0);
    const settings = settingsWith({ bin: installed.bin }, { verify: [{ command, timeoutMs: 1000 }] });
    const killed = await bench.run({ session: { id, resume: false } }, settings, {
      onEvent: (event, child) => {
        if (event.type !== 'tool') return;
        void vi.waitUntil(async () => (await pid()) > 0, { timeout: 10_000 }).finally(() => child.kill('SIGKILL'));
      },
    });
    expect(killed.outcome.verdict).toMatchObject({ kind: 'failed', code: 'killed' });
    // Its command is in a session of its own and outlives it.
    process.kill(await pid(), 'SIGKILL');
    const launch = await sessionLaunch('claude', bench.env, id);
    expect(launch).toEqual({ id, resume: true });
    const resumed = await bench.run({ session: launch, prompt: 'Go on.' });
    expect(resumed.outcome.verdict).toEqual({ kind: 'succeeded', message: 'Resumed.' });
    expect(resumed.outcome.figures.sessionId).toBe(id);
  });

  it('is killed before it has a session and begun again with the same id', async () => {
    const bench = await installed.open(turns(say('Done.')));
    const id = randomUUID();
    await bench.run({ session: { id, resume: false } }, settingsWith({ bin: installed.bin }), {
      onSpawn: (child) => setTimeout(() => child.kill('SIGKILL'), 80),
    });
    const launch = await sessionLaunch('claude', bench.env, id);
    expect(launch).toEqual({ id, resume: false });
    expect((await bench.run({ session: launch })).outcome.verdict.kind).toBe('succeeded');
  });

  it('tells sessions that cannot be opened', async () => {
    const bench = await installed.open(turns(say('Done.')));
    const unknown = await bench.run({ session: { id: randomUUID(), resume: true } });
    expect(unknown.outcome.verdict).toMatchObject({ kind: 'session_broken', code: 'no_session' });
    const id = randomUUID();
    await bench.run({ session: { id, resume: false } });
    const again = await bench.run({ session: { id, resume: false } });
    expect(again.outcome.verdict).toMatchObject({ kind: 'session_broken', code: 'session_in_use' });
  });

  it('ends on request without a result', async () => {
    const bench = await installed.open(() => ({ kind: 'silence' }));
    const { outcome, code } = await bench.run({}, settingsWith({ bin: installed.bin }), {
      intervention: { terminated: true },
      onEvent: (event, child) => {
        if (event.type === 'init') setTimeout(() => child.kill('SIGTERM'), 300);
      },
    });
    expect(outcome.verdict.kind).toBe('terminated');
    expect(code).toBe(143);
  });

  it('takes session ids that are made of a hash (UUID version 8)', async () => {
    const bench = await installed.open(turns(say('Done.')));
    const id = '0a1b2c3d-4e5f-8123-a456-0123456789ab';
    const { outcome } = await bench.run({ session: { id, resume: false } });
    expect(outcome).toMatchObject({ verdict: { kind: 'succeeded' }, figures: { sessionId: id } });
    expect(await sessionLaunch('claude', bench.env, id)).toEqual({ id, resume: true });
    expect((await bench.run({ session: { id, resume: true } })).outcome.verdict.kind).toBe('succeeded');
  });
});
