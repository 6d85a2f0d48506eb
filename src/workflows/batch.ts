/**
 * The batch workflow: state in, state out. The loop and the handlers do the work; this file gives them their world.
 * Runs in the workflow sandbox: changing the order of awaits breaks replay.
 */
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import type { ControlActivities, HostActivities } from '../activities/types.ts';
import { batchWorkflowId, hostQueue, lanesWorkflowId } from '../contracts/names.ts';
import type { BatchId } from '../contracts/ids.ts';
import type { BatchResult, BatchState } from '../contracts/state.ts';
import { countTasks, runningTask } from '../domain/batch-state.ts';
import { detailsTable } from '../domain/details-table.ts';
import {
  CHECKOUT,
  COMMIT,
  DESCRIBE,
  END,
  FINAL_RECORD,
  LOAD_ORDER,
  PREPARE,
  RECORD,
  REQUEST_LANE,
  RESPOND,
  START,
  VERIFY,
  WATCH,
} from './activity-options.ts';
import { BatchRun, endRuns } from './batch-run.ts';
import { cancel } from './effects.ts';
import { registerHandlers } from './handlers.ts';
import { executionLength } from './execution-length.ts';
import { runLoop, salvageCancelled } from './loop.ts';
import { laneSignals, transferSignals } from './messages.ts';
import type { LanePorts, LoopPorts, TransferPorts } from './ports.ts';
import { settleStop } from './settle.ts';
import { runTransfers } from './transfers.ts';
import { inTurns } from './turns.ts';
import type { Turns } from './turns.ts';

/** Executions from before may have two local activities under way, and do not add up their waits. */
const LOCAL_IN_TURNS = 'local-activities-in-turns';

const PHASE = defineSearchAttributeKey('NightloomPhase', 'KEYWORD');

/** One batch, from its creation until nothing is left to do. Started with, continued with and reopened with its state. */
export async function batchWorkflow(state: BatchState): Promise<BatchResult> {
  state.closing = false;
  const run = new BatchRun(state, createPorts(state));
  // No workflow task may end without a command, the first one least of all (ADR 15).
  run.ports.changed();
  registerHandlers(run);
  // Ends with the execution, or with its cancellation.
  runTransfers(run).catch(() => undefined);
  const outcome = await runUntilCancelled(run);
  await CancellationScope.nonCancellable(() => finish(run));
  if (outcome === 'continue') {
    state.closing = false;
    return await continueAsNew<typeof batchWorkflow>(state);
  }
  return { status: state.status, completed: countTasks(state, 'completed'), failed: countTasks(state, 'failed') };
}

/** One task by itself: a batch of one that no list shows, under a name of its own in Temporal's Web UI. */
export async function taskWorkflow(state: BatchState): Promise<BatchResult> {
  return await batchWorkflow(state);
}

/** Nothing may be left that the next execution, or the projection, would not know: commands still come meanwhile. */
async function finish(run: BatchRun): Promise<void> {
  do {
    await salvageCancelled(run);
    await run.recorder.drain();
    await condition(allHandlersFinished);
  } while (run.recorder.isBusy || run.toSalvage.length > 0);
}

/** A cancellation from outside (Temporal's own UI) is the batch's cancel, done properly. */
async function runUntilCancelled(run: BatchRun): Promise<'done' | 'continue'> {
  try {
    // What a command changed is acted upon only after it was answered: without a cache a command may come in the first
    // activation, on replay in the second, and the order of answer and activity must be the same.
    await condition(allHandlersFinished);
    return await runLoop(run);
  } catch (error) {
    if (!isCancellation(error)) throw error;
    return await CancellationScope.nonCancellable(async () => {
      const task = runningTask(run.state);
      cancel(run);
      if (task !== undefined) {
        const order = await run.ports.control.loadOrder({
          batch: run.state.batch,
          task: task.id,
          attempt: task.attempt ?? 1,
          epoch: run.state.epoch,
        });
        await endRuns(run, order);
        await settleStop(run, task, order);
      }
      return await runLoop(run);
    });
  }
}

