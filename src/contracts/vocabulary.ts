/**
 * The words of the system as constant tables: the only place where a status, step, kind or reason is spelled.
 * Free of zod, so that workflows may import values from here.
 */
import type { Branded } from './ids.ts';

/** Life of a batch: `idle` until started; `completed` and `cancelled` are final until tasks are added or retried. */
export const BATCH_STATUSES = ['idle', 'running', 'paused', 'completed', 'cancelled'] as const;
/** One of {@link BATCH_STATUSES}. */
export type BatchStatus = (typeof BATCH_STATUSES)[number];

/**
 * Life of a task. `waiting` is a task at the front of its batch that waits for a limit or an answer; `skipped` means
 * that a needed task failed.
 */
export const TASK_STATUSES = [
  'idle',
  'queued',
  'running',
  'waiting',
  'completed',
  'failed',
  'skipped',
  'cancelled',
] as const;
/** One of {@link TASK_STATUSES}. */
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** Where the pipeline is with a task. */
export const STEPS = [
  'prepare',
  'checkout',
  'agent',
  'verify',
  'fix',
  'delete',
  'commit',
  'respond',
  'settle',
  'deliver',
] as const;
/** One of {@link STEPS}. */
export type Step = (typeof STEPS)[number];

/** What a task can be without anybody's own code; `contracts/kinds.ts` says what each of them does. */
export const BUILTIN_KINDS = [
  'requirement',
  'refine',
  'generate',
  'story-edit',
  'process-issue',
  'process-comment',
  'process-pr',
  'claude-cli',
  'custom-command',
] as const;
/** One of {@link BUILTIN_KINDS}. */
export type BuiltinKind = (typeof BUILTIN_KINDS)[number];
/** Name of a kind that a project's own handler defines: `/^[a-z][a-z0-9-]{0,62}$/`, none of the built-in ones. */
export type HandlerKind = Branded<'handler kind'>;
/** What a task is. */
export type TaskKind = BuiltinKind | HandlerKind;

/** What a kind reports of itself: getting ready, the work, telling others. */
export const STAGES = ['checkout', 'execute', 'respond'] as const;
/** One of {@link STAGES}. */
export type Stage = (typeof STAGES)[number];

/** Why a running batch is not working now. */
export const HOLD_REASONS = ['usage_limit', 'host_offline', 'needs_login', 'budget', 'window', 'environment'] as const;
/** One of {@link HOLD_REASONS}. */
export type HoldReason = (typeof HOLD_REASONS)[number];

/** Notices of the inbox: `held` and `paused` ask for something and are resolved when the batch goes on. */
export const NOTICE_KINDS = ['held', 'paused', 'completed'] as const;
/** One of {@link NOTICE_KINDS}. */
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** Parts of the inbox: what is not dismissed, what of it is unread, what was dismissed. */
export const INBOX_SHOWN = ['current', 'unread', 'deleted'] as const;

/** Agents that an adapter exists for. */
export const AGENTS = ['claude', 'codex', 'gemini', 'opencode', 'scripted', 'command'] as const;
/** One of {@link AGENTS}. */
export type AgentName = (typeof AGENTS)[number];

/** What to do with the rest of a batch when a task failed. Failed tasks never block by default. */
export const ON_FAILURE = ['continue', 'stop', 'pause'] as const;
/** One of {@link ON_FAILURE}. */
export type OnFailure = (typeof ON_FAILURE)[number];

/** What to do at a usage limit: wait for the reset (default), pause the batch, or put the queue back to `idle`. */
export const ON_USAGE_LIMIT = ['wait', 'pause', 'reset'] as const;
/** One of {@link ON_USAGE_LIMIT}. */
export type OnUsageLimit = (typeof ON_USAGE_LIMIT)[number];

/** What follows when an agent went on with usage that is paid for extra. */
export const EXTRA_USAGE = ['wait', 'use'] as const;
/** One of {@link EXTRA_USAGE}. */
export type ExtraUsage = (typeof EXTRA_USAGE)[number];

/** Verdict over a task's verification; `none` means that no command was configured: "committed, not verified". */
export const VERDICTS = ['passed', 'failed', 'none'] as const;
/** One of {@link VERDICTS}. */
export type Verdict = (typeof VERDICTS)[number];

/** Which tree a task changes: a worktree of ours (default) or the user's checkout. */
export const WORKSPACE_MODES = ['worktree', 'in-place'] as const;
/** One of {@link WORKSPACE_MODES}. */
export type WorkspaceMode = (typeof WORKSPACE_MODES)[number];

/** What happens with the batch's branch in the end. */
export const DELIVERY_MODES = ['branch', 'push'] as const;
/** One of {@link DELIVERY_MODES}. */
export type DeliveryMode = (typeof DELIVERY_MODES)[number];

/** When the machine is kept from falling asleep while a batch runs or waits. */
export const KEEP_AWAKE = ['onPower', 'always', 'never'] as const;

/** Permission modes of Claude Code that make sense without a terminal. */
export const PERMISSION_MODES = ['acceptEdits', 'dontAsk', 'plan', 'auto', 'bypassPermissions'] as const;
/** One of {@link PERMISSION_MODES}. */
export type PermissionMode = (typeof PERMISSION_MODES)[number];

/** What an agent is doing, read from its output. */
export const PHASES = ['starting', 'thinking', 'tool', 'retrying', 'finishing', 'ended'] as const;
/** One of {@link PHASES}. */
export type Phase = (typeof PHASES)[number];

/** Kinds of waits that a task's report names. */
export const WAIT_KINDS = ['usage_limit', 'backoff', 'needs_login', 'environment'] as const;
/** One of {@link WAIT_KINDS}. */
export type WaitKind = (typeof WAIT_KINDS)[number];

/** What becomes of a task when one that it needs did not end well. */
export const WHEN_NEEDED_FAILED = ['skip', 'run', 'hold'] as const;
/** One of {@link WHEN_NEEDED_FAILED}. */
export type WhenNeededFailed = (typeof WHEN_NEEDED_FAILED)[number];

/** Life of an idea. */
export const IDEA_STATUSES = ['idea', 'requirement', 'implemented'] as const;
/** One of {@link IDEA_STATUSES}. */
export type IdeaStatus = (typeof IDEA_STATUSES)[number];

/** Life of what is sent to a webhook. */
export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;
/** One of {@link DELIVERY_STATUSES}. */
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** How changes in the audit ended: the last one were cut short, or are under way. */
export const AUDIT_OUTCOMES = ['done', 'refused', 'unanswered'] as const;
/** One of {@link AUDIT_OUTCOMES}. */
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/** True once a task can no longer change by itself. */
export function isFinalTaskStatus(status: TaskStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'skipped' || status === 'cancelled';
}

/** Used in the default of an exhaustive switch: the compiler refuses a forgotten member. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`);
}
