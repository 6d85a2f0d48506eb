/** Messages of the workflows: the wire name is the constant's name without its kind. Evaluates outside the sandbox too. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { BatchId } from '../contracts/ids.ts';
import type { BatchState, CommandAnswer, LaneWait } from '../contracts/state.ts';
import type {
  AddTasksCommand,
  Command,
  MoveTaskCommand,
  PauseCommand,
  RemoveTasksCommand,
  RetryTasksCommand,
  TaskCommand,
} from '../domain/commands.ts';

import type { EditCommand } from '../domain/edit-batch.ts';
import type { OffloadCommand, TransferAnswer, TransferMessage } from '../domain/transfers.ts';
import type { AccountHold, LaneRequest, LanesState } from '../domain/lanes.ts';

/** User commands on a batch, by wire name. */
export const batchUpdates = {
  start: defineUpdate<CommandAnswer, [Command]>('start'),
  pause: defineUpdate<CommandAnswer, [PauseCommand]>('pause'),
  resume: defineUpdate<CommandAnswer, [Command]>('resume'),
  cancel: defineUpdate<CommandAnswer, [Command]>('cancel'),
  addTasks: defineUpdate<CommandAnswer, [AddTasksCommand]>('addTasks'),
  removeTasks: defineUpdate<CommandAnswer, [RemoveTasksCommand]>('removeTasks'),
  moveTask: defineUpdate<CommandAnswer, [MoveTaskCommand]>('moveTask'),
  skipWait: defineUpdate<CommandAnswer, [Command]>('skipWait'),
  cancelTask: defineUpdate<CommandAnswer, [TaskCommand]>('cancelTask'),
  retryTasks: defineUpdate<CommandAnswer, [RetryTasksCommand]>('retryTasks'),
  offload: defineUpdate<CommandAnswer, [OffloadCommand]>('offload'),
  edit: defineUpdate<CommandAnswer, [EditCommand]>('edit'),
} as const;

/** Between batches; each is sent until it is answered. */
export const transferSignals = {
  receive: defineSignal<[TransferMessage]>('receiveTransfer'),
  answer: defineSignal<[TransferAnswer]>('transferAck'),
} as const;

/** Durable form of pause and cancel, for when no worker answers an update. */
export const batchSignals = {
  pause: defineSignal<[PauseCommand]>('pauseStored'),
  cancel: defineSignal<[Command]>('cancelStored'),
} as const;

/** The whole state, for people and tests; costs no history. */
export const stateQuery = defineQuery<BatchState>('state');

/** What the lanes tell a batch. Numbered: an answer to an older request is ignored. */
export const laneAnswers = {
  granted: defineSignal<[LaneGranted]>('laneGranted'),
  queued: defineSignal<[LaneQueued]>('laneQueued'),
  accountHeld: defineSignal<[HeldAccount]>('accountHeld'),
} as const;

/** Nobody of your account may start; `account` is absent in messages of older versions. */
export interface HeldAccount extends Omit<AccountHold, 'probe'> {
  readonly account?: string;
}

/** A lane is yours. */
export interface LaneGranted {
  readonly request: number;
  /** You are the first of your account after a hold: say how it went. */
  readonly probe: boolean;
}

/** You wait, and why. */
export interface LaneQueued {
  readonly request: number;
  readonly wait: LaneWait;
}

/** What batches tell the lanes of their host. */
export const laneSignals = {
  request: defineSignal<[LaneRequest]>('laneRequest'),
  release: defineSignal<[Pick<LaneRequest, 'batch' | 'request'>]>('laneRelease'),
  accountHeld: defineSignal<[AccountReport]>('accountHeld'),
  accountFree: defineSignal<[{ readonly account: string }]>('accountFree'),
} as const;

/** One batch met a limit of its account. */
export interface AccountReport extends Omit<AccountHold, 'probe'> {
  readonly account: string;
  readonly batch: BatchId;
}

/** How many batches, and tasks by themselves, may work at once. */
export interface LaneLimits {
  /** 1 to 64; absent: stays. */
  readonly limit?: number;
  /** Of tasks by themselves, likewise. */
  readonly background?: number;
}

/** Takes effect at once; holders keep their lanes. */
export const setLaneLimitUpdate = defineUpdate<number, [LaneLimits]>('setLimit');

/** The whole state of the lanes. */
export const lanesQuery = defineQuery<LanesState>('lanes');
