/** Commands to a batch: numbered by SQL, idempotent by their id, durable when no worker answers. */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { AppError, withDetails } from '../../contracts/errors.ts';
import { soloTaskOf } from '../../contracts/ids.ts';
import type { TaskId } from '../../contracts/ids.ts';
import type { CommandAnswer } from '../../contracts/state.ts';
import type { CommandAnswerView } from '../../contracts/views.ts';
import type { BatchUpdates, Command } from '../../domain/commands.ts';
import type { BatchRow } from '../../store/store.ts';
import type { BatchSignals } from '../batch-commands.ts';
import type { ApiDeps } from '../deps.ts';
import { toAnswerView } from '../views/small-views.ts';
import { findBatch } from './lookup.ts';

/** How long an answer waits for the projection to show it: the workflow does not wait for its own record. */
const MAX_RECORD_WAIT_MS = 1000;
const RECORD_POLL_MS = 10;

type Deps = Pick<ApiDeps, 'store' | 'batches' | 'clock' | 'logger'>;
type Own<Name extends keyof BatchUpdates> = Omit<BatchUpdates[Name], keyof Command>;

/**
 * Sends one update, once per `commandId` however often it is asked for.
 * @param makePayload given what every command carries
 * @throws AppError no_worker (with `details.commandId` to try again with), temporal_unreachable, batch_closing, codes of
 * refusals
 */
export async function sendCommand<Name extends keyof BatchUpdates>(
  deps: Deps,
  row: BatchRow,
  name: Name,
  commandId: string | undefined,
  makePayload: (command: Command) => BatchUpdates[Name],
): Promise<CommandAnswer> {
  const id = commandId ?? randomUUID();
  const { number, answer } = await deps.store.commands.begin({ id, batch: row.id, type: name, atMs: deps.clock.now() });
  if (answer !== null) return answer;
  try {
    const given = await deps.batches.update(row.id, name, makePayload({ commandId: id, number }));
    await deps.store.commands.finish(id, given);
    if (given.result === 'applied') await recorded(deps, row);
    return given;
  } catch (error) {
    if (AppError.is(error, 'batch_not_found')) throw ended(row, error);
    throw withCommand(error, { commandId: id, number });
  }
}

/** Cancels a task, once per `commandId`. One by itself has nothing to wait for then. @throws AppError as {@link sendCommand} */
export async function cancelTask(deps: Deps, row: BatchRow, taskId: TaskId, commandId: string): Promise<CommandAnswer> {
  const answer = await sendCommand(deps, row, 'cancelTask', commandId, (command) => ({ ...command, taskId }));
  if (soloTaskOf(row.id) !== null && row.head?.hold != null) {
    const end = sendCommand(deps, row, 'skipWait', `${commandId}:over`, (command) => command);
    await end.catch((error: unknown) => deps.logger.debug({ err: error, batch: row.id }, 'its hold ends by itself'));
  }
  return answer;
}

/** What may pass is told with the command to try again with: whatever it has done already is found by its id. */
export function withCommand(error: unknown, command: Command): unknown {
  if (!AppError.is(error) || error.category !== 'transient') return error;
  return withDetails(error, { ...error.details, ...command });
}

/** Start, resume, skip-wait. @throws AppError as {@link sendCommand}; illegal_transition for a closed batch */
export async function goOn(
  deps: Deps,
  row: BatchRow,
  name: 'start' | 'resume' | 'skipWait',
  commandId: string | undefined,
): Promise<CommandAnswerView> {
  refuseClosed(row, name);
  const answer = await sendCommand(deps, row, name, commandId, (command) => command);
  return toAnswerView(answer, row.status === 'running' ? row.head?.hold?.reason : undefined);
}

/** Pause; without a worker it is stored as a signal. @throws AppError as {@link goOn} */
export async function pause(
  deps: Deps,
  row: BatchRow,
  commandId: string | undefined,
  own: Own<'pause'>,
): Promise<CommandAnswerView> {
  refuseClosed(row, 'pause');
  const withId = commandId ?? randomUUID();
  try {
    return toAnswerView(await sendCommand(deps, row, 'pause', withId, (command) => ({ ...command, ...own })));
  } catch (error) {
    const number = numberOf(error);
    await signal(deps, row, 'pause', { commandId: withId, number, ...own });
    return stored(row, 'paused');
  }
}

/** Cancel; without a worker it is stored as a signal. @throws AppError as {@link goOn} */
export async function cancel(deps: Deps, row: BatchRow, commandId: string | undefined): Promise<CommandAnswerView> {
  if (row.status === 'cancelled') return toAnswerView({ result: 'applied', status: 'cancelled', running: null });
  refuseClosed(row, 'cancel');
  const withId = commandId ?? randomUUID();
  try {
    return toAnswerView(await sendCommand(deps, row, 'cancel', withId, (command) => command));
  } catch (error) {
    const number = numberOf(error);
    await signal(deps, row, 'cancel', { commandId: withId, number });
    return stored(row, 'cancelled');
  }
}

async function signal<Name extends keyof BatchSignals>(
  deps: Deps,
  row: BatchRow,
  name: Name,
  payload: BatchSignals[Name],
): Promise<void> {
  try {
    await deps.batches.signal(row.id, name, payload);
  } catch (error) {
    throw AppError.is(error, 'batch_not_found') ? ended(row, error) : error;
  }
}

/** The number of the command that found no worker; anything else is thrown on. */
function numberOf(error: unknown): number {
  if (AppError.is(error, 'no_worker') && typeof error.details['number'] === 'number') return error.details['number'];
  throw error;
}

function stored(row: BatchRow, status: string): CommandAnswerView {
  const message = `No worker is online: the command is stored, and the batch is ${status} as soon as one is back.`;
  return { result: 'stored', status: row.status === 'creating' ? 'idle' : row.status, running: null, message };
}

/** A closed workflow takes no updates. @throws AppError illegal_transition */
export function refuseClosed(row: BatchRow, name: string): void {
  if (row.status !== 'completed' && row.status !== 'cancelled') return;
  throw new AppError('illegal_transition', `Batch ${row.id} is ${row.status}: ${name} is not possible.`, {
    details: { status: row.status },
  });
}

/** There is a row, so the workflow must have ended before its last record was written or read. */
function ended(row: BatchRow, cause: AppError): AppError {
  return new AppError('batch_closing', `Batch ${row.id} has just ended, or its workflow is gone.`, { cause });
}

/** Waits until the projection is newer than `row`, so that whoever reads next sees what was just done. */
async function recorded(deps: Pick<Deps, 'store'>, row: BatchRow): Promise<void> {
  const deadlineMs = performance.now() + MAX_RECORD_WAIT_MS;
  while (performance.now() < deadlineMs) {
    const now = await findBatch(deps.store, row.id);
    if (now.epoch > row.epoch || now.seq > row.seq) return;
    await setTimeout(RECORD_POLL_MS);
  }
}
