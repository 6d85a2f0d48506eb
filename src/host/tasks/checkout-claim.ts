/** In place, one batch per checkout: a note in the state directory says which. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import type { ProjectId } from '../../contracts/ids.ts';
import type { WorkOrder } from '../../contracts/order.ts';
import type { StatePaths } from '../../platform/paths.ts';
import { errorCode, isRecord, makePrivateDirectory, readJson } from '../runs/run-directory.ts';

type ClaimPaths = Pick<StatePaths, 'claims'>;

/** Takes the checkout for the order's batch; again: nothing. @throws AppError checkout_in_use with the other batch */
export function takeCheckout(paths: ClaimPaths, order: WorkOrder): void {
  makePrivateDirectory(paths.claims);
  const file = fileOf(paths, order);
  try {
    writeFileSync(file, `${JSON.stringify({ batch: order.batch })}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    const holder = holderOf(file);
    if (holder === order.batch) return;
    throw new AppError('checkout_in_use', `Batch ${holder ?? 'unknown'} works in ${order.projectPath}.`, {
      details: { batch: holder },
    });
  }
}

/** Lets go of the checkout, if the order's batch holds it. */
export function releaseCheckout(paths: ClaimPaths, order: WorkOrder): void {
  const file = fileOf(paths, order);
  if (holderOf(file) === order.batch) rmSync(file, { force: true });
}

/** @throws AppError checkout_in_use when a batch works in the project's checkout */
export function refuseTakenCheckout(paths: ClaimPaths, project: ProjectId, projectPath: string): void {
  const holder = holderOf(fileOf(paths, { project }));
  if (holder === null) return;
  throw new AppError('checkout_in_use', `Batch ${holder} works in ${projectPath}.`, { details: { batch: holder } });
}

function fileOf(paths: ClaimPaths, { project }: Pick<WorkOrder, 'project'>): string {
  return join(paths.claims, `checkout-${project}.json`);
}

function holderOf(file: string): string | null {
  const value = readJson(file);
  return isRecord(value) && typeof value['batch'] === 'string' ? value['batch'] : null;
}
