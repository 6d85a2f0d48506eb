import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gemini } from '../../../src/host/agents/gemini.ts';
import { sessionLaunch } from '../../../src/host/agents/registry.ts';
import { settingsWith } from '../../fixtures/agents/settings.ts';
import { Recordings } from './recorded-runs.ts';

const recorded = new Recordings(gemini, 'gemini-runs.jsonl');
const argv = (agent: Parameters<typeof settingsWith>[0], session = { id: 'u', resume: false }) =>
  gemini.command({ prompt: 'Do it.', session, cwd: '/srv/repo', settings: settingsWith({ name: 'gemini', ...agent }) });

describe('the command line of Gemini CLI', () => {
  it('begins a session with our id and resumes it, with the prompt on stdin', () => {
    const first = argv({ model: 'gemini-2.5-pro' });
    expect(first.argv.join(' ')).toContain(
      '--approval-mode auto_edit --skip-trust --session-id u --model gemini-2.5-pro',
    );
    expect(first).toMatchObject({ stdin: 'Do it.', env: { GEMINI_CLI_NO_RELAUNCH: 'true' } });
    expect(argv({}, { id: 'u', resume: true }).argv.join(' ')).toContain('--resume u');
    expect(argv({ permissionMode: 'bypassPermissions' }).argv).toContain('yolo');
  });

  it('resumes only a conversation that is on disk', async () => {
    const HOME = await mkdtemp(join(tmpdir(), 'nightloom-gemini-'));
    const id = '085b370d-20d8-4f7f-bc58-77fc09620165';
    try {
      expect(await sessionLaunch('gemini', { HOME }, id)).toEqual({ id, resume: false });
      const chats = join(HOME, '.gemini', 'tmp', 'repo', 'chats');
      await mkdir(chats, { recursive: true });
      await writeFile(join(chats, 'session-2026-11-29T09-33-085b370d.jsonl'), '{}\n');
      expect(await sessionLaunch('gemini', { HOME }, id)).toEqual({ id, resume: true });
    } finally {
      await rm(HOME, { recursive: true });
    }
  });

  it('takes a key for a login, else the file that a login leaves', () => {
    expect(gemini.checks(settingsWith({}), { GEMINI_API_KEY: 'k' }).login).toBeNull();
    const { login, readLogin } = gemini.checks(settingsWith({}), { HOME: '/home/a' });
    expect(login).toEqual(['test', '-s', '/home/a/.gemini/oauth_creds.json']);
    expect(readLogin('', 1)).toEqual({ loggedIn: false, method: null });
    expect(gemini.accountKey({ HOME: '/home/a', GEMINI_API_KEY: 'secret' })).not.toContain('secret');
  });
});

describe('a run of Gemini CLI', () => {
  it('is read with its tools, tokens and answer', () => {
    const told = recorded.events('edit').map((event) => {
      if (event.type === 'tool') return `${event.name} ${event.summary}`;
      return event.type === 'tool_result' ? `${event.ok} ${event.summary}`.trim() : event.type;
    });
    expect(told).toEqual([
      'init',
      'write_file a.txt',
      'true',
      'run_shell_command cat a.txt',
      'true hello',
      'run_shell_command false',
      'true Command exited with code: 1',
      'text',
      'final',
    ]);
    expect(recorded.judge('edit')).toMatchObject({
      verdict: { kind: 'succeeded', message: 'All done.' },
      figures: { sessionId: expect.stringMatching(/^[\da-f-]{36}$/), tokens: 4800, turns: 4, costUsd: null },
    });
  });

  it.each([
    ['quota', { kind: 'usage_limit', resetAtMs: null }],
    ['refused-login', { kind: 'needs_login' }],
    ['bad-key', { kind: 'needs_login' }],
    ['bad-model', { kind: 'failed', code: 'bad_model' }],
    ['bad-request', { kind: 'session_broken', code: 'invalid_request' }],
    ['unknown-session', { kind: 'session_broken', code: 'no_session' }],
  ])('%s', (name, verdict) => {
    expect(recorded.judge(name).verdict).toMatchObject(verdict);
  });

  it('that ends with 0 and without a result is lost, never a success', () => {
    const evidence = { parser: gemini.parser(), stderrTail: '', stdoutTail: '', startedAtMs: 0, endedAtMs: 1 };
    const exit = { code: 0, signal: null, timedOut: false, terminated: false, lost: false, stalled: false };
    expect(gemini.outcome({ ...evidence, exit }).verdict.kind).toBe('lost');
    expect(gemini.outcome({ ...evidence, exit: { ...exit, terminated: true } }).verdict.kind).toBe('terminated');
  });
});
