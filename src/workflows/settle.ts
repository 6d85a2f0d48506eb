/**
 * What follows from the end of an attempt: statuses, holds, waits, journal. Runs in the workflow sandbox: changing the
 * order of awaits breaks replay.
 */
import { traitsOf } from '../contracts/kinds.ts';
import type { WorkOrder } from '../contracts/order.ts';
import type { TaskFailureCode } from '../contracts/outcome.ts';
import type { Hold, TaskDetails, TaskState } from '../contracts/state.ts';
import { assertNever, isFinalTaskStatus } from '../contracts/vocabulary.ts';
import type { Step, WaitKind } from '../contracts/vocabulary.ts';
import { ERRORS } from '../contracts/error-catalogue.ts';
import type { ErrorCategory, ErrorCode } from '../contracts/error-catalogue.ts';
import { addNotes, detailsOf, projectOf, setTaskStatus } from '../domain/batch-state.ts';
import { needsUser } from '../domain/decide.ts';
import type { Decision } from '../domain/decide.ts';
import { agentsOf, holdOfAll, noteAccountHold } from '../domain/fallback.ts';
import { taskLabel } from '../domain/details-table.ts';
import { mayBatchBecome } from '../domain/transitions.ts';
import { forgetSession, updateAttempt } from './batch-run.ts';
import type { BatchRun } from './batch-run.ts';
import { endFacts, tellFailure } from './end-of-task.ts';
import type { KnownFailure } from './failures.ts';
import { accountInUse, releaseLane, reportHold } from './lane.ts';
import type { AttemptEnd } from './attempt.ts';

/** Messages for people are cut to this. */
const MAX_MESSAGE = 500;
/** What would meet every task of the batch alike, and what the user or time can mend, holds it. */
const HELD: ReadonlySet<ErrorCategory> = new Set(['environment', 'transient', 'conflict', 'limit']);
/** After these the workspace is prepared again before the next attempt. */
const WORKSPACE_GONE: ReadonlySet<ErrorCode> = new Set(['workspace_broken', 'repository_gone']);

/** Does what the end of an attempt asks for. */
export async function settleAttempt(run: BatchRun, task: TaskState, order: WorkOrder, end: AttemptEnd): Promise<void> {
  switch (end.kind) {
    case 'committed':
      return complete(run, task, end.commit);
    case 'stopped':
      return await settleStop(run, task, order);
    case 'failed':
      return await fail(run, task, order, end.code, end.message, end.step);
    case 'decided':
      return await settleDecision(run, task, order, end.decision);
    default:
      return assertNever(end);
  }
}

/** The attempt could not be made: hold the batch where the user or time can mend it, else the task fails. */
export async function settleFailure(
  run: BatchRun,
  task: TaskState,
  order: WorkOrder | null,
  failure: Extract<KnownFailure, { kind: 'error' }>,
): Promise<void> {
  if (WORKSPACE_GONE.has(failure.code)) delete run.state.workspaces[projectOf(run.state, task)];
  if (HELD.has(ERRORS[failure.code].category) || failure.code === 'invalid_settings') {
    const reason =
      failure.code === 'host_offline'
        ? 'host_offline'
        : failure.code === 'agent_needs_login' || failure.code === 'agent_billing'
          ? 'needs_login'
          : 'environment';
    const wait: WaitKind = reason === 'needs_login' ? 'needs_login' : 'environment';
    const decision = needsUser(reason, wait, `${ERRORS[failure.code].summary} ${failure.message}`, {
      probes: run.state.probes,
      nowMs: run.ports.now(),
    });
    return await settleDecision(run, task, order, decision);
  }
  const step = detailsOf(run.state, task).step ?? 'prepare';
  await fail(run, task, order, 'could_not_run', `${failure.code}: ${failure.message}`, step);
}

/** What a stop by the user means for the task that was running. */
export async function settleStop(run: BatchRun, task: TaskState, order: WorkOrder | null): Promise<void> {
  const reason = run.stop;
  run.stopDone();
  const details = endAttempt(run, task, 'stopped', null);
  if (reason === 'pause' || reason === 'offload' || reason === null) {
    setTaskStatus(task, 'queued');
    run.recorder.touch(task.id);
    return;
  }
  await keepWork(run, task, order, 'over');
  details.completedAtMs = run.ports.now();
  setTaskStatus(task, 'cancelled');
  run.taskEvent(task, 'cancelled', 'task.cancelled', endFacts(task, details));
  run.recorder.touch(task.id);
}

