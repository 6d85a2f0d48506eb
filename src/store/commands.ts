/** Numbers and answers of commands to batches. */
import type { Kysely, Transaction } from 'kysely';
import { AppError } from '../contracts/errors.ts';
import type { BatchId } from '../contracts/ids.ts';
import type { CommandAnswer } from '../contracts/state.ts';
import { failpoint } from '../platform/failpoint.ts';
import type { Database } from './database.ts';
import type { CommandStore } from './store.ts';
import { fromJson, toInstant, toJson } from './values.ts';

/**
 * {@link CommandStore} on `db`. Numbers rise within a batch, and are above the last one its workflow applied even when
 * the commands of an older database were lost.
 */
export function createCommandStore(db: Kysely<Database>): CommandStore {
  return { begin: (command) => begin(db, command), finish: (id, answer) => finish(db, id, answer) };
}

async function begin(
  db: Kysely<Database>,
  command: Parameters<CommandStore['begin']>[0],
): Promise<{ number: number; answer: CommandAnswer | null }> {
  const begun = await db.transaction().execute(async (trx) => {
    await lockBatch(trx, command.batch);
    const known = await trx.selectFrom('commands').selectAll().where('id', '=', command.id).executeTakeFirst();
    if (known !== undefined) {
      if (known.batch !== command.batch || known.type !== command.type) throw usedOtherwise(command.id, known);
      return { number: known.number, answer: known.answer === null ? null : fromJson<CommandAnswer>(known.answer) };
    }
    const given = await trx
      .selectFrom('commands')
      .select((eb) => eb.fn.max('number').as('last'))
      .where('batch', '=', command.batch)
      .executeTakeFirst();
    const batch = await trx
      .selectFrom('batches')
      .select('command_number')
      .where('id', '=', command.batch)
      .executeTakeFirst();
    const number = Math.max(Number(given?.last ?? 0), batch?.command_number ?? 0) + 1;
    const { id, type } = command;
    const created_at = toInstant(command.atMs);
    await trx
      .insertInto('commands')
      .values({ id, batch: command.batch, type, number, answer: null, created_at })
      .execute();
    return { number, answer: null };
  });
  failpoint('command:numbered');
  return begun;
}

/** Numbers of a batch are given one after the other. Changes nothing: the row is only locked, in words of every dialect. */
async function lockBatch(trx: Transaction<Database>, batch: BatchId): Promise<void> {
  await trx
    .updateTable('batches')
    .set((eb) => ({ command_number: eb.ref('command_number') }))
    .where('id', '=', batch)
    .execute();
}

async function finish(db: Kysely<Database>, id: string, answer: CommandAnswer): Promise<void> {
  await db
    .updateTable('commands')
    .set({ answer: toJson(answer) })
    .where('id', '=', id)
    .execute();
}

function usedOtherwise(id: string, known: { batch: string; type: string }): AppError {
  const message = `The command id was used for ${known.type} of ${known.batch} already`;
  return new AppError('invalid_input', `${message}; take a new one.`, {
    details: { fields: [{ path: 'commandId', message }], commandId: id },
  });
}
