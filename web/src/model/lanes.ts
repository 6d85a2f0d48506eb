/** In which order open batches stand side by side, and what is written above each. */
import type { BatchSummary } from '../../../src/contracts/views.ts';

type Lined = Pick<BatchSummary, 'status' | 'lane' | 'startedAt' | 'createdAt' | 'hold'>;

const LAST_PLACE = 1_000_000;

/** Rank of a batch: those in a lane, those that hold, those in the queue, paused ones, those that nobody started. */
function rankOf({ status, lane, hold }: Lined): number {
  if (status === 'paused') return 3;
  if (status === 'idle') return 4;
  if (lane.status === 'held') return 0;
  return hold === null ? 2 : 1;
}

/** The open ones of `all`: lanes first, then the waiting ones by their place, then the others by age. */
export function inOrder<Batch extends Lined>(all: readonly Batch[]): Batch[] {
  const open = all.filter(({ status }) => status === 'running' || status === 'paused' || status === 'idle');
  const key = (batch: Batch): string => batch.startedAt ?? batch.createdAt;
  return open.toSorted(
    (a, b) =>
      rankOf(a) - rankOf(b) ||
      (a.lane.place ?? LAST_PLACE) - (b.lane.place ?? LAST_PLACE) ||
      key(a).localeCompare(key(b)),
  );
}

/** `In a lane`, `Waits, 2 of 3`: a batch's place among the others; null where its state says it. */
export function placeWord({ status, lane }: Pick<Lined, 'status' | 'lane'>): string | null {
  if (status !== 'running') return null;
  if (lane.status === 'held') return 'In a lane';
  if (lane.place === null) return null;
  return lane.of === null ? `Waits at place ${lane.place}` : `Waits, ${lane.place} of ${lane.of}`;
}
