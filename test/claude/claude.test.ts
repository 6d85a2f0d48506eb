import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env as ownEnv } from 'node:process';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Settings } from '../../src/contracts/settings.ts';
import type { AgentAdapter, AgentRequest } from '../../src/host/agents/adapter.ts';
import { claude } from '../../src/host/agents/claude.ts';
import { agentEnvironment } from '../../src/host/agents/environment.ts';
import { sessionLaunch } from '../../src/host/agents/registry.ts';
import { drive } from '../fixtures/agents/drive.ts';
import type { Drive, Driven } from '../fixtures/agents/drive.ts';
import { settingsWith } from '../fixtures/agents/settings.ts';
import { CLAUDE_VERSION, installClaude } from './install.ts';
import { call, fail, say, turns } from '../support/model-stand-in.ts';
import type { Script, StandIn } from '../support/model-stand-in.ts';
import { exhausted, startMessagesApi } from './messages-api.ts';

let bin = '';
let api: StandIn;
let root = '';
let count = 0;

beforeAll(async () => {
  bin = await installClaude();
  api = await startMessagesApi();
  root = await mkdtemp(join(tmpdir(), 'nightloom-claude-'));
});
afterAll(async () => {
  await api?.close();
  if (root !== '') await rm(root, { recursive: true, force: true });
});

