/**
 * The life of a batch: one task at a time until nothing is left, nothing may run, or the history is long enough.
 * Knows no server: it is handed its world. Runs in the workflow sandbox: changing the order of awaits breaks replay.
 */
import type { WorkOrder } from '../contracts/order.ts';
import type { ProjectId } from '../contracts/ids.ts';
import type { AttemptRecord, TaskDetails, TaskState } from '../contracts/state.ts';
import { isFinalTaskStatus } from '../contracts/vocabulary.ts';
import type { BatchStatus } from '../contracts/vocabulary.ts';
import { addNotes, detailsOf, projectOf, setTaskStatus } from '../domain/batch-state.ts';
import { heldByNeed, nextInTurn, tasksToSkip } from '../domain/dependencies.ts';
import { taskLabel } from '../domain/details-table.ts';
import { endRuns } from './batch-run.ts';
import type { BatchRun } from './batch-run.ts';
import { cancelWaiting } from './effects.ts';
import { failureOf } from './failures.ts';
import { holdForAgents, takeUp } from './fallback.ts';
import { acquireLane, freeSkippedAccount, isLaneOfOther, releaseLane } from './lane.ts';
import { ensureWorkspace, runAttempt } from './pipeline.ts';
import { hasTransfers, parkTasks } from './transfers.ts';
import { keepWork, settleAttempt, settleFailure, settleStop } from './settle.ts';

/** Works until the batch is closed (`done`) or its execution should be continued as new (`continue`). */
export async function runLoop(run: BatchRun): Promise<'done' | 'continue'> {
  const { state, ports } = run;
  for (;;) {
    await salvageCancelled(run);
    await parkTasks(run);
    if (state.status === 'cancelled' && !hasTransfers(run)) return await close(run);
    if (ports.executionIsLong(run.tasksBegun)) return 'continue';
    if (await waitUntilFree(run)) continue;
    skipUnreachable(run);
    const task = nextInTurn(state);
    if (task !== undefined) await takeTurn(run, task);
    else if (hasTransfers(run)) await waitForTransfers(run);
    else if (!holdForNeed(run)) return await close(run);
  }
}

/** Waits for whatever keeps the batch from working; true if it waited and the loop has to look around. */
async function waitUntilFree(run: BatchRun): Promise<boolean> {
  const { state, ports, recorder } = run;
  if (state.status !== 'running') {
    await waitWhile(run, state.status);
    return true;
  }
  if (takePendingHold(run) || state.hold !== null) {
    await waitForHold(run);
    return true;
  }
  if (!recorder.isBehind) return false;
  await ports.waitUntil(() => !recorder.isBehind || state.status !== 'running', null, 'the database does not answer');
  return true;
}

async function waitWhile(run: BatchRun, status: BatchStatus): Promise<void> {
  const { state, ports } = run;
  await releaseLane(run);
  const isOver = (): boolean =>
    state.status !== status ||
    run.toSalvage.length > 0 ||
    state.parking.length > 0 ||
    isFreeOfTransfers(run) ||
    ports.executionIsLong(run.tasksBegun);
  await ports.waitUntil(isOver, null, status);
}

async function waitForTransfers(run: BatchRun): Promise<void> {
  const { state, ports } = run;
  const isOver = (): boolean => nextInTurn(state) !== undefined || !hasTransfers(run) || state.status !== 'running';
  await ports.waitUntil(isOver, null, 'transfers');
}

/** Synchronous between the look at the batch and the start of the task, so that no command can come in between. */
async function takeTurn(run: BatchRun, task: TaskState): Promise<void> {
  if (mustWait(run, task)) await waitForTask(run, task);
  else if (holdForAgents(run, task)) return;
  else if (run.state.lane.status !== 'held' || isLaneOfOther(run, task)) await acquireLane(run, task);
  else if (run.state.skipAccount) await freeSkippedAccount(run, task);
  else await workOn(run, task);
}

/** Tasks whose needed one did not end well will never get their turn. */
function skipUnreachable(run: BatchRun): void {
  for (let tasks = tasksToSkip(run.state); tasks.length > 0; tasks = tasksToSkip(run.state)) {
    for (const task of tasks) {
      setTaskStatus(task, 'skipped');
      run.taskEvent(task, 'skipped', 'task.skipped', { why: 'a needed task did not complete' });
      run.recorder.touch(task.id);
    }
  }
}

