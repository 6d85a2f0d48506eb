/** Edits of a batch: by its workflow while it is open, in its row once that has ended. */
import { AppError } from '../../contracts/errors.ts';
import { editableOf } from '../../domain/edit-batch.ts';
import type { EditableBatch } from '../../domain/edit-batch.ts';
import type { BatchRow } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';
import { sendCommand } from './command-batch.ts';

/** The part of a batch that its ETag names. */
export function editableBatch({ name, head, flags }: BatchRow): EditableBatch {
  const onFailure = head?.onFailure ?? flags.onFailure ?? 'continue';
  return editableOf({ name, onFailure, ...(head?.edits === undefined ? {} : { edits: head.edits }) });
}

/**
 * Changes a batch.
 * @param request `from`: the state that it is changed from; null: any
 * @throws AppError changed_meanwhile, batch_closing, and as `sendCommand`
 */
export async function changeBatch(
  deps: ApiDeps,
  row: BatchRow,
  request: {
    readonly commandId: string | undefined;
    readonly change: Partial<EditableBatch>;
    readonly from: EditableBatch | null;
  },
): Promise<void> {
  const { commandId, change, from } = request;
  if (row.status === 'completed' || row.status === 'cancelled') {
    if (await deps.store.batches.edit(row, change)) return;
    throw new AppError('batch_closing', `Batch ${row.id} was just opened again, or edited.`);
  }
  await sendCommand(deps, row, 'edit', commandId, (command) => ({ ...command, change, from }));
}
