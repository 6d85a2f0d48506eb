/**
 * How an agent's run ended. "The agent failed" is one of these results; "we could not run the agent" is an
 * {@link import('./errors.ts').AppError}. Free of zod: the workflow decides on these.
 */

/** Figures of one run, as far as the agent told them. */
export interface RunFigures {
  /** The agent's own conversation, for resuming it; null when the agent has none or never said. */
  readonly sessionId: string | null;
  /** US dollars of this run alone; null when the agent does not say. */
  readonly costUsd: number | null;
  /** Input plus output tokens of this run alone; null when the agent does not say. */
  readonly tokens: number | null;
  /** Rounds with the model. */
  readonly turns: number | null;
  /** Wall time of the run. */
  readonly durationMs: number;
  /** Tool calls that the permission mode denied, newest last, at most 20. */
  readonly deniedTools: readonly string[];
}

/**
 * The verdict over one run. `message` is for people: at most 500 characters, masked.
 *
 * - `succeeded`: the last result says so.
 * - `usage_limit`: `resetAtMs` null means an unknown wording or no time given: hold and probe.
 * - `backoff`: overload, throttling, network: the same session goes on after a pause.
 * - `session_broken`: the session cannot be resumed (unknown, in use, too long): once more with a fresh one.
 * - `lost`: the machine or the shim died; not the agent's fault.
 * - `terminated`: we ended it on request (pause --now, cancel).
 */
export type AgentVerdict =
  | { readonly kind: 'succeeded'; readonly message: string }
  | { readonly kind: 'failed'; readonly code: AgentFailureCode; readonly message: string }
  | {
      readonly kind: 'usage_limit';
      readonly resetAtMs: number | null;
      readonly window: string | null;
      readonly message: string;
    }
  | {
      readonly kind: 'backoff';
      readonly code: 'overloaded' | 'rate_limited' | 'api_unavailable';
      readonly message: string;
    }
  | { readonly kind: 'needs_login'; readonly message: string }
  | { readonly kind: 'billing'; readonly message: string }
  | { readonly kind: 'environment'; readonly message: string }
  | { readonly kind: 'out_of_turns'; readonly message: string }
  | {
      readonly kind: 'session_broken';
      readonly code: 'no_session' | 'session_in_use' | 'context_overflow' | 'invalid_request';
      readonly message: string;
    }
  | { readonly kind: 'lost'; readonly message: string }
  | { readonly kind: 'terminated'; readonly message: string };

/** Why an agent's run counts as failed: each spends an attempt. */
export const AGENT_FAILURE_CODES = [
  'agent_error',
  'no_result',
  'startup_error',
  'bad_model',
  'out_of_budget',
  'timed_out',
  'stalled',
  'killed',
  'no_structured_output',
] as const;
/** One of {@link AGENT_FAILURE_CODES}. */
export type AgentFailureCode = (typeof AGENT_FAILURE_CODES)[number];

/** A verdict with the run's figures. */
export interface AgentOutcome {
  readonly verdict: AgentVerdict;
  readonly figures: RunFigures;
  /** Git tree id of the work so far, given when the run was out of turns: it goes on only while the tree changes. */
  readonly tree?: string | null;
  /**
   * The included usage of the plan was used up, and the run went on with usage that is paid for extra; `resetAtMs` is when
   * there is included usage again, null: unknown. Absent: it did not, as far as the agent says.
   */
  readonly extraUsage?: { readonly resetAtMs: number | null };
}

/** One verification command as it ran. */
export interface CheckResult {
  /** The command as configured. */
  readonly command: string;
  /** null when it was ended by a signal or its time was up. */
  readonly exitCode: number | null;
  readonly passed: boolean;
  /** How the same command ended before the agent's work; `none` when no baseline was taken. */
  readonly baseline: 'passed' | 'failed' | 'none';
  readonly timedOut: boolean;
  readonly durationMs: number;
}

/** Outcome of verifying a tree. A command that is red in the baseline too does not count against the task. */
export interface VerifyOutcome {
  readonly verdict: 'passed' | 'failed' | 'none';
  readonly checks: readonly CheckResult[];
  /** Git tree id of what was verified, for the no-progress brake; null when it could not be taken. */
  readonly tree: string | null;
}

/** Why a task failed for good, as the report shows it. */
export const TASK_FAILURE_CODES = [
  ...AGENT_FAILURE_CODES,
  'verification_failed',
  'no_change',
  'out_of_turns',
  'left_branch',
  'commit_rejected',
  'took_user_stash',
  'requirement_gone',
  'session_broken',
  'lost_too_often',
  'unavailable',
  'could_not_run',
] as const;
/** One of {@link TASK_FAILURE_CODES}. */
export type TaskFailureCode = (typeof TASK_FAILURE_CODES)[number];
