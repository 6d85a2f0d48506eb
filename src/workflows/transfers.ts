/**
 * Moving tasks to another batch: sends what left the list until it is acknowledged, merges what comes in, keeps the work
 * of what was begun. Runs in the workflow sandbox: changing the order of awaits breaks replay.
 */
import type { Parking, Transfer } from '../contracts/state.ts';
import { addNotes, findTask } from '../domain/batch-state.ts';
import { beginOffload, openTransfer, receiveTransfer, settleTransfer } from '../domain/transfers.ts';
import type { OffloadCommand, TransferAnswer, TransferMessage } from '../domain/transfers.ts';
import { taskLabel } from '../domain/details-table.ts';
import type { BatchRun } from './batch-run.ts';
import { failureOf } from './failures.ts';

/** Pauses before an unacknowledged transfer is sent again; the last one repeated. */
const RESEND_MS = [1000, 5000, 30_000, 300_000];

/** Effect of the offload command: synchronous up to the stop of the running task. */
export function offload(run: BatchRun, command: OffloadCommand): void {
  const { state } = run;
  const before = new Set(Object.keys(state.transfers));
  const parking = beginOffload(state, command, run.ports.now());
  const stopped = parking?.taskIds.some((id) => findTask(state, id)?.status === 'running') === true;
  if (stopped) run.requestStop('offload');
  const opened = Object.keys(state.transfers).filter((id) => !before.has(id));
  for (const id of opened) noteLeaving(run, id);
  run.recorder.touch();
}

/** Handler of `receiveTransfer`; the answer is sent at once, the loop may be inside a task of hours. */
export async function onTransfer(run: BatchRun, message: TransferMessage): Promise<void> {
  const { verdict, added } = receiveTransfer(run.state, message);
  run.recorder.touch(...added);
  for (const id of added) {
    const task = findTask(run.state, id);
    if (task !== undefined) run.taskEvent(task, `added:${message.transferId}`, 'task.added', { from: message.from });
  }
  await run.ports.transfers.answer(message.from, { transferId: message.transferId, verdict });
}

/** Handler of `transferAck`. */
export function onTransferAnswer(run: BatchRun, answer: TransferAnswer): void {
  const transfer = run.state.transfers[answer.transferId];
  const back = settleTransfer(run.state, answer);
  if (back.length > 0 && transfer !== undefined)
    addNotes(run.state.notes, [`${back.length} tasks came back: batch ${transfer.to} did not take them.`], 20);
  run.recorder.touch(...back);
}

/** True while tasks are on their way out: the batch may not close. */
export function hasTransfers(run: BatchRun): boolean {
  return run.state.parking.length > 0 || Object.keys(run.state.transfers).length > 0;
}

/** Sends transfers until the execution ends; started once, not awaited. Also what an earlier execution left open. */
export async function runTransfers(run: BatchRun): Promise<void> {
  const { state, ports } = run;
  for (;;) {
    await ports.waitUntil(() => Object.keys(state.transfers).length > 0, null, 'transfers');
    for (const [id, transfer] of Object.entries(state.transfers)) await send(run, id, transfer);
    const open = Object.values(state.transfers);
    if (open.length === 0) continue;
    const sent = Math.min(...open.map((transfer) => transfer.sent));
    const pauseMs = RESEND_MS[Math.min(Math.max(sent, 1), RESEND_MS.length) - 1] ?? 0;
    const isNew = (): boolean => Object.values(state.transfers).some((transfer) => transfer.sent === 0);
    await ports.waitUntil(() => isNew() || Object.keys(state.transfers).length === 0, pauseMs, 'sends again');
  }
}

/** A definite no to the first sending is the answer; later the target may have taken it before it closed. */
async function send(run: BatchRun, transferId: string, transfer: Transfer): Promise<void> {
  const { state, ports } = run;
  const isFirst = transfer.sent === 0;
  transfer.sent += 1;
  const delivered = await ports.transfers.send(transfer.to, {
    transferId,
    from: state.batch,
    tasks: transfer.tasks,
    accounts: state.accounts,
    ...(state.agents === undefined ? {} : { agents: state.agents }),
  });
  if (delivered || state.transfers[transferId] !== transfer) return;
  const verdict = isFirst ? 'refused' : await ports.transfers.fate(transfer.to, transferId);
  if (verdict !== null) onTransferAnswer(run, { transferId, verdict });
}

/** Keeps the work of begun tasks under refs and sends them off. Called between tasks. */
export async function parkTasks(run: BatchRun): Promise<void> {
  const { state } = run;
  for (let parking = state.parking[0]; parking !== undefined; parking = state.parking[0]) {
    const kept = await parkAll(run, parking);
    openTransfer(state, parking.transferId, parking.to, kept, run.ports.now());
    state.parking = state.parking.filter((each) => each !== parking);
    noteLeaving(run, parking.transferId);
    run.recorder.touch(...parking.taskIds.filter((id) => findTask(state, id) !== undefined));
  }
}

async function parkAll(run: BatchRun, parking: Parking) {
  const kept: Parking['taskIds'][number][] = [];
  for (const id of parking.taskIds) {
    const task = findTask(run.state, id);
    if (task === undefined) continue;
    try {
      const order = await run.ports.control.loadOrder({
        batch: run.state.batch,
        task: id,
        attempt: task.attempt ?? 1,
        epoch: run.state.epoch,
      });
      await run.ports.host(taskLabel(task)).parkWork({ order });
      kept.push(id);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind === 'cancelled') throw error;
      addNotes(run.state.notes, [`${taskLabel(task)} could not be moved: ${failure.message}`], 20);
    }
  }
  return kept;
}

function noteLeaving(run: BatchRun, transferId: string): void {
  const transfer = run.state.transfers[transferId];
  if (transfer === undefined) return;
  const { to, tasks } = transfer;
  run.batchEvent(`offload:${transferId}`, 'task.moved', { to, tasks: tasks.length });
}
