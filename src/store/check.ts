/** Looks whether a database is whole and of this program's schema; changes nothing. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import type { Database } from './database.ts';
import { appliedMigrations, HISTORY_TABLE, missingMigrations, unknownMigrations } from './migrations.ts';
import { saysDamaged } from './sqlite-errors.ts';

/** What a check found. */
export interface DatabaseCheck {
  /** File or address, without password. */
  readonly database: string;
  /** null for a server. */
  readonly bytes: number | null;
  /** Newest migration that it has; null: none of ours. */
  readonly schema: string | null;
  /** Migrations that the next start will run. */
  readonly missing: readonly string[];
  /** The content is broken; false for what else is a problem: a newer program wrote it, it may not be read. */
  readonly damaged: boolean;
  /** Empty: it can be used. */
  readonly problems: readonly string[];
}

const MAX_PROBLEMS = 20;

/** Checks the SQLite file: every page, every foreign key, the schema. Never throws for what it finds. */
export async function checkDatabase(file: string): Promise<DatabaseCheck> {
  const result = { database: file, bytes: null, schema: null, missing: [], damaged: true };
  try {
    await access(file, constants.R_OK);
    const { size } = await stat(file);
    if (size === 0) return { ...result, bytes: 0, problems: ['it is empty'] };
    return { ...result, bytes: size, ...inspect(file) };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { ...result, damaged: saysDamaged(error), problems: [problem] };
  }
}

/** Checks that the PostgreSQL database answers and what schema it has. @throws AppError database_unreachable, database_unusable */
export async function checkServer(location: { url: string; password?: string }): Promise<DatabaseCheck> {
  const { openPostgres } = await import('./postgres.ts');
  const engine = openPostgres(location);
  const db = new Kysely<Database>({ dialect: engine.dialect });
  try {
    return { database: engine.name, bytes: null, damaged: false, ...schemaOf(await appliedMigrations(db)) };
  } finally {
    await db.destroy();
    await engine.close();
  }
}

function inspect(file: string): Omit<DatabaseCheck, 'database' | 'bytes'> {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const found = database.prepare(`pragma integrity_check(${MAX_PROBLEMS})`).all();
    const damages = found.map((row) => String(row['integrity_check'])).filter((text) => text !== 'ok');
    if (damages.length > 0) return { schema: null, missing: [], damaged: true, problems: damages };
    const orphans = database.prepare('pragma foreign_key_check').all().slice(0, MAX_PROBLEMS);
    const applied = migrationsIn(database);
    const schema = schemaOf(applied);
    const lost = orphans.map((row) => `a row of ${String(row['table'])} belongs to none of ${String(row['parent'])}`);
    return { ...schema, damaged: lost.length > 0 || applied.length === 0, problems: [...lost, ...schema.problems] };
  } finally {
    database.close();
  }
}

function migrationsIn(database: DatabaseSync): string[] {
  const table = database.prepare("select name from sqlite_master where type = 'table' and name = ?").get(HISTORY_TABLE);
  if (table === undefined) return [];
  const rows = database.prepare(`select name from ${HISTORY_TABLE} order by name`).all();
  return rows.map((row) => String(row['name']));
}

function schemaOf(applied: readonly string[]): Pick<DatabaseCheck, 'schema' | 'missing' | 'problems'> {
  const unknown = unknownMigrations(applied);
  const problems = [
    ...(applied.length === 0 ? ['it has no tables of Nightloom'] : []),
    ...(unknown.length === 0 ? [] : [`a newer Nightloom wrote it (${unknown.join(', ')})`]),
  ];
  return { schema: applied.at(-1) ?? null, missing: missingMigrations(applied), problems };
}
