/** Opens the store. */
import { Kysely } from 'kysely';
import type { Clock } from '../platform/clock.ts';
import { systemClock } from '../platform/clock.ts';
import { createAuditStore } from './audit.ts';
import { createBatchStore } from './batches.ts';
import { bringBack } from './bring-back.ts';
import { createCommandStore } from './commands.ts';
import type { Database } from './database.ts';
import type { Engine } from './engine.ts';
import { createEventStore } from './events.ts';
import { createIdempotencyStore } from './idempotency.ts';
import { createIdeaStore } from './ideas.ts';
import { createImplementationLog } from './implementation-log.ts';
import { createInboxStore } from './inbox.ts';
import { createMetricsStore } from './metrics.ts';
import { migrate } from './migrations.ts';
import { createProjectStore } from './projects.ts';
import { writeRecord } from './record.ts';
import { createSettingStore } from './settings.ts';
import { openSqlite } from './sqlite.ts';
import type { Store } from './store.ts';
import { createSystemStore } from './system.ts';
import { createTaskStore } from './tasks.ts';
import { createWebhookStore } from './webhooks.ts';

/** A database: a file of SQLite, or an address of PostgreSQL. */
export type StoreLocation =
  | {
      /** Absolute path of the SQLite file; made with rights 0600 if missing, its folder is not. */
      readonly file: string;
    }
  | {
      /** `postgres://user[:password]@host[:port]/database`. Secret. */
      readonly url: string;
      /** Instead of the address's own. Secret. */
      readonly password?: string;
    };

/** Where the store is. */
export type StoreOptions = StoreLocation & {
  /** Default: the machine's. */
  readonly clock?: Pick<Clock, 'now'>;
};

/**
 * Opens the database and brings its schema up to date.
 * @throws AppError state_dir_unusable, database_unusable (damaged, not a database, newer than the program, not allowed),
 * database_busy, database_unreachable, disk_low, invalid_input (no address)
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const clock = options.clock ?? systemClock;
  const engine = await openEngine(options);
  const db = new Kysely<Database>({ dialect: engine.dialect });
  const close = async (): Promise<void> => {
    await engine.close();
    await db.destroy();
  };
  try {
    await migrate(db, engine);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    projects: createProjectStore(db, clock),
    batches: createBatchStore(db, engine, clock),
    tasks: createTaskStore(db),
    events: createEventStore(db, engine),
    commands: createCommandStore(db),
    system: createSystemStore(db),
    idempotency: createIdempotencyStore(db),
    audit: createAuditStore(db),
    webhooks: createWebhookStore(db),
    settings: createSettingStore(db),
    inbox: createInboxStore(db, engine),
    metrics: createMetricsStore(db),
    ideas: createIdeaStore(db),
    implementationLog: createImplementationLog(db),
    record: async (record, atMs) => {
      const written = await writeRecord(db, engine, record, atMs);
      if (written) engine.appended.notify();
      return written;
    },
    bringBack: (known, atMs) => bringBack(db, engine, known, atMs),
    close,
  };
}

async function openEngine(location: StoreLocation): Promise<Engine> {
  if ('file' in location) return await openSqlite(location.file);
  const { openPostgres } = await import('./postgres.ts');
  return openPostgres(location);
}
