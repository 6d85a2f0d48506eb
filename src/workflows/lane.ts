/**
 * A batch's side of the lanes: asks, waits, gives back. Requests are numbered and sent again by a timer, so a lost
 * message costs time, never a lane. Runs in the workflow sandbox: changing the order of awaits breaks replay.
 */
import { traitsOf } from '../contracts/kinds.ts';
import type { Hold, TaskState } from '../contracts/state.ts';
import { projectOf, runningTask } from '../domain/batch-state.ts';
import { nextInTurn } from '../domain/dependencies.ts';
import { agentsOf, chooseAgent, hasFreeOther, noteAccountHold } from '../domain/fallback.ts';
import type { AccountHold } from '../domain/lanes.ts';
import type { BatchRun } from './batch-run.ts';
import type { HeldAccount, LaneGranted, LaneQueued } from './messages.ts';

/** Pauses before an unanswered request is sent again; the last one repeated. */
const UNANSWERED_MS = [1000, 5000, 30_000, 300_000];
/** A queued batch asks again this seldom: only lanes that were lost with all they knew need it. */
const QUEUED_MS = 600_000;
/** An agent that works this long after a hold has shown that the account works again. */
const PROBE_MS = 20_000;

/** True once the batch has a lane; false when something else happened first and the loop has to look around. */
export async function acquireLane(run: BatchRun, task: TaskState): Promise<boolean> {
  const { state, ports } = run;
  if (isLaneOfOther(run, task)) await releaseLane(run);
  if (state.lane.status === 'held') return true;
  const account = accountOf(run, task);
  if (state.lane.status === 'none') {
    const choice = agentsOf(state, task).length > 0 ? { account } : {};
    state.lane = { status: 'asked', request: state.lane.request + 1, wait: null, probe: false, ...choice };
    run.recorder.touch();
  }
  const { request } = state.lane;
  const settled = (): boolean =>
    state.lane.status === 'held' || state.status !== 'running' || state.hold !== null || isLaneOfOther(run, task);
  for (let round = 0; !settled(); round += 1) {
    await freeSkippedAccount(run, task);
    await ports.lanes.request({ batch: state.batch, request, account });
    const unansweredMs = UNANSWERED_MS[Math.min(round, UNANSWERED_MS.length - 1)] ?? 0;
    await ports.waitUntil(
      () => settled() || state.lane.wait !== null || state.skipAccount,
      unansweredMs,
      'asks for a lane',
    );
    if (!settled() && state.lane.wait !== null)
      await ports.waitUntil(() => settled() || state.skipAccount, QUEUED_MS, 'waits for a lane');
  }
  return state.lane.status === 'held' && state.status === 'running' && state.hold === null;
}

/** True when the lane was asked for with another account than that of the agent whose turn it is. */
export function isLaneOfOther(run: BatchRun, task: TaskState): boolean {
  const { account } = run.state.lane;
  return account !== undefined && account !== accountOf(run, task);
}

/** The user wants the account tried now: then the others need not wait either. */
export async function freeSkippedAccount(run: BatchRun, task: TaskState): Promise<void> {
  if (!run.state.skipAccount) return;
  run.state.skipAccount = false;
  await run.ports.lanes.accountFree({ account: accountOf(run, task) });
}

/** Gives the lane, or the place in the queue, back. */
export async function releaseLane(run: BatchRun): Promise<void> {
  const { state, ports } = run;
  if (state.lane.status === 'none') return;
  const { request } = state.lane;
  state.lane = { status: 'none', request, wait: null, probe: false };
  run.recorder.touch();
  await ports.lanes.release({ batch: state.batch, request });
}

/** Tells all batches of the account what this one met; called before the lane is given back. */
export async function reportHold(run: BatchRun, account: string, hold: Omit<AccountHold, 'probe'>): Promise<void> {
  await run.ports.lanes.accountHeld({ account, batch: run.state.batch, ...hold });
}

/** Account of the agent that works on the task, or did last. */
export function accountInUse(run: BatchRun, task: TaskState): string {
  const { agent } = run.state.details[task.id] ?? {};
  return agentsOf(run.state, task).find((each) => each.agent === agent)?.account ?? accountOf(run, task);
}

/**
 * Called when the first run after a hold begins; what it returns is to be told how that run ended. Once it has worked for
 * a while, or ended without meeting the limit again, the batches that wait for the account may start.
 */
export function beginProbe(run: BatchRun, task: TaskState): (metLimit: boolean) => void {
  if (!run.state.lane.probe) return () => undefined;
  let found: boolean | null = null;
  watchProbe(run, task, () => found).catch(() => undefined);
  return (metLimit) => {
    found = metLimit;
  };
}

async function watchProbe(run: BatchRun, task: TaskState, found: () => boolean | null): Promise<void> {
  const { state, ports } = run;
  await ports.waitUntil(() => found() !== null, PROBE_MS, 'probes the account');
  if (found() === true || !state.lane.probe) return;
  state.lane.probe = false;
  await ports.lanes.accountFree({ account: accountInUse(run, task) });
}

/** Handler of `laneGranted`. Ignored answers are recorded too: a workflow task must not end without a command (ADR 15). */
export function onGranted(run: BatchRun, granted: LaneGranted): void {
  const { lane } = run.state;
  if (lane.status !== 'asked' || granted.request !== lane.request) return run.recorder.touch();
  run.state.lane = { ...lane, status: 'held', wait: null, probe: granted.probe };
  if (isAccountHold(run.state.hold)) run.state.hold = null;
  run.recorder.touch();
}

/** Handler of `laneQueued`: a held account is shown as the batch's own hold. */
export function onQueued(run: BatchRun, { request, wait }: LaneQueued): void {
  const { state } = run;
  if (state.lane.status !== 'asked' || request !== state.lane.request) return run.recorder.touch();
  state.lane = { ...state.lane, wait };
  if (wait.why === 'account_held') {
    const { reason, untilMs, message } = wait;
    const hold = { reason, sinceMs: state.hold?.sinceMs ?? run.ports.now(), untilMs, message };
    if (!mayGoOnWithout(run, state.lane.account, hold)) state.hold = hold;
  }
  run.recorder.touch();
}

/** Handler of `accountHeld`: another batch met a limit; it counts before the next task. */
export function onAccountHeld(run: BatchRun, { account, reason, untilMs, message }: HeldAccount): void {
  const hold = { reason, sinceMs: run.ports.now(), untilMs, message };
  if (!mayGoOnWithout(run, account, hold)) run.state.pendingHold = hold;
  run.recorder.touch();
}

/** Where there is a choice of agents a held account is remembered; true if another agent may take the next task. */
function mayGoOnWithout(run: BatchRun, account: string | undefined, hold: Hold): boolean {
  const { state } = run;
  const task = nextInTurn(state) ?? runningTask(state);
  if (hold.reason !== 'usage_limit' || account === undefined) return false;
  if (task === undefined || agentsOf(state, task).length === 0) return false;
  noteAccountHold(state, account, hold);
  return hasFreeOther(state, task, account, run.ports.now());
}

/** True for a hold that all batches of an account share. */
export function isAccountHold(hold: Hold | null): boolean {
  return hold !== null && (hold.reason === 'usage_limit' || hold.reason === 'needs_login');
}

function accountOf(run: BatchRun, task: TaskState): string {
  // What is no agent has no account whose limits it could meet.
  if (traitsOf(task.kind ?? 'requirement').runs !== 'agent') return '';
  const choice = chooseAgent(run.state, task, run.ports.now());
  return choice?.account ?? run.state.accounts[projectOf(run.state, task)] ?? '';
}
