/** What an API that died left behind. */
import { describe, expect, it, vi } from 'vitest';
import { initialState } from '../../src/api/services/batch-state.ts';
import { asId } from '../../src/contracts/ids.ts';
import { PROJECT, batchId, definition, newBatch } from '../contract/store-fixtures.ts';
import { problemOf, startStack } from './support/stack.ts';

const installation = asId('installation', 'i_aaaaaaaaaa');

describe('creations that were cut short', () => {
  it('[P8] are finished at start if their workflow exists, and undone if not', async () => {
    const withWorkflow = newBatch(1, [definition(1)], { flags: { onFailure: 'stop' }, onFailure: 'stop' });
    const without = newBatch(2, [definition(2)]);
    const stack = await startStack(async (store, batches) => {
      await store.batches.create(withWorkflow);
      await store.batches.create(without);
      batches.states.set(withWorkflow.id, initialState({ batch: withWorkflow, installation, accounts: {} }));
    });
    try {
      await vi.waitUntil(async () => (await stack.store.batches.creating()).length === 0, { timeout: 10_000 });
      const found = await stack.send('GET', `/api/batches/${batchId(1)}`);
      expect(found.body).toMatchObject({ status: 'idle', onFailure: 'stop' });
      expect(problemOf(await stack.send('GET', `/api/batches/${batchId(2)}`)).code).toBe('batch_not_found');
      expect([...(await stack.store.tasks.openRequirements(PROJECT)).keys()]).toEqual(['req-1']);
      expect(await stack.store.batches.state(batchId(1))).toEqual(
        initialState({ batch: withWorkflow, installation, accounts: {} }),
      );
    } finally {
      await stack.close();
    }
  });

  it('[P8] stay while Temporal cannot be asked', async () => {
    const stack = await startStack(async (store, batches) => {
      await store.batches.create(newBatch(1, [definition(1)]));
      batches.failure = 'temporal_unreachable';
    });
    try {
      const asked = vi.spyOn(stack.batches, 'exists');
      await stack.send('GET', '/api/batches');
      await stack.send('GET', '/api/batches');
      expect(await stack.store.batches.creating()).toHaveLength(1);
      expect(asked.mock.calls.length).toBeLessThanOrEqual(1);
    } finally {
      await stack.close();
    }
  });
});
