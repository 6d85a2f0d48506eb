import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asId } from '../../../src/contracts/ids.ts';
import { checkEpoch } from '../../../src/host/orders/check-epoch.ts';

const batch = asId('batch', 'b_0123456789');
const other = asId('batch', 'b_9999999999');
let paths: { claims: string };

beforeEach(async () => {
  paths = { claims: await mkdtemp(join(tmpdir(), 'nightloom-epoch-')) };
});
afterEach(() => rm(paths.claims, { recursive: true, force: true }));

describe('epochs of orders', () => {
  it('a lower one than was seen is refused, for that batch only', () => {
    checkEpoch(paths, { batch, epoch: 1 });
    checkEpoch(paths, { batch, epoch: 3 });
    checkEpoch(paths, { batch, epoch: 3 });
    for (const epoch of [1, 2]) {
      expect(() => checkEpoch(paths, { batch, epoch })).toThrow(
        expect.objectContaining({ code: 'order_refused', details: { reason: 'epoch', epoch, highest: 3 } }),
      );
    }
    checkEpoch(paths, { batch: other, epoch: 1 });
    checkEpoch(paths, { batch, epoch: 4 });
  });

  it('leaves nothing behind for batches that were never opened elsewhere', async () => {
    checkEpoch(paths, { batch, epoch: 1 });
    expect(await readdir(paths.claims)).toEqual([]);
  });
});
