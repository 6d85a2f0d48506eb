/** The report names the times in which nothing ran. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { asId } from '../../src/contracts/ids.ts';
import { ReportSchema } from '../../src/contracts/views.ts';
import { startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
});
afterEach(() => stack.close());

const HOUR = 3_600_000;

it('names a gap that a batch met, and none that it did not', async () => {
  const project = await stack.project('/srv/shop', 'a');
  const { id } = await stack.batch(project, 'a');
  const nowMs = Date.now();
  const batch = asId('batch', id);
  const head = (await stack.store.batches.get(batch))?.head;
  if (head == null) throw new Error('The batch is not confirmed.');
  const begun = { ...head, seq: 1, status: 'running' as const, startedAtMs: nowMs };
  await stack.store.record({ batch, epoch: 1, seq: 1, head: begun, tasks: [], removed: [], events: [] }, nowMs);
  const gap = (fromMs: number, why: string) => ({
    id: `gap:${fromMs}`,
    type: 'system.note' as const,
    atMs: fromMs + HOUR,
    batch: null,
    task: null,
    data: { from: new Date(fromMs).toISOString(), until: new Date(fromMs + HOUR).toISOString(), why },
  });
  await stack.store.events.append([gap(nowMs - 3 * HOUR, 'asleep'), gap(nowMs + HOUR, 'asleep'), gap(nowMs, 'other')]);
  const report = ReportSchema.parse((await stack.send('GET', `/api/report?batch=${id}`)).body);
  expect(report.gaps).toEqual([
    { from: new Date(nowMs + HOUR).toISOString(), until: new Date(nowMs + 2 * HOUR).toISOString(), why: 'asleep' },
  ]);
});
