import { describe, expect, it } from 'vitest';
import { opencode } from '../../../src/host/agents/opencode.ts';
import { sessionLaunch } from '../../../src/host/agents/registry.ts';
import { settingsWith } from '../../fixtures/agents/settings.ts';
import { exited } from './recorded.ts';
import { Recordings } from './recorded-runs.ts';

const recorded = new Recordings(opencode, 'opencode-runs.jsonl');
const command = (agent: Parameters<typeof settingsWith>[0], session: { id: string | null; resume: boolean }) =>
  opencode.command({ prompt: 'Do it.', session, cwd: '/srv', settings: settingsWith({ name: 'opencode', ...agent }) });

/** A verdict over an error event in the form that the recorded one has. */
function judgeError(error: object) {
  const parser = opencode.parser();
  parser.push(JSON.stringify({ type: 'error', timestamp: 1, sessionID: 'ses_1', error }));
  const evidence = { parser, exit: exited(1), stderrTail: '', stdoutTail: '', startedAtMs: 0, endedAtMs: 1000 };
  return opencode.outcome(evidence).verdict;
}

describe('the command line of OpenCode', () => {
  it('begins a session, whose id OpenCode chooses, and resumes it by that', async () => {
    expect(await sessionLaunch('opencode', {}, '0a1b2c3d-4e5f-8123-a456-0123456789ab')).toEqual({
      id: null,
      resume: false,
    });
    expect(await sessionLaunch('opencode', {}, 'ses_1')).toEqual({ id: 'ses_1', resume: true });
    const first = command({ model: 'anthropic/claude-sonnet-4-5' }, { id: null, resume: false });
    expect(first.argv.join(' ')).toBe('opencode run --format json --model anthropic/claude-sonnet-4-5');
    expect(first.stdin).toBe('Do it.');
    expect(command({}, { id: 'ses_1', resume: true }).argv.join(' ')).toContain('--session ses_1');
  });

  it('asks for more than its own rules allow only if told so', () => {
    const none = { id: null, resume: false };
    expect(command({}, none).argv).not.toContain('--auto');
    expect(command({ permissionMode: 'bypassPermissions' }, none).argv).toContain('--auto');
    expect(command({ permissionMode: 'plan' }, none).argv.join(' ')).toContain('--agent plan');
  });
});

describe('a run of OpenCode', () => {
  it('is read with its tools, tokens, cost and answer', () => {
    const told = recorded.events('edit').map((event) => {
      if (event.type === 'tool') return `${event.name} ${event.summary}`;
      return event.type === 'tool_result' ? `${event.ok} ${event.summary}`.trim() : event.type;
    });
    expect(told.filter((each) => each !== 'usage')).toEqual([
      'init',
      'write {"filePath":"/srv/repo/a.txt","content":"hello\\n"}',
      'true Wrote file successfully.',
      'bash cat a.txt',
      'true hello',
      'bash false',
      'true (no output)',
      'text',
      'final',
    ]);
    expect(recorded.judge('edit')).toMatchObject({
      verdict: { kind: 'succeeded', message: 'All done.' },
      figures: { sessionId: expect.stringMatching(/^ses_/), tokens: 4800, turns: 4, costUsd: 0.024 },
    });
  });

  it('that is refused needs a login; an option that is not known is a matter of the set-up', () => {
    expect(recorded.judge('refused-login').verdict).toMatchObject({
      kind: 'needs_login',
      message: 'invalid x-api-key',
    });
    expect(recorded.judge('bad-option').verdict.kind).toBe('environment');
  });

  it.each([
    [
      { name: 'APIError', data: { message: 'slow down', statusCode: 429 } },
      { kind: 'backoff', code: 'rate_limited' },
    ],
    [
      { name: 'APIError', data: { message: 'limit', statusCode: 429, responseHeaders: { 'retry-after': '3600' } } },
      { kind: 'usage_limit', resetAtMs: 3_601_000 },
    ],
    [
      { name: 'APIError', data: { message: 'no', isRetryable: true } },
      { kind: 'backoff', code: 'api_unavailable' },
    ],
    [
      { name: 'ProviderModelNotFoundError', data: {} },
      { kind: 'failed', code: 'bad_model' },
    ],
    [{ name: 'ProviderAuthError', data: { message: 'no key' } }, { kind: 'needs_login' }],
    [
      { name: 'UnknownError', data: { message: 'odd' } },
      { kind: 'failed', code: 'agent_error' },
    ],
  ])('%j', (error, verdict) => {
    expect(judgeError(error)).toMatchObject(verdict);
  });

  it('that ends without an end is no success, and a session that is gone is told', () => {
    const evidence = { parser: opencode.parser(), stdoutTail: '', startedAtMs: 0, endedAtMs: 1 };
    const verdict = (code: number, stderrTail: string) =>
      opencode.outcome({ ...evidence, exit: exited(code), stderrTail }).verdict;
    expect(verdict(0, '')).toMatchObject({ kind: 'failed', code: 'no_result' });
    expect(verdict(1, 'Error: Session not found')).toMatchObject({ kind: 'session_broken', code: 'no_session' });
  });
});
