/**
 * What is done again, how often, with which pause, in which session, and what it costs: the one table.
 * Runs in the workflow sandbox: pure. `docs/retries.md` is generated from it.
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** One class of ends that is not simply a success or a failure. */
export interface RetryRule {
  /** What happened, in words. */
  readonly when: string;
  /** Whether it counts against `attempts`. */
  readonly spendsAttempt: boolean;
  /** Which session the next attempt works in. */
  readonly session: 'same' | 'fresh';
  /** Pauses before the next attempts, the last one repeated. */
  readonly pausesMs: readonly number[];
  /** How often in a row per task; null: no bound. */
  readonly atMost: number | null;
  /** What follows when `atMost` is reached. */
  readonly afterwards: 'fail' | 'hold' | 'never';
  readonly reason: string;
}

/** The table. */
export const RETRY_RULES = {
  agent_failed: {
    when: 'the agent failed, stalled, ran out of time or budget',
    spendsAttempt: true,
    session: 'fresh',
    pausesMs: [0],
    atMost: null,
    afterwards: 'fail',
    reason: 'bounded by the setting `attempts`; a fresh start avoids repeating a wrong turn',
  },
  usage_limit: {
    when: 'usage limit, with a known reset',
    spendsAttempt: false,
    session: 'same',
    pausesMs: [0],
    atMost: null,
    afterwards: 'never',
    reason: 'the hold lasts until the reset; bounded by `limits.maxWait`',
  },
  unknown_limit: {
    when: 'something that looks like a limit, without a time',
    spendsAttempt: false,
    session: 'same',
    pausesMs: [5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 30 * MINUTE],
    atMost: null,
    afterwards: 'never',
    reason: 'held and probed, never failed: limits last hours and their wording changes',
  },
  backoff: {
    when: 'overload, throttling, network',
    spendsAttempt: false,
    session: 'same',
    pausesMs: [15 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE],
    atMost: 8,
    afterwards: 'hold',
    reason: 'the CLI has retried for minutes itself; an outage of hours must not fail one task after the other',
  },
  lost: {
    when: 'the machine or the shim died',
    spendsAttempt: false,
    session: 'same',
    pausesMs: [0, 5 * SECOND],
    atMost: 5,
    afterwards: 'fail',
    reason: 'not the fault of the agent; five losses of one task point at the task (memory, for example)',
  },
  session_broken: {
    when: 'the session is unknown, in use, too long or refused',
    spendsAttempt: false,
    session: 'fresh',
    pausesMs: [0],
    atMost: 1,
    afterwards: 'fail',
    reason: 'a dead session id never comes back to life: once more with a fresh one',
  },
  out_of_turns: {
    when: 'out of turns while the tree changes',
    spendsAttempt: false,
    session: 'same',
    pausesMs: [0],
    atMost: null,
    afterwards: 'fail',
    reason: 'bounded by `agent.maxContinuations`',
  },
  needs_user: {
    when: 'needs login, billing, environment',
    spendsAttempt: false,
    session: 'same',
    pausesMs: [MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE],
    atMost: null,
    afterwards: 'never',
    reason: 'the batch is held and the user told; a probe notices by itself when it was mended',
  },
} as const satisfies Record<string, RetryRule>;

/** Name of a rule. */
export type RetryClass = keyof typeof RETRY_RULES;

/** The pause before the `count`-th try (from 0) of a class, in milliseconds. */
export function pauseMs(kind: RetryClass, count: number): number {
  const pauses: readonly number[] = RETRY_RULES[kind].pausesMs;
  return pauses[Math.min(count, pauses.length - 1)] ?? 0;
}
