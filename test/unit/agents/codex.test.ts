import fc from 'fast-check';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AgentRequest } from '../../../src/host/agents/adapter.ts';
import { codex } from '../../../src/host/agents/codex.ts';
import { sessionLaunch } from '../../../src/host/agents/registry.ts';
import { settingsWith } from '../../fixtures/agents/settings.ts';
import { exited } from './recorded.ts';
import { Recordings } from './recorded-runs.ts';

const recorded = new Recordings(codex, 'codex-runs.jsonl');
const request = (agent: Parameters<typeof settingsWith>[0], more: Partial<AgentRequest> = {}): AgentRequest => ({
  prompt: 'Do it.',
  session: { id: null, resume: false },
  cwd: '/srv/repo',
  settings: settingsWith({ name: 'codex', ...agent }),
  ...more,
});
/** Like the text: a time of day on this machine's clocks, and the minute that it names is over. */
const local = (...at: [number, number, number, number, number]): number => new Date(...at).getTime() + 60_000;

describe('the command line of Codex', () => {
  it('begins a session, with the prompt on stdin', () => {
    const command = codex.command(request({ model: 'gpt-6' }));
    expect(command.argv.slice(0, 2)).toEqual(['codex', 'exec']);
    expect(command.argv.slice(-3)).toEqual(['--model', 'gpt-6', '-']);
    expect(command.argv).toContain('sandbox_mode="workspace-write"');
    expect(command.stdin).toBe('Do it.');
  });

  it('resumes a session under the same sandbox', () => {
    const { argv } = codex.command(request({ bin: '/opt/codex' }, { session: { id: 's1', resume: true } }));
    expect(argv.slice(0, 5)).toEqual(['/opt/codex', 'exec', 'resume', 's1', '--json']);
    expect(argv).toContain('sandbox_mode="workspace-write"');
  });

  it.each([
    ['plan', 'sandbox_mode="read-only"'],
    ['dontAsk', 'sandbox_mode="workspace-write"'],
    ['bypassPermissions', '--dangerously-bypass-approvals-and-sandbox'],
  ] as const)('permission mode %s: %s', (permissionMode, argument) => {
    expect(codex.command(request({ permissionMode })).argv).toContain(argument);
  });

  it('resumes only a session that is on disk, and lets Codex choose the id of a new one', async () => {
    const home = await mkdtemp(join(tmpdir(), 'nightloom-codex-'));
    try {
      expect(await sessionLaunch('codex', { CODEX_HOME: home }, 'a-b')).toEqual({ id: null, resume: false });
      const day = join(home, 'sessions', '2026', '11', '29');
      await mkdir(day, { recursive: true });
      await writeFile(join(day, 'rollout-2026-11-29T08-40-00-a-b.jsonl'), '{}\n');
      expect(await sessionLaunch('codex', { CODEX_HOME: home }, 'a-b')).toEqual({ id: 'a-b', resume: true });
      expect(await sessionLaunch('codex', { CODEX_HOME: home }, 'b-b')).toEqual({ id: null, resume: false });
    } finally {
      await rm(home, { recursive: true });
    }
  });

  it('names the account without its secret', () => {
    const key = codex.accountKey({ HOME: '/home/a', CODEX_API_KEY: 'sk-secret' });
    expect(key).not.toContain('secret');
    expect(codex.accountKey({ HOME: '/home/a' })).toBe(codex.accountKey({ HOME: '/x', CODEX_HOME: '/home/a/.codex' }));
    expect(codex.accountKey({ HOME: '/home/b' })).not.toBe(codex.accountKey({ HOME: '/home/a' }));
  });

  it('reads the login check by its exit code, and asks nothing when a key is given', () => {
    const { login, readLogin } = codex.checks(settingsWith({}), {});
    expect(login).toEqual(['codex', 'login', 'status']);
    expect(readLogin('', 0)).toEqual({ loggedIn: true, method: null });
    expect(readLogin('', 1)).toEqual({ loggedIn: false, method: null });
    expect(codex.checks(settingsWith({}), { CODEX_API_KEY: 'sk' }).login).toBeNull();
  });
});

