/** One connection to an SQLite file, as Kysely asks for it, with the statements that it has prepared. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import { translated } from './sqlite-errors.ts';

/** Texts vary only in the number of rows of an insert, so few are ever used twice beyond this. */
const MAX_CACHED_STATEMENTS = 200;

/** The subset of better-sqlite3 that Kysely asks for; statements are prepared once and kept, the least used go first. */
export class StatementCache implements SqliteDatabase {
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, SqliteStatement>();

  constructor(file: string, database: DatabaseSync) {
    this.#file = file;
    this.#database = database;
  }

  /** False also after SQLite rolled back by itself (https://sqlite.org/lang_transaction.html). */
  get isTransaction(): boolean {
    return this.#database.isTransaction;
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  /** @throws AppError database_busy, disk_low, state_dir_unusable; so do the statements */
  prepare(sql: string): SqliteStatement {
    const known = this.#statements.get(sql);
    const statement = known ?? adapt(this.#file, () => this.#database.prepare(sql));
    this.#statements.delete(sql);
    this.#statements.set(sql, statement);
    const oldest = this.#statements.keys().next();
    if (this.#statements.size > MAX_CACHED_STATEMENTS && !oldest.done) this.#statements.delete(oldest.value);
    return statement;
  }
}

function adapt(file: string, prepare: () => StatementSync): SqliteStatement {
  const statement = translated(file, prepare);
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => translated(file, () => statement.all(...parameters.map(bindable))),
    run: (parameters) => translated(file, () => statement.run(...parameters.map(bindable))),
    iterate: (parameters) => statement.iterate(...parameters.map(bindable)),
  };
}

function bindable(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return value;
  throw new TypeError(`SQLite cannot bind a ${typeof value}`);
}
