/** The journal. */
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { JournalEntry, JournalEvent } from '../contracts/events.ts';
import type { Database, EventTable } from './database.ts';
import type { Engine } from './engine.ts';
import type { EventStore } from './store.ts';
import { chunksOf, fromJson, toInstant, toJson } from './values.ts';

const ROWS_PER_INSERT = 100;

/** {@link EventStore} on `db`. */
export function createEventStore(db: Kysely<Database>, engine: Engine): EventStore {
  return {
    append: async (entries) => {
      if (entries.length === 0) return;
      await db.transaction().execute((trx) => insertEvents(trx, engine, entries));
      engine.appended.notify();
    },
    after: async (seq, { batch, limit }) => {
      let query = db.selectFrom('events').selectAll().where('seq', '>', seq);
      if (batch !== undefined) query = query.where('batch', '=', batch);
      return (await query.orderBy('seq').limit(limit).execute()).map(toEvent);
    },
    systemNotes: async (limit) => {
      const query = db.selectFrom('events').selectAll().where('batch', 'is', null).where('type', '=', 'system.note');
      return (await query.orderBy('seq', 'desc').limit(limit).execute()).map(toEvent).toReversed();
    },
    lastSeq: async () => {
      const row = await db
        .selectFrom('events')
        .select((eb) => eb.fn.max('seq').as('last'))
        .executeTakeFirst();
      return Number(row?.last ?? 0);
    },
    onAppend: (listener) => engine.appended.subscribe(listener),
    lookEveryMs: engine.lookEveryMs,
  };
}

/** Inserts what is not there yet, as the last step of a larger transaction: it holds the journal until that ends. */
export async function insertEvents(
  trx: Transaction<Database>,
  engine: Pick<Engine, 'lockJournal'>,
  entries: readonly JournalEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  await engine.lockJournal(trx);
  for (const some of chunksOf(entries, ROWS_PER_INSERT)) {
    await trx
      .insertInto('events')
      .values(
        some.map((entry) => ({
          id: entry.id,
          type: entry.type,
          at: toInstant(entry.atMs),
          batch: entry.batch,
          task: entry.task,
          data: toJson(entry.data),
        })),
      )
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  }
}

/** The row as readers see it. */
export function toEvent(row: Selectable<EventTable>): JournalEvent {
  return { ...row, data: fromJson(row.data) };
}