/** Keeps a task's work as a ref and frees its claim; what cannot be kept now is said in a note, never lost. */
export async function keepWork(
  run: BatchRun,
  task: TaskState,
  order: WorkOrder | null,
  attempts: 'over' | 'more',
  details: TaskDetails = detailsOf(run.state, task),
): Promise<void> {
  if (order === null) return;
  try {
    const kept = await run.ports.host(taskLabel(task)).salvage({ order, attempts });
    if (kept.ref !== null) details.salvageRef = kept.ref;
    addNotes(details.notes, kept.notes);
  } catch (error) {
    addNotes(details.notes, [`The work of the last attempt stayed in the workspace: ${String(error).slice(0, 200)}`]);
  }
}

function complete(run: BatchRun, task: TaskState, commit: string | null): void {
  const details = endAttempt(run, task, 'succeeded', null);
  details.commit = commit;
  details.completedAtMs = run.ports.now();
  details.salvageRef = null;
  setTaskStatus(task, 'completed');
  run.taskEvent(task, 'completed', 'task.completed', {
    ...endFacts(task, details),
    commit,
    verified: details.verified,
  });
  run.recorder.touch(task.id);
}

async function fail(
  run: BatchRun,
  task: TaskState,
  order: WorkOrder | null,
  code: TaskFailureCode,
  message: string,
  step: Step,
): Promise<void> {
  const details = endAttempt(run, task, code, message);
  task.spent = (task.spent ?? 0) + 1;
  await keepWork(run, task, order, 'over');
  if (order !== null && traitsOf(task.kind ?? 'requirement').responds)
    await tellFailure(run, task, order, { code, message: message.slice(0, MAX_MESSAGE) });
  details.failure = { code, message: message.slice(0, MAX_MESSAGE), step };
  details.completedAtMs = run.ports.now();
  setTaskStatus(task, 'failed');
  run.taskEvent(task, 'failed', 'task.failed', {
    ...endFacts(task, details),
    code,
    message: details.failure.message,
    step,
  });
  run.recorder.touch(task.id);
  afterFailure(run);
}

function afterFailure(run: BatchRun): void {
  const { state } = run;
  if (state.onFailure === 'continue' || state.status !== 'running') return;
  if (state.onFailure === 'pause') return pauseBatch(run, 'A task failed.');
  for (const task of state.tasks) {
    if (isFinalTaskStatus(task.status) || task.status === 'running') continue;
    setTaskStatus(task, 'skipped');
    run.taskEvent(task, 'skipped', 'task.skipped', { why: 'an earlier task failed' });
    run.recorder.touch(task.id);
  }
}

async function settleDecision(
  run: BatchRun,
  task: TaskState,
  order: WorkOrder | null,
  decision: Exclude<Decision, { kind: 'verify' | 'continue' | 'fail' }>,
): Promise<void> {
  switch (decision.kind) {
    case 'again':
      return await again(run, task, order, decision);
    case 'hold':
      endAttempt(run, task, decision.wait, decision.message);
      wait(run, task, decision.wait);
      return hold(run, await holdAccount(run, task, decision));
    case 'handover':
      endAttempt(run, task, decision.wait, decision.message);
      setTaskStatus(task, 'queued');
      run.recorder.touch(task.id);
      await holdAccount(run, task, decision);
      // The next agent has an account of its own, under which a lane is asked for.
      return await releaseLane(run);
    case 'pause':
      endAttempt(run, task, 'usage_limit', decision.message);
      wait(run, task, 'usage_limit');
      // The user was asked: what is waited for after the answer counts anew.
      run.state.probes = 0;
      return pauseBatch(run, decision.message);
    case 'reset':
      endAttempt(run, task, 'usage_limit', decision.message);
      return resetQueue(run, task, decision.message);
    case 'stopped':
      return await settleStop(run, task, order);
    default:
      return assertNever(decision);
  }
}

