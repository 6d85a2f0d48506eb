/** Brings a database to the program's schema, forward only. */
import type { Kysely, Transaction } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { Migration } from 'kysely/migration';
import { AppError } from '../contracts/errors.ts';
import type { Database } from './database.ts';
import type { ColumnTypes, Engine } from './engine.ts';
import { initial } from './migrations/0001-initial.ts';
import { control } from './migrations/0004-control.ts';
import { kinds } from './migrations/0002-kinds.ts';
import { inbox } from './migrations/0006-inbox.ts';
import { ideas } from './migrations/0007-ideas.ts';
import { audit } from './migrations/0009-audit.ts';
import { figures } from './migrations/0010-figures.ts';

/**
 * In order; names are never changed and rows never removed once released. Numbers are given when work on a migration
 * begins, so a program may have had a later one before an earlier one: each needs nothing of those beside it in number
 * that it was not made with.
 */
const MIGRATIONS: Readonly<Record<string, (types: ColumnTypes) => Migration>> = {
  '0001-initial': initial,
  '0002-kinds': kinds,
  '0004-control': control,
  '0006-inbox': inbox,
  '0007-ideas': ideas,
  '0009-audit': audit,
  '0010-figures': figures,
};

/** Table of the migrations that a database has. */
export const HISTORY_TABLE = 'schema_version';

/**
 * Runs the migrations that are missing, in one transaction: of several processes that open a new database one
 * migrates, and the others find it done. (Kysely's migrator by itself reads the history before it begins to write.)
 * @throws AppError of `engine.unusable` when a newer program wrote the database, or a migration fails
 */
export async function migrate(db: Kysely<Database>, engine: Engine): Promise<void> {
  await db.transaction().execute((trx) => migrateWithin(trx, engine));
}

/** Names of the migrations that the database has, in order; empty for a new one. */
export async function appliedMigrations(db: Kysely<Database>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === HISTORY_TABLE)) return [];
  const history = db.withTables<{ [HISTORY_TABLE]: { name: string } }>();
  const applied = await history.selectFrom(HISTORY_TABLE).select('name').orderBy('name').execute();
  return applied.map((row) => row.name);
}

/** Those of `applied` that this program does not know. */
export function unknownMigrations(applied: readonly string[]): string[] {
  return applied.filter((name) => !Object.hasOwn(MIGRATIONS, name));
}

/** Those that `applied` lacks, in order. */
export function missingMigrations(applied: readonly string[]): string[] {
  return Object.keys(MIGRATIONS).filter((name) => !applied.includes(name));
}

async function migrateWithin(db: Transaction<Database>, engine: Engine): Promise<void> {
  const { name, unusable } = engine;
  await engine.lockSchema(db);
  refuseNewer(await appliedMigrations(db), engine);
  const migrator = new Migrator({
    db,
    provider: {
      getMigrations: () =>
        Promise.resolve(
          Object.fromEntries(Object.entries(MIGRATIONS).map(([each, make]) => [each, make(engine.types)])),
        ),
    },
    migrationTableName: HISTORY_TABLE,
    migrationLockTableName: `${HISTORY_TABLE}_lock`,
    allowUnorderedMigrations: true,
  });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  if (AppError.is(error)) throw error;
  const reason = error instanceof Error ? error.message : 'unknown';
  throw new AppError(unusable, `The database ${name} could not be brought up to date: ${reason}.`, {
    details: { file: name, reason },
    cause: error,
  });
}

function refuseNewer(applied: readonly string[], { name, unusable }: Engine): void {
  const unknown = unknownMigrations(applied);
  if (unknown.length === 0) return;
  const newest = Object.keys(MIGRATIONS).at(-1);
  throw new AppError(
    unusable,
    `The database ${name} was written by a newer Nightloom (${unknown.join(', ')}; this one knows up to ${newest}). Update Nightloom, or use another database.`,
    { details: { file: name, unknown, newest } },
  );
}