/** A task may ask that the batch waits for the user when what it needs failed. */
function holdForNeed(run: BatchRun): boolean {
  const task = heldByNeed(run.state);
  if (task === undefined) return false;
  const sinceMs = run.ports.now();
  const message = `${taskLabel(task)} needs a task that did not complete: retry that one, or cancel this.`;
  run.state.hold = { reason: 'environment', sinceMs, untilMs: null, message };
  run.batchEvent(`held:${sinceMs}`, 'batch.held', { reason: 'environment', untilMs: null, message });
  return true;
}

/** A cancelled batch waits only for what is on its way out. */
function isFreeOfTransfers(run: BatchRun): boolean {
  return run.state.status === 'cancelled' && !hasTransfers(run);
}

/** Waits out a hold; true time or a command ends it. */
async function waitForHold(run: BatchRun): Promise<void> {
  const { state, ports } = run;
  const hold = state.hold;
  if (hold === null) return;
  // A place in the queue is kept: the lanes decide who tries a held account first.
  if (state.lane.status === 'held') await releaseLane(run);
  const timeoutMs = hold.untilMs === null ? null : Math.max(0, hold.untilMs - ports.now());
  await ports.waitUntil(() => state.hold !== hold || state.status !== 'running', timeoutMs, `hold: ${hold.reason}`);
  if (state.hold !== hold || state.status !== 'running') return;
  state.hold = null;
  run.batchEvent(`released:${hold.sinceMs}`, 'batch.released', { reason: hold.reason });
}

/** What another batch met applies here too, unless its time is over. */
function takePendingHold(run: BatchRun): boolean {
  const { state, ports } = run;
  const pending = state.pendingHold;
  state.pendingHold = null;
  if (pending === null || state.hold !== null || (pending.untilMs ?? 0) <= ports.now()) return false;
  state.hold = pending;
  run.batchEvent(`held:${pending.sinceMs}`, 'batch.held', {
    reason: pending.reason,
    untilMs: pending.untilMs,
    message: pending.message,
  });
  return true;
}

/** Synchronous: between the look at the batch's status and the start of a task no command may come. */
function mustWait(run: BatchRun, task: TaskState): boolean {
  return (run.state.details[task.id]?.notBeforeMs ?? 0) > run.ports.now();
}

/** Waits until the task may be tried again, or something else happens to the batch. */
async function waitForTask(run: BatchRun, task: TaskState): Promise<void> {
  const { state, ports } = run;
  const notBeforeMs = state.details[task.id]?.notBeforeMs ?? 0;
  const changed = () =>
    state.status !== 'running' || nextInTurn(state) !== task || state.details[task.id]?.notBeforeMs == null;
  await ports.waitUntil(changed, notBeforeMs - ports.now(), `back-off: ${taskLabel(task)}`);
}

async function workOn(run: BatchRun, task: TaskState): Promise<void> {
  let order: WorkOrder | null = null;
  const { details, goesOn } = beginAttempt(run, task);
  try {
    order = await loadOrder(run, task);
    if (run.stop !== null) return await settleStop(run, task, order);
    const workspace = await ensureWorkspace(run, task, order);
    takeUp(run, task, details, goesOn ? details.agent : null, workspace.policy.agent);
    if (run.stop !== null) return await settleStop(run, task, order);
    await settleAttempt(run, task, order, await runAttempt(run, task, details, order, workspace));
  } catch (error) {
    const failure = failureOf(error);
    if (run.stop !== null) {
      if (order !== null) await endRuns(run, order);
      return await settleStop(run, task, order);
    }
    if (failure.kind === 'cancelled') throw error;
    await settleFailure(run, task, order, failure);
  } finally {
    settleLateStop(run, task);
  }
}

/** A stop that came while the end of the attempt was being settled: a pause has its effect anyway, a cancel does not. */
function settleLateStop(run: BatchRun, task: TaskState): void {
  const reason = run.stop;
  run.stopDone();
  const isCancel = reason === 'cancelTask' || reason === 'cancelBatch';
  if (isCancel && !isFinalTaskStatus(task.status)) cancelWaiting(run, task);
}

async function loadOrder(run: BatchRun, task: TaskState): Promise<WorkOrder> {
  return await run.ports.control.loadOrder({
    batch: run.state.batch,
    task: task.id,
    attempt: task.attempt ?? 1,
    epoch: run.state.epoch,
  });
}

