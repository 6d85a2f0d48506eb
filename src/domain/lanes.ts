/**
 * Lanes: at most `limit` batches work on a host at once, first come, first served; tasks by themselves have places of
 * their own (`background`), so that they never wait for a night; and per agent account one hold for all of them, ended by
 * one probe. Runs in the workflow sandbox: pure, the clock is handed in.
 */
import { soloTaskOf } from '../contracts/ids.ts';
import type { BatchId, HostId, InstallationId } from '../contracts/ids.ts';
import type { LaneWait } from '../contracts/state.ts';
import type { HoldReason } from '../contracts/vocabulary.ts';

/** A batch that asks for a lane; `request` numbers its askings, a higher one replaces the lower. */
export interface LaneRequest {
  readonly batch: BatchId;
  readonly request: number;
  /** Account of the agent of its next task; its limits are shared by all batches of that account. */
  readonly account: string;
}

/** A batch that works. */
export interface LaneHolder extends LaneRequest {
  readonly sinceMs: number;
}

/** Why nobody of an account may start now. */
export interface AccountHold {
  readonly reason: HoldReason;
  readonly untilMs: number;
  readonly message: string;
  /** The batch that tries first after the hold; the others wait for what it finds. */
  probe: BatchId | null;
}

/** State of the lanes of one host. */
export interface LanesState {
  readonly v: 1;
  readonly installation: InstallationId;
  readonly host: HostId;
  limit: number;
  /** So many tasks by themselves work at once; absent: {@link DEFAULT_BACKGROUND}. */
  background?: number;
  holders: LaneHolder[];
  queue: LaneRequest[];
  accounts: Record<string, AccountHold>;
  /** By account whose hold ended: not before this may the next one start. */
  notBefore: Record<string, number>;
}

/** Lanes of a host unless said otherwise. */
export const DEFAULT_LANES = 4;
/** Tasks by themselves that work at once on a host unless said otherwise. */
export const DEFAULT_BACKGROUND = 3;
/** After a hold the batches of an account start this far apart. */
const STAGGER_MS = 5000;

/** Empty lanes. */
export function newLanes(installation: InstallationId, host: HostId, limit = DEFAULT_LANES): LanesState {
  return { v: 1, installation, host, limit, holders: [], queue: [], accounts: {}, notBefore: {} };
}

/** Of batches that somebody made, or of tasks by themselves. */
export type LanePool = 'lanes' | 'background';

/** The pool that `batch` takes its place from. */
export function poolOf(batch: BatchId): LanePool {
  return soloTaskOf(batch) === null ? 'lanes' : 'background';
}

/** So many of a pool work at once. */
export function limitOf(state: LanesState, pool: LanePool): number {
  return pool === 'lanes' ? state.limit : (state.background ?? DEFAULT_BACKGROUND);
}

/** Changes limits (1 to 64); those at work go on. Absent: stays. */
export function setLimits(state: LanesState, limits: { readonly limit?: number; readonly background?: number }): void {
  if (limits.limit !== undefined) state.limit = bounded(limits.limit);
  if (limits.background !== undefined) state.background = bounded(limits.background);
}

/** Puts a batch into the queue. The same or an older request again changes nothing; a newer one gives up the lane of the older. */
export function requestLane(state: LanesState, asked: LaneRequest): void {
  const known = [...state.holders, ...state.queue].find((each) => each.batch === asked.batch);
  if (known !== undefined && known.request >= asked.request) return;
  if (known !== undefined) releaseLane(state, asked.batch, known.request);
  state.queue.push(asked);
}

/** Gives a lane or a place back; an older request's release changes nothing. */
export function releaseLane(state: LanesState, batch: BatchId, request: number): void {
  const isIt = (each: LaneRequest): boolean => each.batch === batch && each.request <= request;
  state.holders = state.holders.filter((each) => !isIt(each));
  state.queue = state.queue.filter((each) => !isIt(each));
  for (const hold of Object.values(state.accounts)) if (hold.probe === batch && !holds(state, batch)) hold.probe = null;
}

