/** The lanes, and a batch's place in them, as callers see them. */
import type { HoldView, Lanes, LaneView } from '../../contracts/hold-views.ts';
import { soloTaskOf } from '../../contracts/ids.ts';
import type { BatchId, HostId } from '../../contracts/ids.ts';
import type { Hold, LaneState, LaneWait } from '../../contracts/state.ts';
import { DEFAULT_BACKGROUND, DEFAULT_LANES, laneWait, limitOf, poolOf } from '../../domain/lanes.ts';
import type { LanePool, LanesState } from '../../domain/lanes.ts';
import { instant, nullableInstant } from './instants.ts';

/** Why a batch is not working now; null: it is not held. */
export function toHoldView(hold: Hold | null): HoldView | null {
  if (hold === null) return null;
  const { reason, sinceMs, untilMs, message } = hold;
  return { reason, since: instant(sinceMs), until: nullableInstant(untilMs), message };
}

/**
 * A batch's place in the lanes.
 * @param of batches that wait on its host; undefined: not counted
 */
export function toLaneView(lane: LaneState | undefined, of: number | undefined): LaneView {
  const none = { why: null, place: null, of: null, reason: null, until: null, message: null };
  if (lane === undefined || lane.status === 'none') return { status: 'none', ...none };
  const { status, wait } = lane;
  if (status === 'held') return { status, ...none };
  if (wait === null) return { status, ...none, message: 'asks for a lane' };
  const total = of === undefined ? null : Math.max(of, wait.place);
  const held = wait.why === 'account_held' ? { reason: wait.reason, until: instant(wait.untilMs) } : {};
  return { status, ...none, ...held, why: wait.why, place: wait.place, of: total, message: laneMessage(wait, total) };
}

/** All lanes of a host; `state` null: it has had no batch yet. */
export function toLanesView(
  state: LanesState | null,
  host: HostId,
  names: ReadonlyMap<BatchId, string>,
  nowMs: number,
): Lanes {
  if (state === null) {
    const background = { limit: DEFAULT_BACKGROUND, working: [], waiting: [] };
    return { host, limit: DEFAULT_LANES, holders: [], queue: [], background, accounts: [] };
  }
  const batches = placesOf(state, 'lanes', names, nowMs);
  const alone = placesOf(state, 'background', names, nowMs);
  return {
    host: state.host,
    limit: state.limit,
    holders: batches.working.map(({ batch, ...each }) => ({ batchId: batch, ...each })),
    queue: batches.waiting.map(({ batch, ...each }) => ({ batchId: batch, ...each })),
    background: {
      limit: limitOf(state, 'background'),
      working: alone.working.map(({ batch, ...each }) => ({ taskId: soloTaskOf(batch) ?? batch, ...each })),
      waiting: alone.waiting.map(({ batch, ...each }) => ({ taskId: soloTaskOf(batch) ?? batch, ...each })),
    },
    accounts: Object.entries(state.accounts).map(([account, { reason, untilMs, message, probe }]) => ({
      account,
      reason,
      until: instant(untilMs),
      message,
      probe,
    })),
  };
}

/** Who of a pool works, and who waits. */
function placesOf(state: LanesState, pool: LanePool, names: ReadonlyMap<BatchId, string>, nowMs: number) {
  const nameOf = (batch: BatchId): string => names.get(batch) ?? batch;
  const isOfPool = ({ batch }: { readonly batch: BatchId }): boolean => poolOf(batch) === pool;
  const queue = state.queue.filter(isOfPool);
  return {
    working: state.holders
      .filter(isOfPool)
      .map(({ batch, sinceMs }) => ({ batch, name: nameOf(batch), since: instant(sinceMs) })),
    waiting: queue.map(({ batch }, index) => {
      const wait = laneWait(state, batch, nowMs) ?? { why: 'lanes_full' as const, place: index + 1 };
      const { why, place } = wait;
      return { batch, name: nameOf(batch), place, why, message: laneMessage(wait, queue.length) };
    }),
  };
}

function laneMessage(wait: LaneWait, of: number | null): string {
  const place = `place ${wait.place}${of === null ? '' : ` of ${of}`}`;
  switch (wait.why) {
    case 'lanes_full':
      return `waits for a lane, ${place}`;
    case 'probing':
      return `waits until another batch has tried the account, ${place}`;
    case 'account_held': {
      const reason = `${wait.reason.replaceAll('_', ' ')} of the account`;
      return wait.message === '' ? reason : `${reason}: ${wait.message}`;
    }
  }
}
