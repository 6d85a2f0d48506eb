import { describe, expect, it } from 'vitest';
import { claude } from '../../../src/host/agents/claude.ts';
import { command } from '../../../src/host/agents/command.ts';
import { exited, judge, judgeRun, recordedLine, recordedRun } from './recorded.ts';

const result = (fields: object): string =>
  JSON.stringify({ type: 'result', subtype: 'success', is_error: true, num_turns: 1, total_cost_usd: 0, ...fields });
const apiError = (fields: object): string =>
  JSON.stringify({
    type: 'assistant',
    message: { model: '<synthetic>', content: [] },
    is_api_error_message: true,
    ...fields,
  });
const SUCCESS = result({ is_error: false, result: 'ok' });

describe('recorded runs', () => {
  it.each([
    ['edit', { kind: 'succeeded', message: 'All done.' }],
    ['denied', { kind: 'succeeded', message: 'Gave up.' }],
    ['max-turns', { kind: 'out_of_turns' }],
    ['resumed', { kind: 'succeeded', message: 'Finished.' }],
    ['usage-limit', { kind: 'usage_limit', resetAtMs: 1_795_300_000_000, window: 'five_hour' }],
    ['two-windows', { kind: 'usage_limit', resetAtMs: 1_795_500_000_000, window: 'seven_day' }],
    ['throttled', { kind: 'backoff', code: 'rate_limited' }],
    ['key-429', { kind: 'backoff', code: 'rate_limited' }],
    ['refused-token', { kind: 'needs_login' }],
    ['no-login', { kind: 'needs_login' }],
    ['recovered-overload', { kind: 'succeeded', message: 'Recovered.' }],
    ['overloaded', { kind: 'backoff', code: 'overloaded' }],
    ['unknown-session', { kind: 'session_broken', code: 'no_session' }],
    ['session-in-use', { kind: 'session_broken', code: 'session_in_use' }],
    ['sigterm', { kind: 'lost' }],
    ['sigint', { kind: 'lost' }],
  ])('%s', (name, verdict) => {
    expect(judgeRun(name).verdict).toMatchObject(verdict);
  });

  it('needs the structured answer only if one was asked for', () => {
    expect(judgeRun('no-structure').verdict.kind).toBe('succeeded');
    const asked = judgeRun('no-structure', { parser: { wantsSchema: true } });
    expect(asked.verdict).toMatchObject({ kind: 'failed', code: 'no_structured_output' });
    const given = result({ is_error: false, structured_output: { name: 'x' } });
    expect(judge([given], exited(0), { parser: { wantsSchema: true } }).verdict.kind).toBe('succeeded');
  });

  it('tells that a run went on with usage that is paid for extra, and until when', () => {
    const limit = (info: object): string => JSON.stringify({ type: 'rate_limit_event', rate_limit_info: info });
    const extra = limit({ status: 'allowed', rateLimitType: 'overage', resetsAt: 1_795_300_000, isUsingOverage: true });
    expect(judge([extra, SUCCESS], exited(0)).extraUsage).toEqual({ resetAtMs: 1_795_300_000_000 });
    const included = limit({ status: 'allowed', rateLimitType: 'five_hour', isUsingOverage: false });
    expect(judge([included, SUCCESS], exited(0)).extraUsage).toBeUndefined();
  });

  it('reports denied calls with what they were about, in full and while running', () => {
    expect(judgeRun('denied').figures.deniedTools).toEqual(['Bash(node -e 1)']);
    const unfinished = recordedRun('denied').lines.filter((line) => !line.includes('"type":"result"'));
    expect(judge(unfinished).figures.deniedTools).toEqual(['Bash(node -e 1)']);
  });

  it('counts only the cost and tokens of this run', () => {
    expect(judgeRun('max-turns').figures).toMatchObject({ costUsd: 0.016, tokens: 2400, turns: 3 });
    expect(judgeRun('resumed', { parser: { priorCostUsd: 0.016 } }).figures).toMatchObject({
      costUsd: 0.008,
      tokens: 1200,
    });
  });
});

