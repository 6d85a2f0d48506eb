/** Opens the store. */
import { Kysely } from 'kysely';
import type { Clock } from '../platform/clock.ts';
import { systemClock } from '../platform/clock.ts';
import { createBatchStore } from './batches.ts';
import { createCommandStore } from './commands.ts';
import type { Database } from './database.ts';
import { createAppendSignal, createEventStore } from './events.ts';
import { migrate } from './migrations.ts';
import { createProjectStore } from './projects.ts';
import { writeRecord } from './record.ts';
import { openSqlite } from './sqlite.ts';
import type { Store } from './store.ts';
import { createSystemStore } from './system.ts';
import { createTaskStore } from './tasks.ts';

/** Where the store is. */
export interface StoreOptions {
  /** Absolute path of the SQLite file; made with rights 0600 if missing, its folder is not. */
  readonly file: string;
  /** Default: the machine's. */
  readonly clock?: Pick<Clock, 'now'>;
}

/**
 * Opens the database and brings its schema up to date.
 * @throws AppError state_dir_unusable (damaged, not a database, newer than the program), database_busy, disk_low
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const clock = options.clock ?? systemClock;
  const db = new Kysely<Database>({ dialect: await openSqlite(options.file) });
  try {
    await migrate(db, options.file);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  const signal = createAppendSignal();
  return {
    projects: createProjectStore(db, clock),
    batches: createBatchStore(db, clock),
    tasks: createTaskStore(db),
    events: createEventStore(db, signal),
    commands: createCommandStore(db),
    system: createSystemStore(db),
    record: async (record, atMs) => {
      const written = await writeRecord(db, record, atMs);
      if (written && record.events.length > 0) signal.notify();
      return written;
    },
    close: () => db.destroy(),
  };
}
