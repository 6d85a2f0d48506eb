/** How high the tasks of a column will be: what is below it must not move when they come. */
import type { BatchSummary } from '../../../src/contracts/views.ts';

/** A CSS length, from how many tasks there are of each kind; `maxQueued`: so many queued ones are shown. */
export function tasksHeight(counts: BatchSummary['counts'], maxQueued: number): string {
  const { queued, running, waiting, completed, failed, skipped, cancelled } = counts;
  const withLine = running + waiting + failed + skipped + cancelled;
  const rows = `${withLine} * var(--row-with-line) + ${Math.min(queued, maxQueued)} * var(--row)`;
  return `calc(${completed > 0 ? 1 : 0} * var(--row-done) + ${rows} + 2 * var(--space-1))`;
}
