/** What user commands do to a batch at work. All synchronous. Runs in the workflow sandbox. */
import type { TaskState } from '../contracts/state.ts';
import { isFinalTaskStatus } from '../contracts/vocabulary.ts';
import { detailsOf, findTask, setTaskStatus } from '../domain/batch-state.ts';
import { queueIdle } from '../domain/commands.ts';
import type { Command, PauseCommand, TaskCommand } from '../domain/commands.ts';
import { applyEdit } from '../domain/edit-batch.ts';
import type { EditCommand } from '../domain/edit-batch.ts';
import type { BatchRun } from './batch-run.ts';
import { isAccountHold } from './lane.ts';

/** Starts or goes on; ends a hold. */
export function start(run: BatchRun, command: Command): void {
  const { state } = run;
  const first = state.startedAtMs === null;
  state.startedAtMs ??= run.ports.now();
  state.completedAtMs = null;
  state.status = 'running';
  for (const id of queueIdle(state)) run.recorder.touch(id);
  skipWait(run);
  run.batchEvent(`started:${command.number}`, first ? 'batch.started' : 'batch.resumed');
}

/** Starts nothing more; `now` stops the running task. */
export function pause(run: BatchRun, command: PauseCommand): void {
  run.state.status = 'paused';
  run.state.hold = null;
  run.batchEvent(`paused:${command.number}`, 'batch.paused', { now: command.now });
  if (command.now && run.state.tasks.some((task) => task.status === 'running')) run.requestStop('pause');
}

/** Cancels everything that is open; the running task is stopped. */
export function cancel(run: BatchRun): void {
  const { state } = run;
  state.status = 'cancelled';
  state.hold = null;
  for (const task of state.tasks) {
    if (task.status === 'running') run.requestStop('cancelBatch');
    else if (!isFinalTaskStatus(task.status)) cancelWaiting(run, task);
  }
  run.batchEvent('cancelled', 'batch.cancelled');
}

/** Cancels one task. */
export function cancelTask(run: BatchRun, command: TaskCommand): void {
  const task = findTask(run.state, command.taskId);
  if (task === undefined || task.status === 'cancelled') return;
  if (task.status === 'running') run.requestStop('cancelTask');
  else cancelWaiting(run, task);
}

/** A task that is not at work is cancelled at once; the loop looks after what its earlier attempts left. */
export function cancelWaiting(run: BatchRun, task: TaskState): void {
  const details = detailsOf(run.state, task);
  details.completedAtMs = run.ports.now();
  if ((task.attempt ?? 0) > 0) run.toSalvage.push({ task, details });
  setTaskStatus(task, 'cancelled');
  run.taskEvent(task, 'cancelled', 'task.cancelled');
  run.recorder.touch(task.id);
}

/** Changes name and limits; nothing that is under way. */
export function edit(run: BatchRun, command: EditCommand): void {
  applyEdit(run.state, command.change);
  run.batchEvent(`edited:${command.number}`, 'batch.edited');
}

/** Ends a hold and every back-off: whoever asks for it wants it tried now. */
export function skipWait(run: BatchRun): void {
  const { state } = run;
  const waits = state.lane.wait !== null && state.lane.wait.why !== 'lanes_full';
  if (waits || isAccountHold(state.hold) || state.pendingHold !== null) state.skipAccount = true;
  state.hold = null;
  state.pendingHold = null;
  delete state.accountHolds;
  for (const details of Object.values(state.details)) details.notBeforeMs = null;
}