async function again(
  run: BatchRun,
  task: TaskState,
  order: WorkOrder | null,
  decision: Extract<Decision, { kind: 'again' }>,
): Promise<void> {
  const verdict = decision.wait ?? (decision.spends ? 'failed' : decision.freshSession ? 'session_broken' : 'lost');
  const details = endAttempt(run, task, verdict, decision.message);
  if (decision.spends) task.spent = (task.spent ?? 0) + 1;
  if (decision.wait === 'backoff') details.backoffs += 1;
  if (verdict === 'lost') details.losses += 1;
  if (verdict === 'session_broken') details.freshened = true;
  if (decision.freshSession) forgetSession(details);
  // Nothing of the work so far is left to be taken over.
  if (!decision.keepWork) delete details.tookOverFrom;
  if (!decision.keepWork) await keepWork(run, task, order, 'more');
  details.notBeforeMs = decision.pauseMs > 0 ? run.ports.now() + decision.pauseMs : null;
  if (decision.wait !== null) return wait(run, task, decision.wait);
  setTaskStatus(task, 'queued');
  run.recorder.touch(task.id);
}

/** Puts the task to the front, waiting; it keeps its session and its work. */
function wait(run: BatchRun, task: TaskState, kind: WaitKind): void {
  const details = detailsOf(run.state, task);
  details.waits.push({ kind, fromMs: run.ports.now(), untilMs: null });
  if (details.waits.length > 20) details.waits.splice(1, 1);
  setTaskStatus(task, 'waiting');
  run.taskEvent(task, 'waiting', 'task.waiting', { why: kind });
  run.recorder.touch(task.id);
}

/**
 * All batches of the account shall know before this one gives its lane back.
 * @returns the hold of the batch itself: where there is a choice, until the first of its agents is free
 */
async function holdAccount(
  run: BatchRun,
  task: TaskState,
  decision: Extract<Decision, { kind: 'hold' | 'handover' }>,
): Promise<Hold> {
  const { state, ports } = run;
  const { reason, untilMs } = decision;
  const message = decision.message.slice(0, MAX_MESSAGE);
  const account = accountInUse(run, task);
  const own = { reason, sinceMs: ports.now(), untilMs, message };
  const isAgents = decision.kind === 'handover' || reason === 'usage_limit';
  if (isAgents && agentsOf(state, task).length > 0) noteAccountHold(state, account, own);
  if (reason === 'usage_limit' || reason === 'needs_login')
    await reportHold(run, account, { reason, untilMs, message });
  return { ...own, untilMs: holdOfAll(state, task, ports.now())?.untilMs ?? untilMs, sinceMs: ports.now() };
}

function hold(run: BatchRun, held: Hold): void {
  if (run.state.status !== 'running') return;
  run.state.hold = held;
  run.state.probes += 1;
  run.batchEvent(`held:${held.sinceMs}`, 'batch.held', {
    reason: held.reason,
    untilMs: held.untilMs,
    message: held.message,
  });
}

function pauseBatch(run: BatchRun, why: string): void {
  if (!mayBatchBecome(run.state.status, 'paused')) return;
  run.state.status = 'paused';
  addNotes(run.state.notes, [`Paused: ${why}`.slice(0, MAX_MESSAGE)], 20);
  run.batchEvent(`paused:${run.ports.now()}`, 'batch.paused', { why: why.slice(0, MAX_MESSAGE) });
}

function resetQueue(run: BatchRun, task: TaskState, why: string): void {
  setTaskStatus(task, 'queued');
  for (const open of run.state.tasks) {
    if (open.status !== 'queued' && open.status !== 'waiting') continue;
    setTaskStatus(open, 'idle');
    run.recorder.touch(open.id);
  }
  if (mayBatchBecome(run.state.status, 'idle')) run.state.status = 'idle';
  addNotes(run.state.notes, [`Queue put back to idle: ${why}`.slice(0, MAX_MESSAGE)], 20);
  run.batchEvent(`paused:${run.ports.now()}`, 'batch.paused', { why: 'usage limit, queue reset' });
}

/** Closes the books of the present attempt. */
function endAttempt(run: BatchRun, task: TaskState, outcome: string, message: string | null): TaskDetails {
  const details = run.step(task, null, true);
  const nowMs = run.ports.now();
  updateAttempt(details, (attempt) => {
    if (attempt.endedAtMs !== null) return attempt;
    details.durationMs += nowMs - attempt.startedAtMs;
    return { ...attempt, endedAtMs: nowMs, outcome, message: message?.slice(0, MAX_MESSAGE) ?? null };
  });
  return details;
}
