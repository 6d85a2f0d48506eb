/** The lanes, and a batch's place in them, as callers see them. */
import type { Lanes, LaneView } from '../../contracts/hold-views.ts';
import type { BatchId, HostId } from '../../contracts/ids.ts';
import type { LaneState, LaneWait } from '../../contracts/state.ts';
import { DEFAULT_LANES, laneWait } from '../../domain/lanes.ts';
import type { LanesState } from '../../domain/lanes.ts';
import { instant } from './instants.ts';

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
  if (state === null) return { host, limit: DEFAULT_LANES, holders: [], queue: [], accounts: [] };
  const nameOf = (batch: BatchId): string => names.get(batch) ?? batch;
  const queue = state.queue.map(({ batch }, index) => {
    const wait = laneWait(state, batch, nowMs) ?? { why: 'lanes_full' as const, place: index + 1 };
    const { why, place } = wait;
    return { batchId: batch, name: nameOf(batch), place, why, message: laneMessage(wait, state.queue.length) };
  });
  return {
    host: state.host,
    limit: state.limit,
    holders: state.holders.map(({ batch, sinceMs }) => ({
      batchId: batch,
      name: nameOf(batch),
      since: instant(sinceMs),
    })),
    queue,
    accounts: Object.entries(state.accounts).map(([account, { reason, untilMs, message, probe }]) => ({
      account,
      reason,
      until: instant(untilMs),
      message,
      probe,
    })),
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