function beginAttempt(run: BatchRun, task: TaskState): { details: TaskDetails; goesOn: boolean } {
  const nowMs = run.ports.now();
  const details = detailsOf(run.state, task);
  // A batch that was opened in another Temporal finds its attempt still open, with the runs that it made.
  const open = details.attempts.at(-1);
  const goesOn = open !== undefined && open.endedAtMs === null && open.number === task.attempt;
  setTaskStatus(task, 'running');
  if (!goesOn) task.attempt = (task.attempt ?? 0) + 1;
  run.tasksBegun += 1;
  details.startedAtMs ??= nowMs;
  details.notBeforeMs = null;
  details.step = 'agent';
  details.stepSinceMs = nowMs;
  details.lastFailedTree = null;
  details.waits = details.waits.map((wait) => (wait.untilMs === null ? { ...wait, untilMs: nowMs } : wait));
  if (!goesOn) details.attempts.push(newAttempt(details, task.attempt ?? 1, nowMs));
  run.taskEvent(task, 'started', 'task.started');
  run.recorder.touch(task.id);
  return { details, goesOn };
}

function newAttempt(details: TaskDetails, number: number, nowMs: number): AttemptRecord {
  return {
    number,
    startedAtMs: nowMs,
    endedAtMs: null,
    agent: details.agent ?? '',
    sessionId: details.sessionId,
    outcome: null,
    message: null,
    costUsd: null,
    tokens: null,
    turns: null,
    fixes: 0,
    deniedTools: [],
    checks: [],
  };
}

/** Tasks that were cancelled while they waited may have left work in the tree: it becomes a ref. */
export async function salvageCancelled(run: BatchRun): Promise<void> {
  for (let next = run.toSalvage.shift(); next !== undefined; next = run.toSalvage.shift()) {
    const { task, details } = next;
    try {
      await keepWork(run, task, await loadOrder(run, task), 'over', details);
    } catch (error) {
      if (failureOf(error).kind === 'cancelled') throw error;
      addNotes(details.notes, [`Its work was not looked after: ${String(error).slice(0, 200)}`]);
    }
    // The record of the cancellation dropped the details from the state: they are written once more, whole.
    run.state.details[task.id] = details;
    run.recorder.touch(task.id);
  }
}

/** Ends the batch: no task may be added from here on; delivery, removal of clean worktrees, last record. */
async function close(run: BatchRun): Promise<'done'> {
  const { state } = run;
  state.closing = true;
  await releaseLane(run);
  const cleaned: [ProjectId, TaskState][] = [];
  for (const [project, task] of begunProjects(run)) {
    if (await closeWorkspace(run, project, task)) cleaned.push([project, task]);
  }
  // All at once, with the end: an entry by itself would be a record of its own.
  for (const [project, task] of cleaned) run.taskEvent(task, `cleaned:${project}`, 'context.cleaned', { project });
  if (state.status !== 'cancelled') {
    state.status = 'completed';
    run.batchEvent(`completed:${run.ports.now()}`, 'batch.completed');
  }
  state.hold = null;
  state.completedAtMs = run.ports.now();
  run.recorder.touch();
  return 'done';
}

/** Every project that has, or may have, something of a workspace, with a task that can order it closed. */
function begunProjects({ state }: BatchRun): Map<ProjectId, TaskState> {
  const found = new Map<ProjectId, TaskState>();
  for (const task of state.tasks) {
    const project = projectOf(state, task);
    if (found.has(project)) continue;
    if ((task.attempt ?? 0) > 0 || project in state.workspaces) found.set(project, task);
  }
  return found;
}

/** True when the project's workspace is gone, or was never made. */
async function closeWorkspace(run: BatchRun, project: ProjectId, task: TaskState): Promise<boolean> {
  const { state } = run;
  const deliver = state.status !== 'cancelled' && project in state.workspaces;
  try {
    const order = await loadOrder(run, task);
    const closed = await run.ports.host('deliver').closeWorkspace({ order, deliver });
    const workspace = state.workspaces[project];
    if (workspace !== undefined) state.workspaces[project] = { ...workspace, closed: true };
    addNotes(state.notes, closed.notes, 20);
    return closed.kept !== true;
  } catch (error) {
    const failure = failureOf(error);
    addNotes(state.notes, [`Delivery failed: ${failure.kind === 'error' ? failure.message : 'cancelled'}`], 20);
    return false;
  }
}