const KEY = { ANTHROPIC_API_KEY: 'sk-ant-dummy-000' };
const TOKEN = { CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-dummy' };

/** One agent with a home, a configuration and a repository of its own. */
class Bench {
  readonly cwd: string;
  readonly env: Record<string, string>;

  constructor(directory: string, script: Script, credential: Record<string, string>) {
    count += 1;
    this.cwd = join(directory, 'repo');
    this.env = agentEnvironment({
      base: {
        ...ownEnv,
        HOME: directory,
        CLAUDE_CONFIG_DIR: join(directory, 'config'),
        ANTHROPIC_API_KEY: undefined,
        ANTHROPIC_AUTH_TOKEN: undefined,
        CLAUDE_CODE_OAUTH_TOKEN: undefined,
        IS_SANDBOX: undefined,
        TZ: 'UTC',
      },
      agent: 'claude',
      projectEnv: {
        ...credential,
        ANTHROPIC_BASE_URL: api.play(`script${count}`, script),
        CLAUDE_CODE_TMPDIR: directory,
      },
    });
  }

  static async open(script: Script, credential: Record<string, string> = KEY): Promise<Bench> {
    const directory = await mkdtemp(join(root, 'bench-'));
    const bench = new Bench(directory, script, credential);
    await mkdir(bench.cwd);
    return bench;
  }

  run(
    changes: Partial<AgentRequest> = {},
    settings: Settings = settingsWith({ bin }),
    more: Partial<Drive> = {},
  ): Promise<Driven> {
    const request: AgentRequest = {
      prompt: 'Do it.',
      session: { id: randomUUID(), resume: false },
      cwd: this.cwd,
      settings,
      ...changes,
    };
    return drive({ adapter: claude, request, env: this.env, ...more });
  }
}

describe(`Claude Code ${CLAUDE_VERSION}`, () => {
  it('answers the checks before a start', async () => {
    const { execFileSync, spawnSync } = await import('node:child_process');
    const checks = claude.checks(settingsWith({ bin }), {});
    expect(execFileSync(bin, checks.version?.slice(1) ?? [], { encoding: 'utf8' })).toContain(CLAUDE_VERSION);
    const loggedIn = await Bench.open(turns(say('')), TOKEN);
    const loggedOut = await Bench.open(turns(say('')), {});
    const ask = (env: Record<string, string>): { loggedIn: boolean; method: string | null } => {
      const { stdout, status } = spawnSync(bin, checks.login?.slice(1) ?? [], { env, encoding: 'utf8' });
      return checks.readLogin(stdout, status);
    };
    expect(ask(loggedIn.env)).toEqual({ loggedIn: true, method: 'oauth_token' });
    expect(ask(loggedOut.env)).toEqual({ loggedIn: false, method: null });
  });

  it('edits files and runs the verification command that the mode alone would deny', async () => {
    const command = `node -e "console.log(['a', (2)].length, 'x,y', 'a\\tb'.length)"`;
    const bench = await Bench.open(({ toolResults }) => {
      if (toolResults === 0) return call('Write', { file_path: join(bench.cwd, 'a.txt'), content: 'one\n' });
      if (toolResults === 1)
        return call('Edit', { file_path: join(bench.cwd, 'a.txt'), old_string: 'one', new_string: 'two' });
      if (toolResults === 2) return call('Bash', { command, description: 'check' });
      return say('All done.');
    });
    const settings = settingsWith({ bin }, { verify: [{ command, timeoutMs: 1000 }] });
    const { outcome, events, code } = await bench.run({}, settings);
    expect(outcome.verdict).toEqual({ kind: 'succeeded', message: 'All done.' });
    expect(await readFile(join(bench.cwd, 'a.txt'), 'utf8')).toBe('two\n');
    expect(outcome.figures).toMatchObject({ deniedTools: [], tokens: 4800 });
    expect(outcome.figures.costUsd).toBeGreaterThan(0);
    expect(
      events
        .filter((event) => event.type === 'tool_result')
        .map(({ summary }) => summary)
        .at(-1),
    ).toContain('2 x,y 3');
    expect(code).toBe(0);
  });

  it('reports a denied tool call of a run that otherwise succeeds', async () => {
    const bench = await Bench.open(turns(call('Bash', { command: 'node -e 1', description: 'x' }), say('Gave up.')));
    const { outcome } = await bench.run();
    expect(outcome.verdict.kind).toBe('succeeded');
    expect(outcome.figures.deniedTools).toEqual(['Bash(node -e 1)']);
  });

  it('does not load hooks and servers of the repository', async () => {
    const bench = await Bench.open(turns(say('Done.')));
    const hook = { hooks: [{ type: 'command', command: 'touch hooked' }] };
    await mkdir(join(bench.cwd, '.claude'));
    await writeFile(
      join(bench.cwd, '.claude', 'settings.json'),
      JSON.stringify({ hooks: { SessionStart: [hook], Stop: [hook] } }),
    );
    expect((await bench.run()).outcome.verdict.kind).toBe('succeeded');
    await expect(readFile(join(bench.cwd, 'hooked'))).rejects.toThrow('ENOENT');
  });

  it('runs out of turns, and the same session goes on with only its own cost counted', async () => {
    const bench = await Bench.open(({ conversation }) =>
      conversation.includes('Go on.') ? say('Finished.') : call('Bash', { command: 'echo again', description: 'x' }),
    );
    const settings = settingsWith({ bin, maxTurns: 2 });
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

  it('names the reset of a usage limit', async () => {
    const resetAtSeconds = Math.floor(Date.now() / 1000) + 3000;
    const limit = fail(429, 'rate_limit_error', 'exceeded', exhausted(resetAtSeconds, resetAtSeconds + 200_000));
    const bench = await Bench.open(turns(call('Bash', { command: 'echo one', description: 'x' }), limit), TOKEN);
    const { outcome, events } = await bench.run();
    expect(outcome.verdict).toMatchObject({
      kind: 'usage_limit',
      resetAtMs: resetAtSeconds * 1000,
      window: 'five_hour',
    });
    expect(events).toContainEqual({
      type: 'limit',
      status: 'rejected',
      window: 'five_hour',
      resetAtMs: resetAtSeconds * 1000,
    });
  });

  it('waits for the later reset when two windows are exhausted', async () => {
    const resetAtSeconds = Math.floor(Date.now() / 1000) + 3000;
    const weekly = resetAtSeconds + 200_000;
    const headers = {
      ...exhausted(resetAtSeconds, weekly),
      'anthropic-ratelimit-unified-7d-status': 'rejected',
      'anthropic-ratelimit-unified-7d-utilization': '1.0',
    };
    const bench = await Bench.open(turns(fail(429, 'rate_limit_error', 'exceeded', headers)), TOKEN);
    expect((await bench.run()).outcome.verdict).toMatchObject({
      kind: 'usage_limit',
      resetAtMs: weekly * 1000,
      window: 'seven_day',
    });
  });

  it('does not take mere throttling of a subscription for a usage limit', async () => {
    const bench = await Bench.open(
      turns(fail(429, 'rate_limit_error', 'slow down', { 'x-should-retry': 'false' })),
      TOKEN,
    );
    expect((await bench.run()).outcome.verdict).toMatchObject({ kind: 'backoff', code: 'rate_limited' });
  });

  it('needs a login when the token is refused, and when there is none', async () => {
    const refused = await Bench.open(turns(fail(401, 'authentication_error', 'invalid token')), TOKEN);
    expect((await refused.run()).outcome.verdict.kind).toBe('needs_login');
    const none = await Bench.open(turns(say('')), {});
    expect((await none.run()).outcome.verdict.kind).toBe('needs_login');
  });

  it('gets over a short overload by itself', async () => {
    const bench = await Bench.open(({ earlier }) =>
      earlier === 0 ? fail(529, 'overloaded_error', 'Overloaded') : say('Recovered.'),
    );
    const { outcome, events } = await bench.run();
    expect(outcome.verdict).toEqual({ kind: 'succeeded', message: 'Recovered.' });
    expect(events.filter(({ type }) => type === 'retry')).toHaveLength(1);
  });

  it.each([
    [
      'a lasting overload',
      fail(529, 'overloaded_error', 'Overloaded', { 'x-should-retry': 'false' }),
      { kind: 'backoff', code: 'overloaded' },
    ],
    [
      'a server error',
      fail(500, 'api_error', 'Oops', { 'x-should-retry': 'false' }),
      { kind: 'backoff', code: 'api_unavailable' },
    ],
    [
      'no credit',
      fail(400, 'invalid_request_error', 'Your credit balance is too low to access the Anthropic API.'),
      { kind: 'billing' },
    ],
    ['an unknown model', fail(404, 'not_found_error', 'model: nope'), { kind: 'failed', code: 'bad_model' }],
    [
      'a refused request',
      fail(400, 'invalid_request_error', 'messages.1: unexpected block'),
      { kind: 'session_broken', code: 'invalid_request' },
    ],
  ])('classifies %s', async (_name, reply, expected) => {
    const bench = await Bench.open(turns(reply));
    expect((await bench.run()).outcome.verdict).toMatchObject(expected);
  });

  it('is killed in the middle of a command and resumed by the launch rule', async () => {
    const command = 'echo $$ > pid.txt; exec sleep 20';
    const bench = await Bench.open(({ conversation }) =>
      conversation.includes('Go on.') ? say('Resumed.') : call('Bash', { command, description: 'x' }),
    );
    const id = randomUUID();
    expect(await sessionLaunch('claude', bench.env, id)).toEqual({ id, resume: false });
    const pid = (): Promise<number> => readFile(join(bench.cwd, 'pid.txt'), 'utf8').then(Number, () => 0);
    const settings = settingsWith({ bin }, { verify: [{ command, timeoutMs: 1000 }] });
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
    const bench = await Bench.open(turns(say('Done.')));
    const id = randomUUID();
    await bench.run({ session: { id, resume: false } }, settingsWith({ bin }), {
      onSpawn: (child) => setTimeout(() => child.kill('SIGKILL'), 80),
    });
    const launch = await sessionLaunch('claude', bench.env, id);
    expect(launch).toEqual({ id, resume: false });
    expect((await bench.run({ session: launch })).outcome.verdict.kind).toBe('succeeded');
  });

  it('tells sessions that cannot be opened', async () => {
    const bench = await Bench.open(turns(say('Done.')));
    const unknown = await bench.run({ session: { id: randomUUID(), resume: true } });
    expect(unknown.outcome.verdict).toMatchObject({ kind: 'session_broken', code: 'no_session' });
    const id = randomUUID();
    await bench.run({ session: { id, resume: false } });
    const again = await bench.run({ session: { id, resume: false } });
    expect(again.outcome.verdict).toMatchObject({ kind: 'session_broken', code: 'session_in_use' });
  });

  it('ends on request without a result', async () => {
    const bench = await Bench.open(() => ({ kind: 'silence' }));
    const { outcome, code } = await bench.run({}, settingsWith({ bin }), {
      intervention: { terminated: true },
      onEvent: (event, child) => {
        if (event.type === 'init') setTimeout(() => child.kill('SIGTERM'), 300);
      },
    });
    expect(outcome.verdict.kind).toBe('terminated');
    expect(code).toBe(143);
  });

  it('takes session ids that are made of a hash (UUID version 8)', async () => {
    const bench = await Bench.open(turns(say('Done.')));
    const id = '0a1b2c3d-4e5f-8123-a456-0123456789ab';
    const { outcome } = await bench.run({ session: { id, resume: false } });
    expect(outcome).toMatchObject({ verdict: { kind: 'succeeded' }, figures: { sessionId: id } });
    expect(await sessionLaunch('claude', bench.env, id)).toEqual({ id, resume: true });
    expect((await bench.run({ session: { id, resume: true } })).outcome.verdict.kind).toBe('succeeded');
  });

  it('misses an answer in the wanted form', async () => {
    const bench = await Bench.open(turns(say('No.')));
    const schema = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
    const { outcome } = await bench.run({ schema }, settingsWith({ bin }), { parser: { wantsSchema: true } });
    expect(outcome.verdict).toMatchObject({ kind: 'failed', code: 'no_structured_output' });
  });

  it('says that the program does not know an option, before anything is spent', async () => {
    const bench = await Bench.open(turns(say('Done.')));
    const newer: AgentAdapter = {
      ...claude,
      command: (request) => ({
        ...claude.command(request),
        argv: [...claude.command(request).argv, '--no-such-option'],
      }),
    };
    const { outcome } = await bench.run({}, settingsWith({ bin }), { adapter: newer });
    expect(outcome.verdict.kind).toBe('environment');
  });

  it('refuses bypassPermissions for root, and tells how it is as an environment problem', async () => {
    if (process.getuid?.() !== 0) return;
    const bench = await Bench.open(turns(say('Done.')));
    const settings = settingsWith({ bin, permissionMode: 'bypassPermissions' });
    expect((await bench.run({}, settings)).outcome.verdict.kind).toBe('environment');
    bench.env['IS_SANDBOX'] = '1';
    expect((await bench.run({}, settings)).outcome.verdict.kind).toBe('succeeded');
  });
});
