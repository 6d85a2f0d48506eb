/** Kysely on node:sqlite: what only this database needs. */
import type { FileHandle } from 'node:fs/promises';
import { constants, open } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import type { StatementSync, SQLInputValue } from 'node:sqlite';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { CompiledQuery, SqliteAdapter, SqliteDialect, SqliteDriver } from 'kysely';
import type { DatabaseConnection, QueryResult, SqliteDatabase, SqliteDialectConfig, SqliteStatement } from 'kysely';
import { AppError } from '../contracts/errors.ts';
import type { ErrorCode } from '../contracts/error-catalogue.ts';
import { createAppendSignal } from './append-signal.ts';
import type { Engine } from './engine.ts';

/** How long a statement waits for another connection's lock in all. */
const BUSY_TIMEOUT_MS = 5000;
/** Of that, how long one call of SQLite may block this thread; the rest is waited for between calls. */
const BLOCKING_WAIT_MS = 20;
const RETRY_PAUSE_MS = 10;
/** After this long without a pause the event loop gets its turn: ten thousand rows take a quarter of a second. */
const MAX_BUSY_MS = 15;
/** Texts vary only in the number of rows of an insert, so few are ever used twice beyond this. */
const MAX_CACHED_STATEMENTS = 200;
/** Whole-file check at opening: about 1 ms per MB, so larger files are checked by their use. */
const CHECKED_AT_OPEN_BYTES = 32 * 1024 * 1024;

/** Primary result codes (https://sqlite.org/rescode.html) that are not mistakes of ours. */
const CODES: Readonly<Record<number, ErrorCode>> = {
  5: 'database_busy',
  6: 'database_busy',
  8: 'state_dir_unusable',
  10: 'state_dir_unusable',
  11: 'state_dir_unusable',
  13: 'disk_low',
  14: 'state_dir_unusable',
  26: 'state_dir_unusable',
};

/** Corrupt, and not a database. */
const DAMAGED: ReadonlySet<number> = new Set([11, 26]);

/**
 * Engine on the file, opened (made with rights 0600 if missing) and checked. WAL, so that readers of other processes
 * do not wait; `synchronous = FULL`, because an acknowledged command must survive a power cut too: in WAL mode NORMAL
 * may roll the last commits back (https://sqlite.org/pragma.html#pragma_synchronous), and FULL costs one fsync per commit,
 * of which a task needs about ten.
 * @throws AppError state_dir_unusable: not ours to write, or not an SQLite database; the file is left as it is
 */
