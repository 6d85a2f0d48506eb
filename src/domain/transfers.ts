/**
 * Moving tasks between batches, owned by the source: tasks leave its list into a numbered transfer, which is sent until
 * it is acknowledged; the target merges each transfer once. Runs in the workflow sandbox: pure.
 */
import type { BatchId, TaskId } from '../contracts/ids.ts';
import type { BatchState, Parking, Transfer, TransferredTask, TransferVerdict } from '../contracts/state.ts';
import { isFinalTaskStatus } from '../contracts/vocabulary.ts';
import { findTask, projectOf, RANK_STEP, sortTasks } from './batch-state.ts';
import type { Command, Refusal } from './commands.ts';

/** `running`: also the task that runs, which is stopped for it. */
export interface OffloadCommand extends Command {
  readonly to: BatchId;
  readonly taskIds: readonly TaskId[];
  readonly running: boolean;
}

/** What one batch sends another. */
export interface TransferMessage {
  readonly transferId: string;
  readonly from: BatchId;
  readonly tasks: readonly TransferredTask[];
  /** Account of the agent by project id, as the source knows it. */
  readonly accounts: Readonly<Record<string, string>>;
  /** Likewise the agents where there is a choice. */
  readonly agents?: BatchState['agents'];
}

/** What it is answered. */
export interface TransferAnswer {
  readonly transferId: string;
  readonly verdict: TransferVerdict;
}

/** Transfers whose verdict is remembered. */
const KEPT_VERDICTS = 500;

/** Check of an offload: each refused task with its reason. */
export function checkOffload(state: BatchState, command: OffloadCommand): Refusal | null {
  if (state.closing) return { code: 'batch_closing', message: `Batch ${state.batch} is just closing.` };
  if (command.to === state.batch) return { code: 'invalid_input', message: 'A batch cannot be offloaded to itself.' };
  const refused: Record<string, string> = {};
  for (const id of command.taskIds) {
    const reason = refusalOf(state, id, command.running);
    if (reason !== null) refused[id] = reason;
  }
  const count = Object.keys(refused).length;
  if (count === 0) return null;
  const code = Object.values(refused).includes('running') ? 'task_running' : 'illegal_transition';
  return { code, message: `${count} of the tasks cannot be moved.`, details: refused };
}

function refusalOf(state: BatchState, id: TaskId, running: boolean): string | null {
  const task = findTask(state, id);
  if (task === undefined) return isOnItsWay(state, id) ? 'already on its way' : 'unknown';
  if (state.parking.some((parking) => parking.taskIds.includes(id))) return 'already on its way';
  if (task.status === 'running') return running ? null : 'running';
  return isFinalTaskStatus(task.status) ? task.status : null;
}

function isOnItsWay(state: BatchState, id: TaskId): boolean {
  return Object.values(state.transfers).some((transfer) => transfer.tasks.some((task) => task.state.id === id));
}

/**
 * Takes the tasks that nothing was done for out of the list into a transfer; those with work in the tree are parked
 * first. @returns what has to be parked; null: nothing
 */
export function beginOffload(state: BatchState, command: OffloadCommand, nowMs: number): Parking | null {
  const begun = command.taskIds.filter((id) => (findTask(state, id)?.attempt ?? 0) > 0);
  const fresh = command.taskIds.filter((id) => !begun.includes(id));
  if (fresh.length > 0) openTransfer(state, `${command.commandId}#0`, command.to, fresh, nowMs);
  if (begun.length === 0) return null;
  const parking: Parking = { to: command.to, transferId: `${command.commandId}#1`, taskIds: begun };
  state.parking.push(parking);
  return parking;
}

/** Moves tasks out of the list into a transfer. Final ones stay: they ended while they were to be parked. */
export function openTransfer(
  state: BatchState,
  transferId: string,
  to: BatchId,
  taskIds: readonly TaskId[],
  nowMs: number,
): void {
  const leaving = taskIds
    .map((id) => findTask(state, id))
    .filter((task) => task !== undefined && !isFinalTaskStatus(task.status));
  const tasks = leaving.flatMap((task): TransferredTask[] => {
    if (task === undefined) return [];
    const { project: _project, ...own } = task;
    const details = state.details[task.id] ?? null;
    return [
      { state: { ...own, status: 'queued', hops: (task.hops ?? 0) + 1 }, details, project: projectOf(state, task) },
    ];
  });
  if (tasks.length === 0) return;
  const gone = new Set<string>(tasks.map((task) => task.state.id));
  state.tasks = state.tasks.filter((task) => !gone.has(task.id));
  for (const id of gone) delete state.details[id];
  state.transfers[transferId] = { to, tasks, sinceMs: nowMs, sent: 0 };
}

/** The target's side: merges a transfer once, at the end of the list, and answers a repeated one alike. */
export function receiveTransfer(
  state: BatchState,
  message: TransferMessage,
): { verdict: TransferVerdict; added: TaskId[] } {
  const known = state.received.find(([id]) => id === message.transferId)?.[1];
  if (known !== undefined) return { verdict: known, added: [] };
  const verdict: TransferVerdict = state.closing || state.status === 'cancelled' ? 'refused' : 'accepted';
  state.received.push([message.transferId, verdict]);
  if (state.received.length > KEPT_VERDICTS) state.received.splice(0, state.received.length - KEPT_VERDICTS);
  if (verdict === 'refused') return { verdict, added: [] };
  state.accounts = { ...message.accounts, ...state.accounts };
  if (message.agents !== undefined) state.agents = { ...message.agents, ...state.agents };
  const last = state.tasks.at(-1)?.rank ?? -RANK_STEP;
  const added: TaskId[] = [];
  for (const [index, { state: task, details, project }] of message.tasks.entries()) {
    if (findTask(state, task.id) !== undefined) continue;
    const own = project === state.project ? {} : { project };
    state.tasks.push({ ...task, ...own, status: 'queued', rank: last + (index + 1) * RANK_STEP });
    if (details !== null) state.details[task.id] = details;
    added.push(task.id);
  }
  return { verdict, added };
}

/** The source's side: accepted tasks are forgotten, refused ones go back to their place. @returns the tasks that are back */
export function settleTransfer(state: BatchState, answer: TransferAnswer): TaskId[] {
  const transfer = state.transfers[answer.transferId];
  if (transfer === undefined) return [];
  delete state.transfers[answer.transferId];
  return answer.verdict === 'accepted' ? [] : putBack(state, transfer);
}

function putBack(state: BatchState, transfer: Transfer): TaskId[] {
  for (const { state: task, details, project } of transfer.tasks) {
    if (findTask(state, task.id) !== undefined) continue;
    const own = project === state.project ? {} : { project };
    // One hop more than on its way, so that this row wins over what a target may have recorded meanwhile.
    state.tasks.push({ ...task, ...own, hops: (task.hops ?? 0) + 1 });
    if (details !== null) state.details[task.id] = details;
  }
  sortTasks(state);
  return transfer.tasks.map((task) => task.state.id);
}
