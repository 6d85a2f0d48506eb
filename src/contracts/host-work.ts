/** What the workflow asks of a host and what it hears back. Free of zod. */
import type { AgentOutcome } from './outcome.ts';

/** Which prompt a run of the agent gets. */
export type PromptKind = 'attempt' | 'resume' | 'continue' | 'fix' | 'takeover';

/** One run of the agent within an attempt. */
export interface AgentGo {
  /** Name of the run's directory: `agent`, `fix-1`, `continue-1`. */
  readonly step: string;
  readonly prompt: PromptKind;
  /** Session to resume; null: a new one. */
  readonly sessionId: string | null;
  /** What the session cost before this run, because agents report the sum. */
  readonly priorCostUsd: number | null;
  /** Agent that works; absent: the one of the settings. */
  readonly agent?: string;
  /** Agent that worked on the task before, for the prompt `takeover`. */
  readonly tookOverFrom?: string;
  /** Round of the verification whose evidence a fix is about; -1: none. */
  readonly round: number;
}

/** An agent was started; short runs have ended already and need no watch. */
export type StartedAgent =
  | { readonly status: 'running'; readonly sessionId: string | null; readonly notes: readonly string[] }
  | { readonly status: 'ended'; readonly outcome: AgentOutcome; readonly notes: readonly string[] };

/** How committing ended. */
export type CommitOutcome =
  | { readonly kind: 'committed'; readonly commit: string | null; readonly notes: readonly string[] }
  | { readonly kind: 'no_change'; readonly notes: readonly string[] }
  | { readonly kind: 'left_branch'; readonly message: string; readonly notes: readonly string[] }
  | { readonly kind: 'took_user_stash'; readonly message: string; readonly notes: readonly string[] }
  | { readonly kind: 'rejected'; readonly message: string; readonly notes: readonly string[] };

/** How closing a workspace ended. */
export interface ClosedWorkspace {
  readonly notes: readonly string[];
  /** True when something of it stays because it is not saved anywhere else; absent: all of it is gone. */
  readonly kept?: boolean;
}

/** A session that may go on, and what it cost so far. */
export interface SessionNote {
  readonly id: string;
  readonly costUsd: number | null;
}

/** What a task begins with whose kind prepares something. `nothing`: there is no work for an agent. */
export interface CheckedOut {
  readonly work: 'agent' | 'nothing';
  /** To be continued; null: a new one. */
  readonly session: SessionNote | null;
  readonly notes: readonly string[];
}

/** How the work ended of which a kind tells others. */
export type WorkEnd =
  | { readonly kind: 'done'; readonly commit: string | null; readonly session: SessionNote | null }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };
