/**
 * The lanes of a host: grants by signal, first come, first served, and spreads what one batch learnt of an account.
 * Every message is numbered and sent again by its sender, so a lost one costs time, never a lane.
 * Runs in the workflow sandbox: changing the order of awaits breaks replay.
 */
import {
  allHandlersFinished,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { ControlActivities } from '../activities/types.ts';
import type { BatchId } from '../contracts/ids.ts';
import { batchWorkflowId } from '../contracts/names.ts';
import {
  grantLane,
  holdAccount,
  laneWait,
  nextGrantMs,
  releaseAccount,
  releaseLane,
  requestLane,
  setLimits,
} from '../domain/lanes.ts';
import type { LaneHolder, LanesState } from '../domain/lanes.ts';
import { lanesTable } from '../domain/lanes-table.ts';
import { DESCRIBE } from './activity-options.ts';
import { laneAnswers, laneSignals, lanesQuery, setLaneLimitUpdate } from './messages.ts';

/** Holders that died without giving their lane back are looked for this often, while somebody waits for one. */
const RECONCILE_MS = 30_000;
/** A busy evening of grants; well below the server's suggestion. */
const EVENTS_PER_EXECUTION = 2000;
/** Measured: an execution that is continued sooner than 1.2 s after its start may lose a signal. */
const MIN_EXECUTION_MS = 1200;

/** Lives as long as the host; continued as new whenever nothing is under way. */
export async function lanesWorkflow(state: LanesState): Promise<void> {
  const { batchesOf } = proxyActivities<ControlActivities>(DESCRIBE);
  const told = new Map<BatchId, string>();
  const toTell: BatchId[] = [];
  let changes = 0;
  const changed = (): void => {
    changes += 1;
    setCurrentDetails(lanesTable(state));
  };
  setHandler(lanesQuery, () => state);
  setHandler(laneSignals.request, (asked) => {
    requestLane(state, asked);
    changed();
  });
  setHandler(laneSignals.release, ({ batch, request }) => {
    releaseLane(state, batch, request);
    changed();
  });
  setHandler(laneSignals.accountHeld, ({ account, batch, ...hold }) => {
    holdAccount(state, account, hold, batch);
    const others = state.holders.filter((each) => each.account === account && each.batch !== batch);
    toTell.push(...others.map((each) => each.batch));
    changed();
  });
  setHandler(laneSignals.accountFree, ({ account }) => {
    releaseAccount(state, account, Date.now());
    changed();
  });
  setHandler(setLaneLimitUpdate, (limits) => {
    setLimits(state, limits);
    changed();
    return state.limit;
  });

  for (;;) {
    const seen = changes;
    await grantAll(state);
    await tellHolders(state, toTell);
    await tellWaiting(state, told);
    if (changes !== seen) continue;
    if (shouldContinue()) {
      await condition(allHandlersFinished);
      if (changes === seen) return await continueAsNew<typeof lanesWorkflow>(state);
      continue;
    }
    const woken = await condition(() => changes !== seen, waitMs(state) ?? '365 days');
    if (!woken && state.queue.length > 0 && state.holders.length > 0) await reconcile(state, batchesOf);
  }
}

async function grantAll(state: LanesState): Promise<void> {
  for (let holder = grantLane(state, Date.now()); holder !== null; holder = grantLane(state, Date.now())) {
    if (!(await tell(state, holder.batch, holder))) releaseLane(state, holder.batch, holder.request);
  }
}

async function tell(state: LanesState, batch: BatchId, holder: LaneHolder): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(batchWorkflowId(state.installation, batch)).signal(laneAnswers.granted, {
      request: holder.request,
      probe: state.accounts[holder.account]?.probe === batch,
    });
    return true;
  } catch {
    // The batch is closed: nobody to grant to.
    return false;
  }
}

/** Everybody in the queue hears its place and why it waits, once per change of it. */
async function tellWaiting(state: LanesState, told: Map<BatchId, string>): Promise<void> {
  for (const { batch, request } of state.queue) {
    const wait = laneWait(state, batch, Date.now());
    if (wait === null) continue;
    const text = JSON.stringify([request, wait]);
    if (told.get(batch) === text) continue;
    told.set(batch, text);
    try {
      await getExternalWorkflowHandle(batchWorkflowId(state.installation, batch)).signal(laneAnswers.queued, {
        request,
        wait,
      });
    } catch {
      releaseLane(state, batch, request);
    }
  }
}

/** Those at work on a held account end their task and start no other. */
async function tellHolders(state: LanesState, toTell: BatchId[]): Promise<void> {
  for (let batch = toTell.shift(); batch !== undefined; batch = toTell.shift()) {
    const holder = state.holders.find((each) => each.batch === batch);
    const hold = holder === undefined ? undefined : state.accounts[holder.account];
    if (hold === undefined) continue;
    const { reason, untilMs, message } = hold;
    const handle = getExternalWorkflowHandle(batchWorkflowId(state.installation, batch));
    const held = { account: holder?.account ?? '', reason, untilMs, message };
    await handle.signal(laneAnswers.accountHeld, held).catch(() => undefined);
  }
}

function waitMs(state: LanesState): number | null {
  const nowMs = Date.now();
  const grantAt = nextGrantMs(state, nowMs);
  const reconciles = state.queue.length > 0 && state.holders.length > 0;
  const times = [...(grantAt === null ? [] : [grantAt - nowMs]), ...(reconciles ? [RECONCILE_MS] : [])];
  return times.length === 0 ? null : Math.max(1, Math.min(...times));
}

/** A terminated batch runs no clean-up: its lane is taken back. */
async function reconcile(state: LanesState, batchesOf: ControlActivities['batchesOf']): Promise<void> {
  const holders = [...state.holders];
  const lives = await batchesOf({ batches: holders.map((each) => each.batch) });
  for (const [index, holder] of holders.entries()) {
    if (lives[index] === 'closed') releaseLane(state, holder.batch, holder.request);
  }
}

function shouldContinue(): boolean {
  const { historyLength, continueAsNewSuggested, runStartTime } = workflowInfo();
  const isLong = historyLength > EVENTS_PER_EXECUTION || continueAsNewSuggested;
  return isLong && Date.now() - runStartTime.getTime() >= MIN_EXECUTION_MS;
}
