/** The words for states: the same everywhere on the page. */
import type { BatchSummary, TaskView } from '../../../src/contracts/views.ts';
import { assertNever } from '../../../src/contracts/vocabulary.ts';
import type { HoldReason, Step, TaskStatus, WaitKind } from '../../../src/contracts/vocabulary.ts';
import { moment, relative, toMs } from './format.ts';

/** How a state looks: each tone has a colour and a shape. */
export type Tone = 'idle' | 'active' | 'wait' | 'good' | 'bad' | 'off';

const TASK_TONES: Readonly<Record<TaskStatus, Tone>> = {
  idle: 'idle',
  queued: 'idle',
  running: 'active',
  waiting: 'wait',
  completed: 'good',
  failed: 'bad',
  skipped: 'off',
  cancelled: 'off',
};

const STEP_WORDS: Readonly<Record<Step, string>> = {
  prepare: 'Preparing',
  checkout: 'Checking out',
  agent: 'Agent at work',
  verify: 'Verifying',
  fix: 'Fixing',
  delete: 'Committing',
  commit: 'Committing',
  respond: 'Responding',
  settle: 'Settling',
  deliver: 'Delivering',
};

/** Kinds that change nothing, so that there is nothing to verify. */
const ANSWERS: ReadonlySet<string> = new Set(['refine', 'generate', 'story-edit']);

const HOLD_WORDS: Readonly<Record<HoldReason, string>> = {
  usage_limit: 'Usage limit',
  host_offline: 'Host offline',
  needs_login: 'Needs login',
  budget: 'Budget spent',
  window: 'Outside its hours',
  environment: 'Needs attention',
};

const WAIT_WORDS: Readonly<Record<WaitKind, string>> = {
  usage_limit: 'Usage limit',
  backoff: 'Provider busy',
  needs_login: 'Needs login',
  environment: 'Needs attention',
};

/** Tone of a task's status. */
export function taskTone(status: TaskStatus): Tone {
  return TASK_TONES[status];
}

/** What of a task is told in a word. */
export type TaskSaid = Pick<TaskView, 'status' | 'step' | 'verified' | 'kind'>;

/** One word or two for a task's status; a running one says its step. */
export function taskWord(task: TaskSaid): string {
  switch (task.status) {
    case 'idle':
    case 'queued':
      return 'Queued';
    case 'running':
      return task.step === null ? 'Running' : STEP_WORDS[task.step];
    case 'waiting':
      return 'Waiting';
    case 'completed':
      if (task.verified === 'passed') return 'Verified';
      return ANSWERS.has(task.kind) ? 'Done' : 'Done, not verified';
    case 'failed':
      return 'Failed';
    case 'skipped':
      return 'Skipped';
    case 'cancelled':
      return 'Cancelled';
    default:
      return assertNever(task.status);
  }
}

/** Word for a step. */
export function stepWord(step: Step): string {
  return STEP_WORDS[step];
}

/** A run's step as people say it: `verify-1` is the second check, `fix-2` the second fix. */
export function stepName(step: string): string {
  const [, word = step, number] = /^([a-z]+)-?(.*)$/.exec(step) ?? [];
  const name = { agent: 'agent', fix: 'fix', verify: 'verification', baseline: 'baseline', setup: 'set-up' }[word];
  return name === undefined ? step : `${name}${number === undefined || number === '' ? '' : ` ${number}`}`;
}

/** How an attempt ended, `verification_failed` as `Verification failed`; null: it has not. */
export function attemptWord(outcome: string | null): string {
  if (outcome === null) return 'Under way';
  const words = outcome.replaceAll('_', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** Word for what a task waited for. */
export function waitWord(kind: WaitKind): string {
  return WAIT_WORDS[kind];
}

/** What a batch is doing. */
export function batchState(batch: Pick<BatchSummary, 'status' | 'hold' | 'counts'>): { tone: Tone; word: string } {
  switch (batch.status) {
    case 'idle':
      return { tone: 'idle', word: 'Not started' };
    case 'paused':
      return { tone: 'wait', word: batch.counts.running > 0 ? 'Pausing' : 'Paused' };
    case 'completed':
      return batch.counts.failed > 0 ? { tone: 'bad', word: 'Ended' } : { tone: 'good', word: 'Completed' };
    case 'cancelled':
      return { tone: 'off', word: 'Cancelled' };
    case 'running':
      if (batch.hold !== null) return { tone: 'wait', word: HOLD_WORDS[batch.hold.reason] };
      return batch.counts.running > 0
        ? { tone: 'active', word: 'Working' }
        : { tone: 'wait', word: 'Waiting for a lane' };
    default:
      return assertNever(batch.status);
  }
}

/** Where a batch is in the queue for a lane; null when it is in none. */
export function laneSentence({ status, lane }: Pick<BatchSummary, 'status' | 'lane'>): string | null {
  if (status !== 'running' || lane.status !== 'asked') return null;
  const place = lane.place === null || lane.of === null ? null : `number ${lane.place} of ${lane.of} in the queue`;
  if (lane.message === null) return place === null ? 'Waits for a lane' : `Waits for a lane, ${place}`;
  return place === null ? lane.message : `${lane.message} (${place})`;
}

/** What a waiting task waits for, and until when. */
export function waitSentence(task: Pick<TaskView, 'waits'>, nowMs: number): string {
  const last = task.waits.at(-1);
  if (last === undefined) return 'Waiting';
  const untilMs = toMs(last.until);
  return untilMs === null || untilMs <= nowMs
    ? WAIT_WORDS[last.kind]
    : `${WAIT_WORDS[last.kind]}, ${relative(untilMs, nowMs)}`;
}

/** Why a batch holds and until when, in one sentence. */
export function holdSentence(hold: NonNullable<BatchSummary['hold']>, nowMs: number): string {
  const untilMs = toMs(hold.until);
  const word = HOLD_WORDS[hold.reason];
  if (untilMs === null) return hold.message === '' ? word : `${word}: ${hold.message}`;
  const verb = hold.reason === 'usage_limit' ? 'resets' : 'until';
  return `${word}, ${verb} ${moment(untilMs, nowMs)}, ${relative(untilMs, nowMs)}`;
}
