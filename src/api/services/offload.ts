/** Moves tasks from one batch to another one, to a completed one, or to one that is made for it. */
import { randomUUID } from 'node:crypto';
import { AppError } from '../../contracts/errors.ts';
import { isId } from '../../contracts/ids.ts';
import type { TaskId } from '../../contracts/ids.ts';
import type { OffloadAnswer } from '../../contracts/lifecycle-routes.ts';
import type { BatchRow } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';
import { cancel, refuseClosed, sendCommand, withCommand } from './command-batch.ts';
import type { BatchCreation } from './create-batch.ts';
import { findBatch } from './lookup.ts';
import { arrivals } from './offload-arrivals.ts';
import { offloadReasons, targetReason } from './offload-reasons.ts';
import { openAgain, reopenedState } from './reopen.ts';
import { refusalError, refuseTasks, withTaskNames } from './task-refusals.ts';
import type { NameOf } from './task-refusals.ts';

/** A reopened batch waits so long for what it was reopened for: without a task it would close at once. */
const WAIT_FOR_QUEUED_MS = 15_000;
/** The running task is stopped and its work is kept before it can leave. */
const WAIT_FOR_RUNNING_MS = 90_000;

/** Body of an offload: `to` or `newBatch`. */
export interface OffloadRequest {
  readonly commandId?: string | undefined;
  readonly to?: string | undefined;
  readonly newBatch?: { readonly name?: string | undefined } | undefined;
  readonly taskIds: readonly string[];
  readonly running: boolean;
}

interface Target {
  readonly row: BatchRow;
  readonly created: boolean;
  readonly reopened: boolean;
}

/**
 * All tasks or none are moved; a refusal has `details.tasks` [{task, name, reason}]. Nothing is made or reopened for an
 * offload that the rows refuse already.
 * @throws AppError invalid_input, illegal_transition, task_running, batch_not_found, and as `sendCommand`
 */
export async function offload(
  deps: ApiDeps,
  creation: BatchCreation,
  source: BatchRow,
  request: OffloadRequest,
): Promise<OffloadAnswer> {
  refuseClosed(source, 'offload');
  const commandId = request.commandId ?? randomUUID();
  const ids = [...new Set(request.taskIds)];
  const before = await deps.store.tasks.ofBatch(source.id);
  const nameOf: NameOf = (id) => before.find((task) => task.definition.id === id)?.definition.name;
  const { taskIds, number } = await checkTasks(deps, source, request, ids, commandId, nameOf);
  const target = await openTarget(deps, creation, source, request, commandId, nameOf).catch((error: unknown) => {
    throw withCommand(error, { commandId, number });
  });
  try {
    const own = { to: target.row.id, taskIds, running: request.running };
    await sendCommand(deps, source, 'offload', commandId, (command) => ({ ...command, ...own }));
  } catch (error) {
    if (target.created && AppError.is(error) && error.category !== 'transient') await dropTarget(deps, target.row);
    throw withTaskNames(error, nameOf);
  }
  const tasks = await arrivals(deps, { source, target: target.row, commandId, taskIds, before });
  if (target.reopened && tasks.every((task) => task.result !== 'pending'))
    await goOnAtOnce(deps, target.row, commandId);
  const { created, reopened, row } = target;
  return { source: source.id, target: { id: row.id, name: row.name, created, reopened }, tasks };
}

/** What the rows can refuse; a command that was applied before finds its tasks gone, and is not checked again. */
async function checkTasks(
  deps: ApiDeps,
  source: BatchRow,
  request: OffloadRequest,
  ids: readonly string[],
  commandId: string,
  nameOf: NameOf,
): Promise<{ readonly taskIds: TaskId[]; readonly number: number }> {
  const taskIds = ids.filter((id) => isId('task', id));
  const begun = await deps.store.commands.begin({
    id: commandId,
    batch: source.id,
    type: 'offload',
    atMs: deps.clock.now(),
  });
  const { number } = begun;
  const checked = { taskIds, number };
  if (begun.answer !== null || source.head?.answers.some(([id]) => id === commandId) === true) return checked;
  const { reasons, whole } = await offloadReasons(deps, source, request, { commandId, number });
  if (whole !== null) throw refusalError(whole, nameOf);
  const count = Object.keys(reasons).length;
  if (count === 0) return checked;
  const code = Object.values(reasons).includes('running') ? 'task_running' : 'illegal_transition';
  throw refuseTasks(code, `${count} of the tasks cannot be moved; none was:`, reasons, nameOf);
}

async function openTarget(
  deps: ApiDeps,
  creation: BatchCreation,
  source: BatchRow,
  request: OffloadRequest,
  commandId: string,
  nameOf: NameOf,
): Promise<Target> {
  const { to, newBatch } = request;
  if (to !== undefined && newBatch !== undefined) throw whichTarget('Give either to or newBatch, not both.');
  if (newBatch !== undefined) {
    const row = await creation.createEmpty(source, { name: newBatch.name, commandId });
    return { row, created: true, reopened: false };
  }
  if (to === undefined) throw whichTarget('Give the batch in to, or newBatch.');
  const row = await findBatch(deps.store, to);
  const refuse = (reason: string): AppError =>
    refuseTasks(
      'illegal_transition',
      `Batch ${row.name} (${row.id}) cannot take tasks: ${reason}.`,
      Object.fromEntries(request.taskIds.map((id) => [id, reason])),
      nameOf,
    );
  const reason = targetReason(row, source);
  if (reason !== null) throw refuse(reason);
  if (row.status !== 'completed') return { row, created: false, reopened: false };
  const reopened = await reopenWaiting(deps, row, source, request.running);
  return { row, created: false, reopened };
}

/** The hold ends by itself, so that a crash of ours leaves a batch that goes on or closes again. False: it is open. */
async function reopenWaiting(deps: ApiDeps, row: BatchRow, source: BatchRow, running: boolean): Promise<boolean> {
  const sinceMs = deps.clock.now();
  const untilMs = sinceMs + (running ? WAIT_FOR_RUNNING_MS : WAIT_FOR_QUEUED_MS);
  const message = `Waits for the tasks that come from batch ${source.name}.`;
  const hold = { reason: 'environment' as const, sinceMs, untilMs, message };
  return (await openAgain(deps, { ...(await reopenedState(deps, row)), hold }, [])) === 'started';
}

/** Ends the hold of a reopened batch; if that fails, time does it. */
async function goOnAtOnce(deps: ApiDeps, row: BatchRow, commandId: string): Promise<void> {
  try {
    await sendCommand(deps, row, 'skipWait', `${commandId}:${row.id}`, (command) => command);
  } catch (err) {
    deps.logger.warn({ err, batch: row.id }, 'a reopened batch begins a little later');
  }
}

/** An empty batch that nothing came to is of no use to anybody. */
async function dropTarget(deps: ApiDeps, row: BatchRow): Promise<void> {
  try {
    await cancel(deps, row, undefined);
    await deps.store.batches.setDeleted(row.id, deps.clock.now());
  } catch (err) {
    deps.logger.warn({ err, batch: row.id }, 'an empty batch is left over');
  }
}

function whichTarget(message: string): AppError {
  return new AppError('invalid_input', message, { details: { fields: [{ path: 'to', message }] } });
}
