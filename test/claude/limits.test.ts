/** Limits and errors of Claude Code's API, as the adapter tells them. */
import { describe, expect, it } from 'vitest';
import { call, fail, say, turns } from '../support/model-stand-in.ts';
import { CLAUDE_VERSION } from './install.ts';
import { exhausted } from './messages-api.ts';
import { claudeBenches, TOKEN } from './support/bench.ts';

const installed = claudeBenches();

describe(`Claude Code ${CLAUDE_VERSION}`, () => {
  it('names the reset of a usage limit', async () => {
    const resetAtSeconds = Math.floor(Date.now() / 1000) + 3000;
    const limit = fail(429, 'rate_limit_error', 'exceeded', exhausted(resetAtSeconds, resetAtSeconds + 200_000));
    const bench = await installed.open(turns(call('Bash', { command: 'echo one', description: 'x' }), limit), TOKEN);
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
    const bench = await installed.open(turns(fail(429, 'rate_limit_error', 'exceeded', headers)), TOKEN);
    expect((await bench.run()).outcome.verdict).toMatchObject({
      kind: 'usage_limit',
      resetAtMs: weekly * 1000,
      window: 'seven_day',
    });
  });

  it('does not take mere throttling of a subscription for a usage limit', async () => {
    const bench = await installed.open(
      turns(fail(429, 'rate_limit_error', 'slow down', { 'x-should-retry': 'false' })),
      TOKEN,
    );
    expect((await bench.run()).outcome.verdict).toMatchObject({ kind: 'backoff', code: 'rate_limited' });
  });

  it('needs a login when the token is refused, and when there is none', async () => {
    const refused = await installed.open(turns(fail(401, 'authentication_error', 'invalid token')), TOKEN);
    expect((await refused.run()).outcome.verdict.kind).toBe('needs_login');
    const none = await installed.open(turns(say('')), {});
    expect((await none.run()).outcome.verdict.kind).toBe('needs_login');
  });

  it('gets over a short overload by itself', async () => {
    const bench = await installed.open(({ earlier }) =>
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
    const bench = await installed.open(turns(reply));
    expect((await bench.run()).outcome.verdict).toMatchObject(expected);
  });
});
