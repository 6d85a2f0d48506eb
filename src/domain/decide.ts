/** What follows after a run of the agent. Runs in the workflow sandbox: pure. */
import type { AgentVerdict, TaskFailureCode } from '../contracts/outcome.ts';
import type { Policy, TaskDetails } from '../contracts/state.ts';
import { assertNever } from '../contracts/vocabulary.ts';
import type { HoldReason, WaitKind } from '../contracts/vocabulary.ts';
import { pauseMs, RETRY_RULES } from './retry-table.ts';

/**
 * - `verify`: the agent says it is done.
 * - `continue`: the same session goes on within this attempt.
 * - `again`: the task goes back to the front; `keepWork` says whether its tree and session stay.
 * - `hold`: the batch stops working until `untilMs`; the task goes back to the front with its session.
 * - `handover`: another agent goes on; this one's account is held until `untilMs`.
 * - `stopped`: we ended the run on request.
 * - `fail`: the task is over.
 */
export type Decision =
  | { readonly kind: 'verify' }
  | { readonly kind: 'continue' }
  | {
      readonly kind: 'again';
      readonly spends: boolean;
      readonly keepWork: boolean;
      readonly freshSession: boolean;
      readonly pauseMs: number;
      readonly wait: WaitKind | null;
      /** What the agent said, for the attempt's record; null if it said nothing of use. */
      readonly message: string | null;
    }
  | {
      readonly kind: 'hold';
      readonly reason: HoldReason;
      readonly untilMs: number;
      readonly wait: WaitKind;
      readonly message: string;
    }
  | {
      readonly kind: 'handover';
      readonly reason: HoldReason;
      readonly untilMs: number;
      readonly wait: WaitKind;
      readonly message: string;
    }
  | { readonly kind: 'pause'; readonly message: string }
  | { readonly kind: 'reset'; readonly message: string }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'fail'; readonly code: TaskFailureCode; readonly message: string };

/** What {@link decide} looks at besides the verdict. */
export interface DecisionContext {
  readonly policy: Policy;
  readonly details: TaskDetails;
  /** Attempts spent before this one. */
  readonly spent: number;
  /** Holds in a row before this one. */
  readonly probes: number;
  /** When the first of these holds in a row began; `nowMs` without one. */
  readonly waitingSinceMs: number;
  readonly nowMs: number;
  /** Another agent may go on with the task now; absent: none may. */
  readonly hasOther?: boolean;
}

/** Waits end this much after the announced reset: the text is rounded to minutes and clocks differ. */
const RESET_MARGIN_MS = 2000;

/** With another agent at hand an outage is waited for only this often: about a minute. */
const BACKOFFS_BEFORE_HANDOVER = 2;
/** An agent that was down is not tried again before this. */
const OUTAGE_MS = 600_000;

/** The same session goes on, at once and without an attempt spent. */
export const GO_ON = {
  kind: 'again',
  spends: false,
  keepWork: true,
  freshSession: false,
  pauseMs: 0,
  wait: null,
} as const;

/** The decision for one verdict. */
export function decide(verdict: AgentVerdict, context: DecisionContext): Decision {
  const { policy, details, spent } = context;
  switch (verdict.kind) {
    case 'succeeded':
      return { kind: 'verify' };
    case 'failed':
      return spent + 1 < policy.maxAttempts
        ? {
            kind: 'again',
            spends: true,
            keepWork: false,
            freshSession: true,
            pauseMs: pauseMs('agent_failed', spent),
            wait: null,
            message: verdict.message,
          }
        : { kind: 'fail', code: verdict.code, message: verdict.message };
    case 'usage_limit':
      return atLimit(verdict.resetAtMs, verdict.message, context);
    case 'backoff':
      if (context.hasOther === true && details.backoffs >= BACKOFFS_BEFORE_HANDOVER)
        return handover('environment', 'backoff', context.nowMs + OUTAGE_MS, verdict.message);
      return details.backoffs < RETRY_RULES.backoff.atMost
        ? { ...GO_ON, pauseMs: pauseMs('backoff', details.backoffs), wait: 'backoff', message: verdict.message }
        : needsUser('environment', 'backoff', verdict.message, context);
    case 'needs_login':
      return needsUser('needs_login', 'needs_login', verdict.message, context);
    case 'billing':
      return needsUser('needs_login', 'needs_login', verdict.message, context);
    case 'environment':
      return needsUser('environment', 'environment', verdict.message, context);
    case 'out_of_turns':
      return details.continuations < policy.maxContinuations
        ? { kind: 'continue' }
        : { kind: 'fail', code: 'out_of_turns', message: verdict.message };
    case 'session_broken':
      return details.freshened
        ? { kind: 'fail', code: 'session_broken', message: verdict.message }
        : { ...GO_ON, freshSession: true, message: verdict.message };
    case 'lost':
      return details.losses < RETRY_RULES.lost.atMost
        ? { ...GO_ON, pauseMs: pauseMs('lost', details.losses), message: verdict.message }
        : { kind: 'fail', code: 'lost_too_often', message: `Lost ${details.losses + 1} times: ${verdict.message}` };
    case 'terminated':
      return { kind: 'stopped' };
    default:
      return assertNever(verdict);
  }
}

function atLimit(resetAtMs: number | null, message: string, context: DecisionContext): Decision {
  const { policy, probes, waitingSinceMs, nowMs } = context;
  const known = resetAtMs !== null && resetAtMs > nowMs;
  const untilMs = known ? resetAtMs + RESET_MARGIN_MS : nowMs + pauseMs('unknown_limit', probes);
  if (context.hasOther === true) return handover('usage_limit', 'usage_limit', untilMs, message);
  if (policy.onUsageLimit === 'pause') return { kind: 'pause', message };
  if (policy.onUsageLimit === 'reset') return { kind: 'reset', message };
  if (policy.maxWaitMs !== null && untilMs - waitingSinceMs > policy.maxWaitMs) return { kind: 'pause', message };
  return { kind: 'hold', reason: 'usage_limit', untilMs, wait: 'usage_limit', message };
}

function handover(reason: HoldReason, wait: WaitKind, untilMs: number, message: string): Decision {
  return { kind: 'handover', reason, wait, untilMs, message };
}

/** When the present row of `probes` holds began, by what a task waited for. A back-off is no hold. */
export function waitingSince({ waits }: Pick<TaskDetails, 'waits'>, probes: number, nowMs: number): number {
  if (probes === 0) return nowMs;
  const holds = waits.filter((wait) => wait.kind !== 'backoff');
  return (holds.at(-probes) ?? holds[0])?.fromMs ?? nowMs;
}

/** A hold that needs the user; a probe after a pause notices when it was mended. */
export function needsUser(
  reason: HoldReason,
  wait: WaitKind,
  message: string,
  context: { probes: number; nowMs: number },
): Extract<Decision, { kind: 'hold' }> {
  return { kind: 'hold', reason, untilMs: context.nowMs + pauseMs('needs_user', context.probes), wait, message };
}