describe('recorded single events', () => {
  it.each([
    ['result/success/false/completed', { kind: 'succeeded', message: 'finished all steps' }],
    ['result/error_max_turns/true/max_turns', { kind: 'out_of_turns' }],
    ['result/error_max_budget_usd/true/budget_exhausted', { kind: 'failed', code: 'out_of_budget' }],
    [
      'result/error_max_structured_output_retries/true/structured_output_retry_exhausted',
      { kind: 'failed', code: 'no_structured_output' },
    ],
    ['result/error_during_execution/true/undefined', { kind: 'session_broken', code: 'no_session' }],
    ['result/success/true/prompt_too_long', { kind: 'session_broken', code: 'context_overflow' }],
    ['result/success/true/image_error', { kind: 'session_broken', code: 'invalid_request' }],
  ])('%s', (kind, verdict) => {
    expect(judge([recordedLine(kind)]).verdict).toMatchObject(verdict);
  });

  const opus = ['rate_limit_event/rejected', 'assistant//error:rate_limit:usage_limit_reached'].map(recordedLine);
  it.each([
    ['assistant//error:billing_error', { kind: 'billing' }],
    ['assistant//error:authentication_failed', { kind: 'needs_login' }],
    ['assistant//error:model_not_found', { kind: 'failed', code: 'bad_model' }],
    ['assistant//error:rate_limit', { kind: 'backoff', code: 'rate_limited' }],
    ['assistant//error:server_error', { kind: 'backoff', code: 'api_unavailable' }],
    ['assistant//error:server_error:connection_failed', { kind: 'backoff', code: 'api_unavailable' }],
    ['assistant//error:max_output_tokens:max_output_tokens', { kind: 'failed', code: 'agent_error' }],
  ])('%s, with a result that says no more than "error"', (kind, verdict) => {
    expect(judge([recordedLine(kind), result({})]).verdict).toMatchObject(verdict);
  });

  it('an Opus limit, from structure', () => {
    expect(judge([...opus, result({ api_error: 'usage_limit_reached' })]).verdict).toMatchObject({
      kind: 'usage_limit',
      resetAtMs: 1_795_313_727_000,
      window: 'seven_day_opus',
    });
  });
});

describe('no result', () => {
  it.each([
    [exited(0), '', { kind: 'failed', code: 'no_result' }],
    [exited(1), 'boom\nError: bad UUID\n\n', { kind: 'failed', code: 'startup_error', message: 'Error: bad UUID' }],
    [exited(1), 'Error: Session ID x is already in use.', { kind: 'session_broken', code: 'session_in_use' }],
    [exited(1), 'No conversation found with session ID: x', { kind: 'session_broken', code: 'no_session' }],
    [exited(1), "error: unknown option '--x'", { kind: 'environment' }],
    [
      exited(127),
      'sh: claude: not found',
      { kind: 'environment', message: 'The agent was not found: sh: claude: not found' },
    ],
    [exited(126), 'Permission denied', { kind: 'environment' }],
    [exited(143), '', { kind: 'lost' }],
    [exited(null, { signal: 'SIGTERM' }), '', { kind: 'lost' }],
    [exited(143, { terminated: true }), '', { kind: 'terminated' }],
    [exited(null, { signal: 'SIGKILL', terminated: true }), '', { kind: 'terminated' }],
    [exited(137), '', { kind: 'failed', code: 'killed' }],
    [exited(129), '', { kind: 'failed', code: 'killed' }],
    [exited(null, { signal: 'SIGSEGV' }), '', { kind: 'failed', code: 'killed' }],
    [exited(143, { timedOut: true }), '', { kind: 'failed', code: 'timed_out' }],
    [exited(143, { stalled: true }), '', { kind: 'failed', code: 'stalled' }],
    [exited(null, { lost: true }), '', { kind: 'lost' }],
  ])('%j with stderr %j', (exit, stderr, verdict) => {
    const init = recordedLine('system/init');
    expect(judge([init], exit, { stderr }).verdict).toMatchObject(verdict);
  });

  it('[P13] no output and no exit code is ever a success', () => {
    for (const code of [null, 0, 1, 2, 75]) expect(judge([], exited(code)).verdict.kind).not.toBe('succeeded');
  });
});

describe('the last result decides', () => {
  const failed = result({ result: 'API Error: 500', api_error_status: 500 });

  it('[P13] not the first one, and not the exit code', () => {
    expect(judge([SUCCESS, failed], exited(0)).verdict).toMatchObject({ kind: 'backoff', code: 'api_unavailable' });
    expect(judge([failed, SUCCESS], exited(1)).verdict.kind).toBe('succeeded');
  });

  it('stays valid when we end a process that lingers after it', () => {
    expect(judge([SUCCESS], exited(143, { terminated: true })).verdict.kind).toBe('succeeded');
  });

  it('[P13] subtype "success" alone is none', () => {
    expect(judge([result({ result: 'Something' })], exited(0)).verdict).toMatchObject({
      kind: 'failed',
      code: 'agent_error',
    });
    expect(judge([result({ is_error: undefined })], exited(0)).verdict.kind).toBe('failed');
    expect(judge([result({ is_error: false, subtype: 'error_max_turns' })], exited(0)).verdict.kind).toBe(
      'out_of_turns',
    );
  });

  it('explains an abort by what we did', () => {
    const aborted = result({ subtype: 'error_during_execution', terminal_reason: 'aborted_streaming' });
    expect(judge([aborted], exited(0, { timedOut: true })).verdict).toMatchObject({ code: 'timed_out' });
    expect(judge([aborted], exited(0, { terminated: true })).verdict.kind).toBe('terminated');
    expect(judge([aborted], exited(0)).verdict.kind).toBe('lost');
    const crashed = result({ subtype: 'error_during_execution', errors: ['Something broke'] });
    expect(judge([crashed]).verdict).toMatchObject({ code: 'startup_error', message: 'Something broke' });
    const corrupt = result({
      subtype: 'error_during_execution',
      errors: ['Configuration error in /x/.claude.json: JSON Parse error'],
    });
    expect(judge([corrupt]).verdict.kind).toBe('environment');
  });

  it('sums the figures of several results of one process', () => {
    const usage = { input_tokens: 10, cache_read_input_tokens: 5, output_tokens: 1 };
    const lines = [
      result({ usage, total_cost_usd: 0.3 }),
      result({ is_error: false, usage, total_cost_usd: 0.5, num_turns: 2 }),
    ];
    expect(judge(lines, exited(0), { parser: { priorCostUsd: 0.2 } }).figures).toMatchObject({
      costUsd: 0.3,
      tokens: 32,
      turns: 3,
    });
  });

  it('never reports a negative cost', () => {
    expect(judge([result({ total_cost_usd: 0.1 })], exited(0), { parser: { priorCostUsd: 5 } }).figures.costUsd).toBe(
      0.1,
    );
  });
});

