/** Messages of the workflows: the wire name is the constant's name without its kind. Evaluates outside the sandbox too. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { BatchState, CommandAnswer } from '../contracts/state.ts';
import type {
  AddTasksCommand,
  Command,
  MoveTaskCommand,
  PauseCommand,
  RemoveTasksCommand,
  TaskCommand,
} from '../domain/commands.ts';

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
} as const;

/** Durable form of pause and cancel, for when no worker answers an update. */
export const batchSignals = {
  pause: defineSignal<[PauseCommand]>('pauseStored'),
  cancel: defineSignal<[Command]>('cancelStored'),
} as const;

/** The whole state, for people and tests; costs no history. */
export const stateQuery = defineQuery<BatchState>('state');