/** One batch met a limit: all of its account hold, until the latest of the times that are known. */
export function holdAccount(state: LanesState, account: string, hold: Omit<AccountHold, 'probe'>, by: BatchId): void {
  const known = state.accounts[account];
  const later = known !== undefined && known.untilMs > hold.untilMs && known.probe !== by ? known : hold;
  state.accounts[account] = { reason: later.reason, untilMs: later.untilMs, message: later.message, probe: null };
}

/** The account works again, or the user wants it tried now. */
export function releaseAccount(state: LanesState, account: string, nowMs: number): void {
  if (state.accounts[account] === undefined) return;
  delete state.accounts[account];
  state.notBefore[account] = nowMs;
}

/** Takes the next batch that may work out of the queue and makes it a holder; null: nobody may now. */
export function grantLane(state: LanesState, nowMs: number): LaneHolder | null {
  const next = state.queue.find((each) => hasRoom(state, each.batch) && mayStart(state, each.account, nowMs));
  if (next === undefined) return null;
  const hold = state.accounts[next.account];
  if (hold !== undefined) hold.probe = next.batch;
  state.queue = state.queue.filter((each) => each !== next);
  stagger(state, next.account, nowMs);
  const holder: LaneHolder = { ...next, sinceMs: nowMs };
  state.holders.push(holder);
  return holder;
}

/** When somebody could start who may not now, as far as only time decides; null: nobody. */
export function nextGrantMs(state: LanesState, nowMs: number): number | null {
  const waiting = state.queue.filter((each) => hasRoom(state, each.batch));
  if (waiting.length === 0) return null;
  const times = waiting.map((each) => {
    const hold = state.accounts[each.account];
    if (hold?.probe != null) return Number.POSITIVE_INFINITY;
    return Math.max(hold?.untilMs ?? 0, state.notBefore[each.account] ?? 0);
  });
  const next = Math.min(...times);
  return Number.isFinite(next) && next > nowMs ? next : null;
}

/** Why that batch waits, and its place in the queue of its pool from 1; null: it does not. */
export function laneWait(state: LanesState, batch: BatchId, nowMs: number): LaneWait | null {
  const queue = state.queue.filter((each) => poolOf(each.batch) === poolOf(batch));
  const index = queue.findIndex((each) => each.batch === batch);
  const asked = queue[index];
  if (asked === undefined) return null;
  const place = index + 1;
  const hold = state.accounts[asked.account];
  if (hold === undefined) return { why: 'lanes_full', place };
  if (hold.probe !== null) return { why: 'probing', place };
  if (hold.untilMs <= nowMs) return { why: 'lanes_full', place };
  const { reason, untilMs, message } = hold;
  return { why: 'account_held', place, reason, untilMs, message };
}

/** Only those who waited for the account start one after the other; whoever comes later starts at once. */
function stagger(state: LanesState, account: string, nowMs: number): void {
  if (state.notBefore[account] === undefined) return;
  if (state.queue.some((each) => each.account === account)) state.notBefore[account] = nowMs + STAGGER_MS;
  else delete state.notBefore[account];
}

function mayStart(state: LanesState, account: string, nowMs: number): boolean {
  if ((state.notBefore[account] ?? 0) > nowMs) return false;
  const hold = state.accounts[account];
  return hold === undefined || (hold.probe === null && hold.untilMs <= nowMs);
}

function hasRoom(state: LanesState, batch: BatchId): boolean {
  const pool = poolOf(batch);
  return state.holders.filter((each) => poolOf(each.batch) === pool).length < limitOf(state, pool);
}

function bounded(limit: number): number {
  return Math.max(1, Math.min(64, Math.trunc(limit)));
}

function holds(state: LanesState, batch: BatchId): boolean {
  return state.holders.some((each) => each.batch === batch);
}
