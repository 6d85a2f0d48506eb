/** Why a running batch does not work now, on one line. */
import type { HoldView, LaneView } from '../../contracts/hold-views.ts';
import type { BatchSummary } from '../../contracts/views.ts';
import { clip, oneLine } from './text.ts';
import { durationText, untilText } from './time.ts';

type Held = Pick<BatchSummary, 'status' | 'hold' | 'lane'>;

/** `waiting until 02:00 CET, in 1 h 12 min (usage limit): ...`. */
export function holdText(hold: HoldView, nowMs: number): string {
  const reason = hold.reason.replaceAll('_', ' ');
  const until =
    hold.until === null ? `on hold (${reason})` : `waiting until ${momentAndWait(hold.until, nowMs)} (${reason})`;
  return hold.message === '' ? until : `${until}: ${clip(oneLine(hold.message), 200)}`;
}

/** `waits for a lane, place 2 of 3`; `usage limit of the account, resets 02:00 CET, in 1 h 12 min`; null: nothing to wait for. */
export function laneText(lane: LaneView, nowMs: number): string | null {
  if (lane.why === null || lane.message === null) return null;
  if (lane.why !== 'account_held' || lane.reason === null || lane.until === null) return oneLine(lane.message);
  const again = lane.reason === 'usage_limit' ? 'resets' : 'tried again';
  return `${lane.reason.replaceAll('_', ' ')} of the account, ${again} ${momentAndWait(lane.until, nowMs)}`;
}

/** The one line that says why a batch waits; null: it does not. What all batches of an account share comes first. */
export function waitText({ status, hold, lane }: Held, nowMs: number): string | null {
  if (status !== 'running') return hold === null ? null : holdText(hold, nowMs);
  if (hold === null || lane.why === 'account_held') return laneText(lane, nowMs);
  return holdText(hold, nowMs);
}

/** Status, with what a running batch waits for: for lists. */
export function statusText({ status, hold, lane }: Held): string {
  if (status !== 'running') return status;
  if (hold !== null) return `on hold (${hold.reason.replaceAll('_', ' ')})`;
  if (lane.why === null || lane.place === null) return status;
  const place = lane.of === null ? `${lane.place}` : `${lane.place} of ${lane.of}`;
  return `waits for ${lane.why === 'probing' ? 'a probe' : 'a lane'} (${place})`;
}

function momentAndWait(instant: string, nowMs: number): string {
  const waitMs = Date.parse(instant) - nowMs;
  const wait = waitMs > 0 ? `, in ${durationText(waitMs)}` : '';
  return `${untilText(instant, nowMs)}${wait}`;
}
