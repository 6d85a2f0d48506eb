/** P12: no task is lost or doubled on its way to another batch. */
import type { Violation } from './checker.ts';
import { FINAL } from './facts.ts';
import type { StateFacts } from './facts.ts';

/** A batch that has ended has no open transfer and no open task. */
export function checkTransfers({ batches, tasks }: StateFacts): Violation[] {
  const ended = new Set(batches.filter((batch) => FINAL.has(batch.status)).map((batch) => batch.id));
  const open = batches
    .filter((batch) => ended.has(batch.id) && batch.openTransfers.length > 0)
    .map((batch) => `batch ${batch.id} has ended with open transfers: ${batch.openTransfers.join(', ')}`);
  const left = tasks
    .filter((task) => ended.has(task.batch) && !FINAL.has(task.status))
    .map((task) => `${task.name} (${task.id}) is ${task.status} in batch ${task.batch}, which has ended`);
  return [...open, ...left].map((text) => ({ promise: 'P12', text }));
}
