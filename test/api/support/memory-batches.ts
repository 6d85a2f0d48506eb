/** Batch workflows without Temporal: the same command rules (from domain), recorded into the real store. */
import { AppError } from '../../../src/contracts/errors.ts';
import type { ErrorCode } from '../../../src/contracts/error-catalogue.ts';
import type { BatchId } from '../../../src/contracts/ids.ts';
import type { BatchState, CommandAnswer } from '../../../src/contracts/state.ts';
import type { BatchCommands } from '../../../src/api/batch-commands.ts';
import type { BatchUpdates } from '../../../src/domain/commands.ts';
import {
  beginOffload,
  checkOffload,
  openTransfer,
  receiveTransfer,
  settleTransfer,
} from '../../../src/domain/transfers.ts';
import { applyEdit, checkEdit } from '../../../src/domain/edit-batch.ts';
import * as commands from '../../../src/domain/commands.ts';
import type { Store } from '../../../src/store/store.ts';

type Effect<Name extends keyof BatchUpdates> = (
  state: BatchState,
  payload: BatchUpdates[Name],
) => commands.Refusal | null;

const EFFECTS: { [Name in keyof BatchUpdates]: Effect<Name> } = {
  start: (state) => commands.checkStart(state) ?? run(state),
  resume: (state) => commands.checkStart(state) ?? run(state),
  pause: (state) => commands.checkPause(state) ?? become(state, 'paused'),
  cancel: (state) => commands.checkCancel(state) ?? become(state, 'cancelled'),
  skipWait: (state) => {
    state.hold = null;
    return null;
  },
  addTasks: (state, payload) => commands.checkAddTasks(state, payload) ?? done(commands.applyAddTasks(state, payload)),
  removeTasks: (state, payload) =>
    commands.checkRemoveTasks(state, payload) ?? done(commands.applyRemoveTasks(state, payload)),
  moveTask: (state, payload) => commands.checkMoveTask(state, payload) ?? done(commands.applyMoveTask(state, payload)),
  cancelTask: (state, payload) => {
    const refusal = commands.checkCancelTask(state, payload);
    const task = state.tasks.find((each) => each.id === payload.taskId);
    if (refusal === null && task !== undefined) task.status = 'cancelled';
    return refusal;
  },
  retryTasks: (state, payload) =>
    commands.checkRetryTasks(state, payload) ?? done(commands.applyRetryTasks(state, payload)),
  edit: (state, payload) => {
    const refusal = checkEdit(state, payload);
    if (refusal === null) applyEdit(state, payload.change);
    return refusal;
  },
  offload: (state, payload) => {
    const refusal = checkOffload(state, payload);
    if (refusal !== null) return refusal;
    const parking = beginOffload(state, payload, 0);
    if (parking !== null) openTransfer(state, parking.transferId, parking.to, parking.taskIds, 0);
    state.parking = [];
    return null;
  },
};

function run(state: BatchState): null {
  commands.queueIdle(state);
  return become(state, 'running');
}
function become(state: BatchState, status: BatchState['status']): null {
  state.status = status;
  return null;
}
function done(changed: readonly unknown[]): null {
  if (changed.length === 0) throw new Error('a command that was checked must have an effect');
  return null;
}

export class MemoryBatches implements BatchCommands {
  readonly states = new Map<BatchId, BatchState>();
  readonly signals: { name: string; number: number }[] = [];
  readonly updates: string[] = [];
  /** What every call throws; null: nothing. `no_worker`: only what a worker has to answer, as Temporal itself is there. */
  failure: ErrorCode | null = null;
  /** The start fails with `failure`, but has worked; other calls work. */
  startsSilently = false;
  /** Offloaded tasks stay on their way until {@link deliver}. */
  keepsTransfers = false;
  /** Only the start fails. */
  onlyStartFails = false;
  #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async startWorkflow(state: BatchState): Promise<void> {
    if (this.failure === null || this.failure === 'no_worker' || this.startsSilently)
      this.states.set(state.batch, structuredClone(state));
    this.#fail();
  }

  async exists(batch: BatchId): Promise<'open' | 'closed' | 'unknown'> {
    if (!this.startsSilently && !this.onlyStartFails) this.#fail();
    const state = this.states.get(batch);
    if (state === undefined) return 'unknown';
    return state.status === 'completed' || state.status === 'cancelled' ? 'closed' : 'open';
  }

  async reopen(state: BatchState): Promise<'started' | 'exists'> {
    this.#fail();
    if ((await this.exists(state.batch)) === 'open') return 'exists';
    this.states.set(state.batch, structuredClone(state));
    return 'started';
  }

  async update<Name extends keyof BatchUpdates>(
    batch: BatchId,
    name: Name,
    payload: BatchUpdates[Name],
  ): Promise<CommandAnswer> {
    this.#fail();
    if (this.failure === 'no_worker') throw new AppError(this.failure, 'as the test wants it');
    const state = this.states.get(batch);
    if (state === undefined) throw new AppError('batch_not_found', `There is no batch ${batch}.`);
    const known = commands.knownAnswer(state, payload.commandId);
    if (known !== undefined) return known;
    this.updates.push(name);
    const before = new Set(state.tasks.map((task) => task.id));
    const refusal = EFFECTS[name](state, payload);
    if (refusal !== null) throw new AppError(refusal.code, refusal.message, { details: { ...refusal.details } });
    for (const task of state.tasks) before.delete(task.id);
    state.commandNumber = payload.number;
    const given = commands.answer(state, payload.commandId, 'applied');
    const left = new Set(Object.values(state.transfers).flatMap(({ tasks }) => tasks.map((task) => task.state.id)));
    await this.record(
      batch,
      [...before].filter((id) => !left.has(id)),
    );
    if (!this.keepsTransfers) await this.deliver(batch);
    return given;
  }

  /** Sends what is on its way out of the batch and has it answered. */
  async deliver(batch: BatchId): Promise<void> {
    const state = this.states.get(batch);
    for (const [transferId, { to, tasks }] of Object.entries(state?.transfers ?? {})) {
      const target = this.states.get(to);
      if (state === undefined || target === undefined) continue;
      const message = structuredClone({ transferId, from: batch, tasks, accounts: {} });
      const { verdict } = receiveTransfer(target, message);
      settleTransfer(state, { transferId, verdict });
      await this.record(to);
      await this.record(batch);
    }
  }

  async signal(_batch: BatchId, name: 'pause' | 'cancel', payload: { number: number }): Promise<void> {
    this.#fail();
    this.signals.push({ name, number: payload.number });
  }

  /** Writes the state as it is now, as the workflow's recorder would. */
  async record(batch: BatchId, removed: BatchState['tasks'][number]['id'][] = []): Promise<void> {
    const state = this.states.get(batch);
    if (state === undefined) return;
    state.seq += 1;
    const { tasks, details, ...head } = state;
    await this.#store.record(
      {
        batch,
        epoch: state.epoch,
        seq: state.seq,
        head,
        tasks: tasks.map((task) => ({ state: task, details: details[task.id] ?? null })),
        removed,
        events: [{ id: `${batch}:${state.seq}`, type: 'system.note', atMs: 0, batch, task: null, data: {} }],
      },
      Date.now(),
    );
  }

  #fail(): void {
    if (this.failure !== null && this.failure !== 'no_worker') throw new AppError(this.failure, 'as the test wants it');
  }
}