export async function openSqlite(file: string): Promise<Engine> {
  const bytes = await claimFile(file);
  const connection = translated(file, () => connect(file, bytes));
  return {
    dialect: new ImmediateSqliteDialect({ database: new StatementCache(file, connection) }, connection),
    name: file,
    types: {
      text: 'text',
      integer: 'integer',
      counted: (column) => column.primaryKey().autoIncrement(),
    },
    unusable: 'state_dir_unusable',
    appended: createAppendSignal(),
    // Nobody tells of other processes. A look costs a tenth of a millisecond.
    lookEveryMs: 25,
    // Transactions begin as writers, and of those there is one.
    lockSchema: () => Promise.resolve(),
    lockJournal: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

async function claimFile(file: string): Promise<number> {
  let handle: FileHandle | undefined;
  try {
    // A link could lead out of the state directory.
    handle = await open(file, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
    return (await handle.stat()).size;
  } catch (error) {
    throw unusable(file, error instanceof Error ? error.message : String(error), error);
  } finally {
    await handle?.close();
  }
}

function connect(file: string, bytes: number): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
  try {
    if (bytes > 0 && bytes <= CHECKED_AT_OPEN_BYTES) checkIntegrity(file, database);
    database.exec('pragma journal_mode = wal; pragma synchronous = full');
    database.exec(`pragma busy_timeout = ${BLOCKING_WAIT_MS}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function checkIntegrity(file: string, database: DatabaseSync): void {
  const found = database.prepare('pragma quick_check(1)').get();
  const verdict = String(found?.['quick_check']);
  if (verdict !== 'ok') throw damaged(file, `it is damaged: ${verdict}`, undefined);
}

class ImmediateSqliteDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig;
  readonly #database: DatabaseSync;

  constructor(config: SqliteDialectConfig, database: DatabaseSync) {
    super(config);
    this.#config = config;
    this.#database = database;
  }

  override createDriver(): SqliteDriver {
    return new ImmediateSqliteDriver(this.#config, this.#database);
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}

/** SQLite rolls schema changes back (https://sqlite.org/lang_transaction.html); Kysely's adapter assumes it does not. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** When the event loop last had a turn, over all transactions of a database. */
interface Pace {
  yieldedAtMs: number;
}

/** A transaction that reads and then writes cannot wait for its turn to write unless it begins as a writer. */
class ImmediateSqliteDriver extends SqliteDriver {
  readonly #pace: Pace = { yieldedAtMs: 0 };
  readonly #database: DatabaseSync;

  constructor(config: SqliteDialectConfig, database: DatabaseSync) {
    super(config);
    this.#database = database;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    return new PatientConnection(await super.acquireConnection(), this.#pace);
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  /** A full disk makes SQLite roll back by itself (https://sqlite.org/lang_transaction.html): what failed is to be told then. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#database.isTransaction) await super.rollbackTransaction(connection);
  }
}

/**
 * Tries a statement again that found the database locked; such a statement did nothing. Waiting here and not in SQLite
 * keeps the thread free, and lets another connection of this process end the transaction that is waited for. Also
 * pauses between the statements of long transactions: promises alone never let timers and sockets in.
 */
class PatientConnection implements DatabaseConnection {
  readonly #connection: DatabaseConnection;
  readonly #pace: Pace;

  constructor(connection: DatabaseConnection, pace: Pace) {
    this.#connection = connection;
    this.#pace = pace;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    if (performance.now() - this.#pace.yieldedAtMs > MAX_BUSY_MS) {
      await setImmediate();
      this.#pace.yieldedAtMs = performance.now();
    }
    const deadlineMs = performance.now() + BUSY_TIMEOUT_MS;
    for (;;) {
      try {
        return await this.#connection.executeQuery<Row>(query);
      } catch (error) {
        if (!AppError.is(error, 'database_busy') || performance.now() > deadlineMs) throw error;
      }
      await setTimeout(RETRY_PAUSE_MS * Math.random());
    }
  }

  streamQuery<Row>(query: CompiledQuery, chunkSize?: number): AsyncIterableIterator<QueryResult<Row>> {
    return this.#connection.streamQuery<Row>(query, chunkSize ?? 1);
  }
}

/** The subset of better-sqlite3 that Kysely asks for; statements are prepared once and kept, the least used go first. */
class StatementCache implements SqliteDatabase {
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, SqliteStatement>();

  constructor(file: string, database: DatabaseSync) {
    this.#file = file;
    this.#database = database;
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

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

function translated<Result>(file: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    if (AppError.is(error) || !(error instanceof Error) || !('errcode' in error)) throw error;
    // The low byte is the primary code, the rest says more.
    const primary = Number(error.errcode) & 0xff;
    const code = CODES[primary];
    if (code === undefined) throw error;
    if (DAMAGED.has(primary)) throw damaged(file, error.message, error);
    if (code === 'state_dir_unusable') throw unusable(file, error.message, error);
    throw new AppError(code, `The database ${file} could not be written: ${error.message}.`, {
      details: { file },
      cause: error,
    });
  }
}

function damaged(file: string, reason: string, cause: unknown): AppError {
  const next = '`nightloom db rebuild` keeps it aside and brings back what backup and Temporal know.';
  const { message, details } = unusable(file, reason, cause);
  return new AppError('state_dir_unusable', message, { details: { ...details, next }, cause });
}

function unusable(file: string, reason: string, cause: unknown): AppError {
  return new AppError('state_dir_unusable', `The database ${file} cannot be used: ${reason}. It was left as it is.`, {
    details: { file, reason },
    cause,
  });
}
