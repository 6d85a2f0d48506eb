/** Deletion with an undo period: a deleted batch is hidden, nothing of it is lost. */
import { AppError } from '../../contracts/errors.ts';
import type { DeletedBatch } from '../../contracts/lifecycle-routes.ts';
import type { BatchRow } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';
import { instant } from '../views/instants.ts';
import { cancel } from './command-batch.ts';

/** So long a deletion can be undone. */
const RESTORABLE_MS = 7 * 86_400_000;

/** Cancels an open batch, then hides it. Again: the same answer. @throws AppError as `cancel` */
export async function deleteBatch(deps: ApiDeps, row: BatchRow): Promise<DeletedBatch> {
  if (row.deletedAtMs !== null) return toDeleted(row, row.deletedAtMs, 'It was deleted already.');
  const isOpen = row.status !== 'completed' && row.status !== 'cancelled';
  const answer = isOpen ? await cancel(deps, row, undefined) : null;
  const atMs = deps.clock.now();
  await deps.store.batches.setDeleted(row.id, atMs);
  await journal(deps, row, 'deleted', atMs);
  const first = answer === null ? 'It is deleted.' : `It is cancelled and deleted. ${storedText(answer)}`;
  return toDeleted(row, atMs, `${first.trim()} Its branch and commits stay.`);
}

/** Shows a deleted batch again. @throws AppError illegal_transition when that is too long ago */
export async function restoreBatch(deps: ApiDeps, row: BatchRow): Promise<void> {
  if (row.deletedAtMs === null) return;
  const atMs = deps.clock.now();
  if (atMs - row.deletedAtMs > RESTORABLE_MS) {
    throw new AppError('illegal_transition', `Batch ${row.id} was deleted more than 7 days ago.`);
  }
  await deps.store.batches.setDeleted(row.id, null);
  await journal(deps, row, 'restored', atMs);
}

async function journal(deps: ApiDeps, row: BatchRow, what: 'deleted' | 'restored', atMs: number): Promise<void> {
  const id = `${row.id}:${what}:${atMs}`;
  await deps.store.events.append([
    { id, type: `batch.${what}`, atMs, batch: row.id, task: null, data: { name: row.name } },
  ]);
}

function storedText(answer: { readonly result: string; readonly message: string }): string {
  return answer.result === 'stored' ? answer.message : '';
}

function toDeleted(row: BatchRow, atMs: number, message: string): DeletedBatch {
  const { id, name } = row;
  return { id, name, deletedAt: instant(atMs), restorableUntil: instant(atMs + RESTORABLE_MS), message };
}
