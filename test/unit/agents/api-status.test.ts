import { describe, expect, it } from 'vitest';
import { apiStatusVerdict } from '../../../src/host/agents/api-status.ts';

const NOW = Date.UTC(2026, 10, 29, 8);
const judge = (status: number | null, text: string, retryAtMs: number | null = null) =>
  apiStatusVerdict({ status, text, writtenAtMs: NOW, retryAtMs });

describe('the failure of an API', () => {
  it.each([
    [429, 'You exceeded your current quota. Please retry in 34.5s.', { kind: 'usage_limit', resetAtMs: NOW + 34_500 }],
    [
      null,
      'You have exhausted your quota on this model. It will reset after 3h2m.',
      { kind: 'usage_limit', resetAtMs: NOW + 3 * 3_600_000 + 120_000 },
    ],
    [429, 'Too many requests', { kind: 'backoff', code: 'rate_limited' }],
    [402, 'Pay', { kind: 'billing' }],
    [400, 'Your credit balance is too low', { kind: 'billing' }],
    [401, 'no', { kind: 'needs_login' }],
    [529, 'Overloaded', { kind: 'backoff', code: 'overloaded' }],
    [502, 'Bad gateway', { kind: 'backoff', code: 'api_unavailable' }],
    [null, 'fetch failed', { kind: 'backoff', code: 'api_unavailable' }],
    [400, 'prompt is too long: 210000 tokens', { kind: 'session_broken', code: 'context_overflow' }],
    [404, 'model: nope', { kind: 'failed', code: 'bad_model' }],
    [413, 'too large', { kind: 'session_broken', code: 'invalid_request' }],
    [null, 'something else', { kind: 'failed', code: 'agent_error' }],
  ])('%s %s', (status, text, verdict) => {
    expect(judge(status, text)).toMatchObject(verdict);
  });

  it('a long wait that the API asks for is a limit, a short one is throttling', () => {
    expect(judge(429, 'slow down', NOW + 3_600_000)).toMatchObject({ kind: 'usage_limit', resetAtMs: NOW + 3_600_000 });
    expect(judge(429, 'slow down', NOW + 5000)).toMatchObject({ kind: 'backoff' });
  });
});