function createPorts(state: BatchState): LoopPorts {
  const local = proxyLocalActivities<ControlActivities>(LOAD_ORDER);
  const recording = proxyLocalActivities<ControlActivities>(RECORD);
  const durable = proxyActivities<ControlActivities>(FINAL_RECORD);
  const isRecent = patched(LOCAL_IN_TURNS);
  const inTurn: Turns = isRecent ? inTurns() : (work) => work();
  const isLong = executionLength(state);
  let scope: CancellationScope | null = null;
  let shownPhase = '';
  return {
    now: () => Date.now(),
    control: {
      loadOrder: (input) => inTurn(() => local.loadOrder(input)),
      record: (record) => inTurn(() => recording.record(record)),
    },
    host: (label) => hostActivities(state, label),
    lanes: lanePorts(state),
    transfers: transferPorts(state),
    recordFinal: (record) => durable.record(record),
    waitUntil: async (isTrue, timeoutMs, summary) => {
      if (timeoutMs !== null) return await condition(isTrue, timeoutMs, { summary });
      await condition(isTrue);
      return true;
    },
    interruptible: async (work) => {
      const own = new CancellationScope();
      scope = own;
      try {
        return await own.run(work);
      } finally {
        if (scope === own) scope = null;
      }
    },
    interrupt: () => scope?.cancel(),
    addsWaitsUp: isRecent,
    executionIsLong: isLong,
    changed: () => {
      setCurrentDetails(detailsTable(state));
      const phase = state.hold === null ? state.status : `hold:${state.hold.reason}`;
      if (phase === shownPhase) return;
      shownPhase = phase;
      upsertSearchAttributes([{ key: PHASE, value: phase }]);
    },
  };
}

/** Requests start the lanes if need be, so they go through an activity; the rest is signals, dropped if nobody is there. */
function lanePorts(state: BatchState): LanePorts {
  const { requestLane } = proxyActivities<ControlActivities>(REQUEST_LANE);
  const lanes = () => getExternalWorkflowHandle(lanesWorkflowId(state.installation, state.host));
  const dropped = () => undefined;
  return {
    request: (request) => requestLane({ host: state.host, request }).catch(dropped),
    release: (request) => lanes().signal(laneSignals.release, request).catch(dropped),
    accountHeld: (report) => lanes().signal(laneSignals.accountHeld, report).catch(dropped),
    accountFree: (report) => lanes().signal(laneSignals.accountFree, report).catch(dropped),
  };
}

/** Signals between batches; a batch that is closed or unknown is a definite no. */
function transferPorts(state: BatchState): TransferPorts {
  const { transferFate } = proxyActivities<ControlActivities>(DESCRIBE);
  const handleOf = (batch: BatchId) => getExternalWorkflowHandle(batchWorkflowId(state.installation, batch));
  return {
    send: async (to, message) => {
      try {
        await handleOf(to).signal(transferSignals.receive, message);
        return true;
      } catch (error) {
        if (isCancellation(error)) throw error;
        return false;
      }
    },
    answer: (to, answer) =>
      handleOf(to)
        .signal(transferSignals.answer, answer)
        .catch(() => undefined),
    fate: (to, transferId) => transferFate({ batch: to, transferId }),
  };
}

/** The host's activities on the host's queue, each with its own policy; the label is what the Web UI shows. */
function hostActivities(state: BatchState, label: string): HostActivities {
  const taskQueue = hostQueue(state.installation, state.host);
  const summary = label.slice(0, 200);
  const start = proxyActivities<HostActivities>({ ...START, taskQueue, summary });
  const commit = proxyActivities<HostActivities>({ ...COMMIT, taskQueue, summary });
  return {
    prepareWorkspace: proxyActivities<HostActivities>({ ...PREPARE, taskQueue, summary }).prepareWorkspace,
    checkoutTask: proxyActivities<HostActivities>({ ...CHECKOUT, taskQueue, summary }).checkoutTask,
    respondTask: proxyActivities<HostActivities>({ ...RESPOND, taskQueue, summary }).respondTask,
    startAgent: start.startAgent,
    watchAgent: proxyActivities<HostActivities>({ ...WATCH, taskQueue, summary }).watchAgent,
    endAgent: proxyActivities<HostActivities>({ ...END, taskQueue, summary }).endAgent,
    verify: proxyActivities<HostActivities>({ ...VERIFY, taskQueue, summary }).verify,
    commitTask: commit.commitTask,
    salvage: commit.salvage,
    parkWork: commit.parkWork,
    closeWorkspace: commit.closeWorkspace,
  };
}
