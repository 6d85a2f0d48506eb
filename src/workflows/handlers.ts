/** Handlers of a batch's updates and signals. All effects are synchronous. Runs in the workflow sandbox. */
import { setHandler } from '@temporalio/workflow';
import type { CommandAnswer } from '../contracts/state.ts';
import {
  answer,
  applyAddTasks,
  applyMoveTask,
  applyRemoveTasks,
  applyRetryTasks,
  checkAddTasks,
  checkCancel,
  checkCancelTask,
  checkMoveTask,
  checkPause,
  checkRemoveTasks,
  checkRetryTasks,
  checkStart,
  isSuperseded,
  knownAnswer,
} from '../domain/commands.ts';
import type { Command, Refusal } from '../domain/commands.ts';
import { checkEdit } from '../domain/edit-batch.ts';
import { checkOffload } from '../domain/transfers.ts';
import type { BatchRun } from './batch-run.ts';
import { cancel, cancelTask, edit, pause, skipWait, start } from './effects.ts';
import { toUpdateFailure } from './failures.ts';
import { onAccountHeld, onGranted, onQueued } from './lane.ts';
import { batchSignals, batchUpdates, laneAnswers, stateQuery, transferSignals } from './messages.ts';
import { offload, onTransfer, onTransferAnswer } from './transfers.ts';

/** Registers every handler; must be called before the first await. */
export function registerHandlers(run: BatchRun): void {
  const { state } = run;
  setHandler(stateQuery, () => state);
  registerOrdered(run);
  registerListCommands(run);
  setHandler(transferSignals.receive, (message) => onTransfer(run, message));
  setHandler(transferSignals.answer, (answered) => onTransferAnswer(run, answered));
  setHandler(laneAnswers.granted, (granted) => onGranted(run, granted));
  setHandler(laneAnswers.queued, (queued) => onQueued(run, queued));
  setHandler(laneAnswers.accountHeld, (hold) => onAccountHeld(run, hold));
}

/** Start, resume, pause, cancel: their order counts. Pause and cancel have a durable form as signals. */
function registerOrdered(run: BatchRun): void {
  const { state } = run;
  setHandler(batchUpdates.start, (command) => ordered(run, command, () => start(run, command)), {
    validator: (command) => refuseOrdered(run, command, checkStart(state)),
  });
  setHandler(batchUpdates.resume, (command) => ordered(run, command, () => start(run, command)), {
    validator: (command) => refuseOrdered(run, command, checkStart(state)),
  });
  setHandler(batchUpdates.pause, (command) => ordered(run, command, () => pause(run, command)), {
    validator: (command) => refuseOrdered(run, command, checkPause(state)),
  });
  setHandler(batchUpdates.cancel, (command) => ordered(run, command, () => cancel(run)), {
    validator: (command) => refuseOrdered(run, command, checkCancel(state)),
  });
  setHandler(batchSignals.pause, (command) => {
    if (checkPause(state) === null) ordered(run, command, () => pause(run, command));
  });
  setHandler(batchSignals.cancel, (command) => {
    if (checkCancel(state) === null) ordered(run, command, () => cancel(run));
  });
}

/** What changes the list of tasks, or one of them. */
function registerListCommands(run: BatchRun): void {
  const { state } = run;
  setHandler(batchUpdates.skipWait, (command) => once(run, command, () => skipWait(run)), {
    validator: (command) => refuse(run, command, null),
  });
  setHandler(
    batchUpdates.addTasks,
    (command) =>
      once(run, command, () => {
        for (const id of applyAddTasks(state, command)) run.recorder.touch(id);
      }),
    { validator: (command) => refuse(run, command, checkAddTasks(state, command)) },
  );
  setHandler(
    batchUpdates.removeTasks,
    (command) => once(run, command, () => run.recorder.remove(...applyRemoveTasks(state, command))),
    {
      validator: (command) => refuse(run, command, checkRemoveTasks(state, command)),
    },
  );
  setHandler(
    batchUpdates.moveTask,
    (command) => once(run, command, () => run.recorder.touch(...applyMoveTask(state, command))),
    {
      validator: (command) => refuse(run, command, checkMoveTask(state, command)),
    },
  );
  setHandler(batchUpdates.cancelTask, (command) => once(run, command, () => cancelTask(run, command)), {
    validator: (command) => refuse(run, command, checkCancelTask(state, command)),
  });

  setHandler(
    batchUpdates.retryTasks,
    (command) => once(run, command, () => run.recorder.touch(...applyRetryTasks(state, command))),
    { validator: (command) => refuse(run, command, checkRetryTasks(state, command)) },
  );
  setHandler(batchUpdates.offload, (command) => once(run, command, () => offload(run, command)), {
    validator: (command) => refuse(run, command, checkOffload(state, command)),
  });
  setHandler(batchUpdates.edit, (command) => once(run, command, () => edit(run, command)), {
    validator: (command) => refuse(run, command, checkEdit(state, command)),
  });
}

/** A command that was applied before is answered, never refused. */
function refuse(run: BatchRun, command: Command, refusal: Refusal | null): void {
  if (refusal === null || knownAnswer(run.state, command.commandId) !== undefined) return;
  throw toUpdateFailure(refusal);
}

/** Of the ordered commands also one that is older than the last one is answered: `superseded`. */
function refuseOrdered(run: BatchRun, command: Command, refusal: Refusal | null): void {
  if (!isSuperseded(run.state, command)) refuse(run, command, refusal);
}

function once(run: BatchRun, command: Command, effect: () => void): CommandAnswer {
  const known = knownAnswer(run.state, command.commandId);
  if (known !== undefined) return known;
  effect();
  run.recorder.touch();
  return answer(run.state, command.commandId, 'applied');
}

/** Start, pause, resume and cancel: of two, the one with the higher number counts, whenever they arrive. */
function ordered(run: BatchRun, command: Command, effect: () => void): CommandAnswer {
  const known = knownAnswer(run.state, command.commandId);
  if (known !== undefined) return known;
  if (isSuperseded(run.state, command)) return answer(run.state, command.commandId, 'superseded');
  run.state.commandNumber = command.number;
  return once(run, command, effect);
}
