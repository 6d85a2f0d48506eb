import { describe, expect, it } from 'vitest';
import type { AgentVerdict } from '../../../src/contracts/outcome.ts';
import type { Policy, TaskDetails } from '../../../src/contracts/state.ts';
import { emptyDetails } from '../../../src/domain/batch-state.ts';
import { decide, waitingSince } from '../../../src/domain/decide.ts';
import type { DecisionContext } from '../../../src/domain/decide.ts';
import { pauseMs, RETRY_RULES } from '../../../src/domain/retry-table.ts';

const NOW = 1_000_000_000;
const MINUTE = 60_000;

const POLICY: Policy = {
  maxAttempts: 2,
  maxFixes: 2,
  maxContinuations: 2,
  onUsageLimit: 'wait',
  maxWaitMs: null,
  agent: 'scripted',
  agentTimeoutMs: 60_000,
  verifyCommands: 0,
  verifyTimeoutMs: 0,
  git: true,
  delivery: 'branch',
};

function context(
  policy: Partial<Policy> = {},
  details: Partial<TaskDetails> = {},
  rest: Partial<Pick<DecisionContext, 'spent' | 'probes' | 'waitingSinceMs'>> = {},
): DecisionContext {
  return {
    policy: { ...POLICY, ...policy },
    details: { ...emptyDetails(), ...details },
    spent: 0,
    probes: 0,
    waitingSinceMs: NOW,
    nowMs: NOW,
    ...rest,
  };
}

const limit = (resetAtMs: number | null): AgentVerdict => ({
  kind: 'usage_limit',
  resetAtMs,
  window: null,
  message: 'limit',
});
const again = (rest: object): object => ({ kind: 'again', spends: false, keepWork: true, ...rest });

