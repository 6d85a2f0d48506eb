/** The projection is on the path of every task. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStore } from '../../../src/store/open-store.ts';
import {
  T0,
  attempt,
  batchId,
  definition,
  details,
  head,
  newBatch,
  record,
  taskId,
} from '../../contract/store-fixtures.ts';

it('writes a usual record in less than 10 ms at the median, also on a busy machine', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nightloom-store-'));
  const store = await openStore({ file: join(folder, 'nightloom.db') });
  try {
    const numbers = Array.from({ length: 300 }, (_, index) => index);
    await store.batches.create(
      newBatch(
        1,
        numbers.map((number) => definition(number)),
      ),
    );
    await store.batches.confirm(batchId(1), head(1));
    const times: number[] = [];
    for (const seq of numbers) {
      const startedMs = performance.now();
      await store.record(
        record(
          1,
          { seq: seq + 1 },
          {
            tasks: [
              {
                state: { id: taskId(seq), status: 'completed', rank: seq, attempt: 1 },
                details: details({ attempts: [attempt(1)], commit: 'c'.repeat(40) }),
              },
            ],
            events: [
              { id: `${seq}`, type: 'task.completed', atMs: T0, batch: batchId(1), task: taskId(seq), data: {} },
            ],
          },
        ),
        T0,
      );
      times.push(performance.now() - startedMs);
    }
    const median = times.toSorted((left, right) => left - right)[150] ?? Infinity;
    console.info(`record: median ${median.toFixed(2)} ms`);
    expect(median).toBeLessThan(10);
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
});
