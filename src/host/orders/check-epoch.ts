/** Refuses what a batch of an older Temporal still orders: the host remembers the highest epoch that it worked for. */
import { join } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import type { OrderBody } from '../../contracts/order.ts';
import type { StatePaths } from '../../platform/paths.ts';
import { isRecord, makePrivateDirectory, readJson, writeJson } from '../runs/run-directory.ts';

/** Batches begin with this one; only a higher one leaves a file. */
const FIRST_EPOCH = 1;

/**
 * Returns if no order of a higher epoch was seen for the batch, and remembers this one's. Synchronous, so that within
 * the one host worker of a state directory nothing comes between.
 * @throws AppError order_refused with `details.reason` epoch
 */
export function checkEpoch(
  paths: Pick<StatePaths, 'claims'>,
  { batch, epoch }: Pick<OrderBody, 'batch' | 'epoch'>,
): void {
  const file = join(paths.claims, `epoch-${batch}.json`);
  const seen = readJson(file);
  const highest = isRecord(seen) && typeof seen['epoch'] === 'number' ? seen['epoch'] : FIRST_EPOCH;
  if (epoch < highest) {
    const message = `The work order is of epoch ${epoch}; batch ${batch} was opened again in another Temporal (epoch ${highest}).`;
    throw new AppError('order_refused', message, { details: { reason: 'epoch', epoch, highest } });
  }
  if (epoch === highest) return;
  makePrivateDirectory(paths.claims);
  writeJson(file, { v: 1, epoch });
}