describe('what follows after a run of the agent', () => {
  const rows: [string, AgentVerdict, DecisionContext, object][] = [
    ['succeeded', { kind: 'succeeded', message: '' }, context(), { kind: 'verify' }],
    [
      'failed with attempts left',
      { kind: 'failed', code: 'agent_error', message: 'no' },
      context(),
      { kind: 'again', spends: true, keepWork: false, freshSession: true, wait: null, message: 'no' },
    ],
    [
      'failed for the last time',
      { kind: 'failed', code: 'timed_out', message: 'too long' },
      context({}, {}, { spent: 1 }),
      { kind: 'fail', code: 'timed_out', message: 'too long' },
    ],
    [
      'a limit with a reset',
      limit(NOW + 5 * MINUTE),
      context(),
      { kind: 'hold', reason: 'usage_limit', untilMs: NOW + 5 * MINUTE + 2000 },
    ],
    ['a limit without a reset', limit(null), context(), { kind: 'hold', untilMs: NOW + 5 * MINUTE }],
    [
      'a limit without a reset, probed before',
      limit(null),
      context({}, {}, { probes: 2 }),
      { kind: 'hold', untilMs: NOW + 20 * MINUTE },
    ],
    ['a limit whose reset has passed', limit(NOW - 1), context(), { kind: 'hold', untilMs: NOW + 5 * MINUTE }],
    ['a limit beyond maxWait', limit(NOW + 61 * MINUTE), context({ maxWaitMs: 60 * MINUTE }), { kind: 'pause' }],
    [
      'a limit whose wait goes beyond maxWait together with those before',
      limit(null),
      context({ maxWaitMs: 60 * MINUTE }, {}, { probes: 3, waitingSinceMs: NOW - 31 * MINUTE }),
      { kind: 'pause' },
    ],
    [
      'one whose row of waits is shorter',
      limit(null),
      context({ maxWaitMs: 60 * MINUTE }, {}, { probes: 3, waitingSinceMs: NOW - 29 * MINUTE }),
      { kind: 'hold' },
    ],
    ['a limit within maxWait', limit(NOW + 50 * MINUTE), context({ maxWaitMs: 60 * MINUTE }), { kind: 'hold' }],
    ['a limit with onUsageLimit pause', limit(NOW + MINUTE), context({ onUsageLimit: 'pause' }), { kind: 'pause' }],
    ['a limit with onUsageLimit reset', limit(NOW + MINUTE), context({ onUsageLimit: 'reset' }), { kind: 'reset' }],
    [
      'overloaded',
      { kind: 'backoff', code: 'overloaded', message: '' },
      context(),
      again({ freshSession: false, pauseMs: 15_000, wait: 'backoff' }),
    ],
    [
      'overloaded for the eighth time',
      { kind: 'backoff', code: 'overloaded', message: '' },
      context({}, { backoffs: 8 }),
      { kind: 'hold', reason: 'environment', wait: 'backoff' },
    ],
    [
      'not logged in',
      { kind: 'needs_login', message: '' },
      context(),
      { kind: 'hold', reason: 'needs_login', untilMs: NOW + MINUTE },
    ],
    ['no credit', { kind: 'billing', message: '' }, context(), { kind: 'hold', reason: 'needs_login' }],
    ['a broken environment', { kind: 'environment', message: '' }, context(), { kind: 'hold', reason: 'environment' }],
    ['out of turns', { kind: 'out_of_turns', message: '' }, context(), { kind: 'continue' }],
    [
      'out of turns too often',
      { kind: 'out_of_turns', message: '' },
      context({}, { continuations: 2 }),
      { kind: 'fail', code: 'out_of_turns' },
    ],
    [
      'a broken session',
      { kind: 'session_broken', code: 'no_session', message: '' },
      context(),
      again({ freshSession: true, pauseMs: 0 }),
    ],
    [
      'a broken fresh session',
      { kind: 'session_broken', code: 'no_session', message: '' },
      context({}, { freshened: true }),
      { kind: 'fail', code: 'session_broken' },
    ],
    ['lost', { kind: 'lost', message: '' }, context(), again({ freshSession: false, pauseMs: 0, wait: null })],
    ['lost once more', { kind: 'lost', message: '' }, context({}, { losses: 3 }), again({ pauseMs: 5000 })],
    [
      'lost for the sixth time',
      { kind: 'lost', message: '' },
      context({}, { losses: 5 }),
      { kind: 'fail', code: 'lost_too_often' },
    ],
    ['ended on request', { kind: 'terminated', message: '' }, context(), { kind: 'stopped' }],
  ];

  it.each(rows)('%s', (_when, verdict, given, expected) => {
    expect(decide(verdict, given)).toMatchObject(expected);
  });

  it('only failures of the agent itself spend an attempt', () => {
    for (const [, verdict, given] of rows) {
      const decision = decide(verdict, given);
      if (decision.kind === 'again' && decision.spends) expect(verdict.kind).toBe('failed');
    }
    const spending = Object.entries(RETRY_RULES).filter(([, rule]) => rule.spendsAttempt);
    expect(spending.map(([name]) => name)).toEqual(['agent_failed']);
  });
});

describe('pauses', () => {
  it('grow, and the last one is repeated', () => {
    expect([0, 1, 2, 3, 9].map((count) => pauseMs('unknown_limit', count) / MINUTE)).toEqual([5, 10, 20, 30, 30]);
    expect(pauseMs('agent_failed', 5)).toBe(0);
  });
});

describe('when a row of holds began', () => {
  const waits = [
    { kind: 'usage_limit', fromMs: 1, untilMs: 2 },
    { kind: 'needs_login', fromMs: 3, untilMs: 4 },
    { kind: 'backoff', fromMs: 5, untilMs: 6 },
    { kind: 'usage_limit', fromMs: 7, untilMs: 8 },
  ] as const;

  it.each([
    [0, NOW],
    [1, 7],
    [2, 3],
    [3, 1],
    [9, 1],
  ])('after %i holds', (probes, sinceMs) => {
    expect(waitingSince({ waits: [...waits] }, probes, NOW)).toBe(sinceMs);
  });
});
