import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codex } from '../../src/host/agents/codex.ts';
import { sessionLaunch } from '../../src/host/agents/registry.ts';
import { installPinned } from '../support/install-pinned.ts';
import { call, fail, say, turns } from '../support/model-stand-in.ts';
import type { Reply, Script, StandIn } from '../support/model-stand-in.ts';
import { Bench } from './bench.ts';
import { startResponsesApi } from './responses-api.ts';

const VERSION = '0.171.0';
const benches: Bench[] = [];
let bin = '';
let api: StandIn;

beforeAll(async () => {
  bin = await installPinned({ name: '@openai/codex', version: VERSION, program: '.bin/codex' });
  api = await startResponsesApi();
});
afterAll(async () => {
  await api?.close();
  await Promise.all(benches.map((bench) => bench.close()));
});

async function open(script: Script): Promise<Bench> {
  const bench = await Bench.open(codex, bin, { OPENAI_API_KEY: 'sk-dummy-000' });
  benches.push(bench);
  bench.env['CODEX_HOME'] = bench.home;
  const config = [
    'model_provider = "stand-in"',
    '[model_providers.stand-in]',
    'name = "stand-in"',
    `base_url = ${JSON.stringify(api.play(`script${benches.length}`, script))}`,
    'env_key = "OPENAI_API_KEY"',
    'wire_api = "responses"',
  ];
  await writeFile(join(bench.home, 'config.toml'), `${config.join('\n')}\n`);
  return bench;
}

const shell = (cmd: string): Reply => call('exec_command', { cmd });

describe(`Codex ${VERSION}`, () => {
  it('answers the checks before a start', async () => {
    const bench = await open(turns(say('')));
    const checks = codex.checks(bench.settings(), bench.env);
    const ask = ([program, ...rest]: readonly [string, ...string[]]) =>
      spawnSync(program, rest, { env: bench.env, encoding: 'utf8' });
    expect(ask(checks.version ?? ['false']).stdout).toContain(VERSION);
    const loggedOut = ask(checks.login ?? ['false']);
    expect(checks.readLogin(loggedOut.stdout, loggedOut.status)).toMatchObject({ loggedIn: false });
    spawnSync(bin, ['login', '--with-api-key'], { env: bench.env, input: 'sk-dummy-000\n' });
    const loggedIn = ask(checks.login ?? ['false']);
    expect(checks.readLogin(loggedIn.stdout, loggedIn.status)).toMatchObject({ loggedIn: true });
  });

  it('changes files in its workspace, and goes on in the same session under the same sandbox', async () => {
    const bench = await open(({ conversation, toolResults }) => {
      if (toolResults > 0) return say('All done.');
      return shell(conversation.includes('Go on.') ? 'echo two >> a.txt' : 'echo one > a.txt');
    });
    const first = await bench.run();
    expect(first.outcome).toMatchObject({
      verdict: { kind: 'succeeded', message: 'All done.' },
      figures: { tokens: 2400, costUsd: null },
    });
    const launch = await sessionLaunch('codex', bench.env, first.outcome.figures.sessionId ?? '');
    expect(launch).toEqual({ id: first.outcome.figures.sessionId, resume: true });
    const second = await bench.run({ session: launch, prompt: 'Go on.' }, { parser: { isResumed: true } });
    expect(second.outcome).toMatchObject({
      verdict: { kind: 'succeeded' },
      figures: { sessionId: launch.id, tokens: null },
    });
    expect(await readFile(join(bench.cwd, 'a.txt'), 'utf8')).toBe('one\ntwo\n');
  });

  it('may change nothing in the permission mode plan', async () => {
    const bench = await open(turns(shell('echo one > a.txt'), say('Tried.')));
    await bench.run({ settings: bench.settings({ permissionMode: 'plan' }) });
    await expect(readFile(join(bench.cwd, 'a.txt'))).rejects.toThrow();
  });

  it('names the reset of a usage limit in the middle of its work', async () => {
    const resetsAt = Math.floor(Date.now() / 1000) + 3600;
    const limit: Reply = { ...fail(429, 'usage_limit_reached', 'x'), more: { plan_type: 'plus', resets_at: resetsAt } };
    const bench = await open(turns(shell('echo one > a.txt'), limit));
    // Times without a zone are those of this machine's clocks.
    delete bench.env['TZ'];
    const { verdict } = (await bench.run()).outcome;
    expect(verdict).toMatchObject({ kind: 'usage_limit', resetAtMs: expect.any(Number) });
    const lateByMs = (verdict.kind === 'usage_limit' ? (verdict.resetAtMs ?? 0) : 0) - resetsAt * 1000;
    expect(lateByMs).toBeGreaterThanOrEqual(0);
    expect(lateByMs).toBeLessThanOrEqual(60_000);
  });

  it.each([
    ['no credit', fail(429, 'insufficient_quota', 'You exceeded your current quota.'), { kind: 'billing' }],
    ['throttling', fail(429, 'rate_limit_exceeded', 'slow down'), { kind: 'backoff', code: 'rate_limited' }],
    ['no capacity', fail(503, 'server_is_overloaded', 'full'), { kind: 'backoff', code: 'overloaded' }],
    [
      'an unknown model',
      fail(404, 'model_not_found', 'The model `x` does not exist'),
      { kind: 'failed', code: 'bad_model' },
    ],
    ['a refused login', fail(401, 'invalid_api_key', 'Incorrect API key provided'), { kind: 'needs_login' }],
  ])('classifies %s', async (_name, reply, expected) => {
    const bench = await open(turns(reply));
    expect((await bench.run()).outcome.verdict).toMatchObject(expected);
  });

  it('tells a session that is not there', async () => {
    const bench = await open(turns(say('Done.')));
    const session = { id: '01a22674-0f1d-7fd1-ac1d-9ed141dfdb20', resume: true };
    expect((await bench.run({ session })).outcome.verdict).toMatchObject({
      kind: 'session_broken',
      code: 'no_session',
    });
  });

  it('ends on request, and its session goes on', async () => {
    const bench = await open(({ conversation }) =>
      conversation.includes('Go on.') ? say('Resumed.') : { kind: 'silence' },
    );
    const ended = await bench.run(
      {},
      {
        intervention: { terminated: true },
        onEvent: (event, child) => {
          if (event.type === 'init') setTimeout(() => child.kill('SIGTERM'), 500);
        },
      },
    );
    expect(ended.outcome.verdict.kind).toBe('terminated');
    const launch = await sessionLaunch('codex', bench.env, ended.outcome.figures.sessionId ?? '');
    expect(launch.resume).toBe(true);
    const resumed = await bench.run({ session: launch, prompt: 'Go on.' });
    expect(resumed.outcome.verdict).toEqual({ kind: 'succeeded', message: 'Resumed.' });
  });
});
