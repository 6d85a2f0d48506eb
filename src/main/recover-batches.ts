/** Notices a Temporal that does not know our open batches, and opens them there from SQL. */
import { randomBytes } from 'node:crypto';
import { AppError } from '../contracts/errors.ts';
import type { BatchId, InstallationId } from '../contracts/ids.ts';
import type { BatchState } from '../contracts/state.ts';
import { reopenedState } from '../domain/reopened.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { BatchRow, Store } from '../store/store.ts';
import { createBatchClient } from '../temporal/batches.ts';
import type { BatchClient } from '../temporal/batches.ts';
import type { TemporalClient, TemporalConfig } from '../temporal/connection.ts';
import { markInstallation, readInstallation } from '../temporal/namespace.ts';
import { textsOf } from './bind-batches.ts';

/** What is looked at. The namespace is prepared. */
export interface Meeting {
  readonly store: Store;
  readonly temporal: TemporalClient;
  readonly config: TemporalConfig;
  readonly installation: InstallationId;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

/** What was done about it. */
export interface Met {
  /** `known`: it is the Temporal of before; `marked`: nothing had to be brought along; `reopened`: batches were. */
  readonly kind: 'known' | 'marked' | 'reopened';
  readonly batches: readonly BatchId[];
}

/** Where SQL keeps the text of the mark that our Temporal carries. */
const MARK_KEY = 'temporal.mark';
/** There when no mark could be made. */
const NO_MARK = '';

/**
 * Makes sure that this Temporal is the one of our open batches; call it before any worker polls. Batches that it does
 * not know are opened from SQL under a higher epoch if `mayReopen`.
 * @throws AppError temporal_unknown when it does not know them and `mayReopen` is false; temporal_unreachable;
 * database errors
 */
export async function meetTemporal(meeting: Meeting, mayReopen: boolean): Promise<Met> {
  const { store, installation, config } = meeting;
  const [{ token }, last, open] = await Promise.all([
    readInstallation(target(meeting), installation),
    store.system.get(MARK_KEY),
    store.batches.open(),
  ]);
  if (token !== null && token === last) return { kind: 'known', batches: [] };
  if (open.length === 0 || ((last ?? NO_MARK) === NO_MARK && (await knowsAll(meeting, open)))) {
    await mark(meeting);
    return { kind: 'marked', batches: [] };
  }
  if (!mayReopen) throw unknown(config, open.length);
  return await reopenAll(meeting, open);
}

/** {@link meetTemporal} on the user's word that the Temporal of before is lost, whatever the mark says. */
export async function reopenAll(meeting: Meeting, open?: readonly BatchRow[]): Promise<Met> {
  const client = clientOf(meeting);
  const batches: BatchId[] = [];
  for (const row of open ?? (await meeting.store.batches.open())) {
    if (await reopen(meeting, client, row)) batches.push(row.id);
  }
  const token = await mark(meeting);
  await noteRecovery(meeting, token, batches.length);
  return { kind: 'reopened', batches };
}

/**
 * The workflow comes last: cut short before it, the next recovery raises the epoch once more and replaces whatever is
 * there. False: somebody else is at it.
 */
async function reopen(meeting: Meeting, client: BatchClient, row: BatchRow): Promise<boolean> {
  const { store, clock, config, logger } = meeting;
  const known = await store.batches.state(row.id);
  if (known === null || !(await store.batches.raiseEpoch(row.id, row.epoch))) return false;
  const atMs = clock.now();
  const note = config.embedded
    ? "Temporal's database was new: reopened from SQL"
    : 'Reopened from SQL in this Temporal';
  const state = reopenedState(known, { epoch: row.epoch + 1, atMs, note });
  await store.record(recordOf(state, known, atMs), atMs);
  await client.replace(state, textsOf(state));
  logger.warn({ batch: row.id, epoch: state.epoch }, 'a batch was reopened from the database');
  return true;
}

/** The rows show at once what the workflow starts with. */
function recordOf(state: BatchState, before: BatchState, atMs: number): Parameters<Store['record']>[0] {
  const { tasks, details, ...head } = state;
  const changed = tasks.filter((task, index) => task.status !== before.tasks[index]?.status);
  return {
    batch: state.batch,
    epoch: state.epoch,
    seq: state.seq,
    head,
    tasks: changed.map((task) => ({ state: task, details: details[task.id] ?? null })),
    removed: [],
    events: [
      {
        id: `${state.batch}:reopened:${state.epoch}`,
        type: 'system.note',
        atMs,
        batch: state.batch,
        task: null,
        data: { name: state.name, note: state.notes.at(-1) ?? '', epoch: state.epoch },
      },
    ],
  };
}

async function noteRecovery({ store, clock, config }: Meeting, token: string, count: number): Promise<void> {
  const batches = count === 1 ? '1 open batch was' : `${count} open batches were`;
  await store.events.append([
    {
      id: `temporal:${token}`,
      type: 'system.note',
      atMs: clock.now(),
      batch: null,
      task: null,
      data: { why: 'temporal lost', note: `${batches} reopened from SQL in the Temporal at ${config.address}` },
    },
  ]);
}

/**
 * SQL decides between several processes that mark at once: the namespace gets whatever stands there in the end. Without
 * the right to mark a namespace the batches themselves are asked for at every start.
 */
async function mark(meeting: Meeting): Promise<string> {
  const { store, installation, config, clock, logger } = meeting;
  const token = `${new Date(clock.now()).toISOString()} ${randomBytes(6).toString('hex')}`;
  await store.system.set(MARK_KEY, token);
  try {
    for (let marked = ''; ;) {
      const wanted = (await store.system.get(MARK_KEY)) ?? token;
      if (wanted === marked) return token;
      await markInstallation(target(meeting), installation, wanted);
      marked = wanted;
    }
  } catch (error) {
    if (config.embedded || !AppError.is(error, 'temporal_setup_refused')) throw error;
    await store.system.set(MARK_KEY, NO_MARK);
    logger.warn({ err: error }, 'the namespace could not be marked as known');
    return token;
  }
}

async function knowsAll(meeting: Meeting, open: readonly BatchRow[]): Promise<boolean> {
  const client = clientOf(meeting);
  for (const { id } of open) if ((await client.describe(id)) === null) return false;
  return true;
}

function clientOf({ temporal, installation }: Meeting): BatchClient {
  return createBatchClient({ client: temporal.client, installation });
}

function target({ temporal, config }: Meeting) {
  return { connection: temporal.connection, namespace: config.namespace, embedded: config.embedded };
}

function unknown(config: TemporalConfig, count: number): AppError {
  const batches = count === 1 ? 'the open batch' : `the ${count} open batches`;
  return new AppError(
    'temporal_unknown',
    `The Temporal at ${config.address}, namespace ${config.namespace}, does not know ${batches} of this installation.`,
    { details: { address: config.address, namespace: config.namespace, openBatches: count } },
  );
}