describe('limits and what resembles them', () => {
  const rejected = (info: object): string =>
    JSON.stringify({ type: 'rate_limit_event', rate_limit_info: { status: 'rejected', ...info } });

  it.each([
    [
      'a window and 429',
      [rejected({ rateLimitType: 'five_hour', resetsAt: 1_795_300_000 }), result({ api_error_status: 429 })],
      'usage_limit',
    ],
    [
      '429 with a rejection that names no window',
      [rejected({}), result({ api_error_status: 429, result: 'API Error: Request rejected (429)' })],
      'backoff',
    ],
    [
      'a window, but another error',
      [rejected({ rateLimitType: 'five_hour' }), result({ api_error_status: 500 })],
      'backoff',
    ],
    [
      'an unknown wording',
      [result({ result: 'Your team has used up its monthly allowance: plan limit reached.' })],
      'usage_limit',
    ],
    [
      'a spend limit',
      [result({ result: "You've reached your org's monthly usage limit", api_error_status: 403 })],
      'usage_limit',
    ],
    [
      'the rate limit of a key',
      [result({ result: 'API Error: Request rejected (429) · rate limit reached', api_error_status: 429 })],
      'backoff',
    ],
    ['credit', [apiError({ error: 'billing_error' }), result({ result: 'Credit balance is too low' })], 'billing'],
    [
      'an outage that mentions a limit',
      [result({ result: 'usage limits service: 503', api_error_status: 503 })],
      'backoff',
    ],
    [
      'a full conversation',
      [result({ result: 'context limit reached', terminal_reason: 'prompt_too_long' })],
      'session_broken',
    ],
    [
      'a task about limits that failed',
      [result({ result: 'API Error: 400 bad request', api_error_status: 400 })],
      'session_broken',
    ],
  ])('%s', (_name, lines, kind) => {
    expect(judge(lines).verdict.kind).toBe(kind);
  });

  it('an unknown wording has no reset: it is probed', () => {
    expect(judge([result({ result: 'Your plan limit is reached.' })]).verdict).toMatchObject({
      resetAtMs: null,
      window: null,
    });
  });

  it('words of a limit in the work itself mean nothing', () => {
    const talk = JSON.stringify({
      type: 'assistant',
      message: { id: 'm', model: 'x', content: [{ type: 'text', text: "You've hit your weekly limit · resets 3pm" }] },
    });
    expect(
      judge([talk, result({ is_error: false, result: "The page says: You've hit your limit · resets 3pm" })], exited(0))
        .verdict.kind,
    ).toBe('succeeded');
    expect(judge([talk], exited(1)).verdict).toMatchObject({ kind: 'failed', code: 'startup_error' });
  });

  it('reads the reset from the text, relative to when it was written', () => {
    const text = "You've hit your session limit · resets 8pm (America/New_York)";
    const lines = [apiError({ timestamp: '2026-11-20T23:00:00Z' }), result({ result: text, api_error_status: 429 })];
    expect(judge(lines).verdict).toMatchObject({ kind: 'usage_limit', resetAtMs: Date.parse('2026-11-21T01:00:00Z') });
  });

  it('forgets an error that an answer of the model followed', () => {
    const answer = JSON.stringify({ type: 'assistant', message: { id: 'm', model: 'x', content: [] } });
    expect(judge([apiError({ error: 'billing_error' }), answer, result({ result: 'Other' })]).verdict.kind).toBe(
      'failed',
    );
  });
});

it('refuses the parser of another adapter', () => {
  const evidence = {
    parser: command.parser(),
    exit: exited(0),
    stderrTail: '',
    stdoutTail: '',
    startedAtMs: 0,
    endedAtMs: 0,
  };
  expect(() => claude.outcome(evidence)).toThrow(TypeError);
});