describe('reading a run of Codex', () => {
  it('tells what it does', () => {
    const told = recorded.events('edit').map((event) => {
      if (event.type === 'tool') return `${event.name} ${event.summary}`;
      return event.type === 'tool_result' ? `${event.ok ? 'ok' : 'error'} ${event.summary}`.trim() : event.type;
    });
    expect(told).toEqual([
      'init',
      'patch /srv/repo/n.txt',
      'ok',
      "shell /bin/bash -lc 'cat n.txt'",
      'ok hello',
      'shell /bin/bash -lc false',
      'error',
      'text',
      'final',
    ]);
  });

  it('gives session, tokens and turns, but no cost', () => {
    expect(recorded.judge('edit')).toEqual({
      verdict: { kind: 'succeeded', message: 'All done.' },
      figures: {
        sessionId: expect.stringMatching(/^[\da-f-]{36}$/),
        costUsd: null,
        tokens: 4800,
        turns: 4,
        durationMs: 5000,
        deniedTools: [],
      },
    });
  });

  it('does not take the sum over a session for the tokens of a resumed run', () => {
    const { figures } = recorded.judge('resumed', { parser: { isResumed: true } });
    expect(figures).toMatchObject({ tokens: null, sessionId: recorded.judge('edit').figures.sessionId });
  });

  it('shows that it tries to reconnect', () => {
    expect(recorded.events('offline')).toContainEqual({
      type: 'retry',
      attempt: 1,
      delayMs: null,
      reason: 'Connection failed: error sending request',
    });
  });

  it('is the same when it is fed again, and survives anything', () => {
    for (const name of recorded.names) expect(recorded.events(name)).toEqual(recorded.events(name));
    const parser = codex.parser();
    fc.assert(
      fc.property(
        fc.oneof(fc.json(), fc.string()),
        fc.constantFrom('item.completed', 'error', 'turn.failed'),
        (text, type) => {
          expect(() => parser.push(text)).not.toThrow();
          expect(() => parser.push(JSON.stringify({ type, item: text, error: text, message: text }))).not.toThrow();
        },
      ),
    );
  });
});

describe('the verdict over a run of Codex', () => {
  it.each([
    ['unknown-session', { kind: 'session_broken', code: 'no_session' }],
    ['quota', { kind: 'billing' }],
    ['throttled', { kind: 'backoff', code: 'rate_limited' }],
    ['refused-login', { kind: 'needs_login' }],
    ['no-key', { kind: 'needs_login' }],
    ['at-capacity', { kind: 'backoff', code: 'overloaded' }],
    ['server-error', { kind: 'backoff', code: 'overloaded' }],
    ['bad-model', { kind: 'failed', code: 'bad_model' }],
    ['too-long', { kind: 'session_broken', code: 'context_overflow' }],
    ['bad-request', { kind: 'session_broken', code: 'invalid_request' }],
    ['offline', { kind: 'backoff', code: 'api_unavailable' }],
    ['terminated', { kind: 'lost' }],
    ['bad-option', { kind: 'environment', message: "error: unexpected argument '--nope' found" }],
    ['bad-config', { kind: 'environment', message: 'Error loading config.toml:' }],
  ])('%s', (name, verdict) => {
    expect(recorded.judge(name).verdict).toMatchObject(verdict);
  });

  it('reads the reset of a usage limit out of its text, with and without a date', () => {
    const endedAtMs = new Date(2026, 10, 29, 8, 42).getTime();
    const limit = recorded.judge('limit', { endedAtMs }).verdict;
    expect(limit).toMatchObject({ kind: 'usage_limit', resetAtMs: local(2026, 10, 29, 9, 42) });
    const days = recorded.judge('limit-days', { endedAtMs }).verdict;
    expect(days).toMatchObject({ kind: 'usage_limit', resetAtMs: local(2026, 11, 2, 9, 42) });
    expect(recorded.judge('limit-later').verdict).toMatchObject({ kind: 'usage_limit', resetAtMs: null });
  });

  it('says what we did to a run that gave no result', () => {
    const verdict = (exit: object) => recorded.judge('terminated', { exit: { code: null, ...exit } }).verdict;
    expect(verdict({ terminated: true })).toMatchObject({ kind: 'terminated' });
    expect(verdict({ timedOut: true })).toMatchObject({ kind: 'failed', code: 'timed_out' });
    expect(verdict({ lost: true, signal: null })).toMatchObject({ kind: 'lost' });
  });

  it('blames the network, not the task, when it was ended while it waited for the network', () => {
    const parser = codex.parser();
    parser.push('{"type":"thread.started","thread_id":"t"}');
    parser.push(
      '{"type":"error","message":"Reconnecting... waiting for network (Connection failed: error sending request)"}',
    );
    const evidence = { parser, stderrTail: '', stdoutTail: '', startedAtMs: 0, endedAtMs: 1 };
    const { verdict } = codex.outcome({ ...evidence, exit: exited(null, { stalled: true }) });
    expect(verdict).toMatchObject({ kind: 'backoff', code: 'api_unavailable' });
  });

  it('never takes an exit without a result for a success', () => {
    const evidence = { parser: codex.parser(), stderrTail: '', stdoutTail: '', startedAtMs: 0, endedAtMs: 1 };
    expect(codex.outcome({ ...evidence, exit: exited(0) }).verdict).toMatchObject({
      kind: 'failed',
      code: 'no_result',
    });
    expect(codex.outcome({ ...evidence, exit: exited(127) }).verdict.kind).toBe('environment');
  });
});
