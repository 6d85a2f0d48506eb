/**
 * Kysely on two connections to one SQLite file: one writes, one transaction after the other, and one reads whatever was
 * committed last. In WAL mode readers wait for no writer, of this process or of another.
 */
import { setImmediate, setTimeout } from 'node:timers/promises';
import { CompiledQuery, SqliteAdapter, SqliteDialect, SqliteDriver } from 'kysely';
import type { DatabaseConnection, Driver, QueryResult, SqliteDatabase } from 'kysely';
import { AppError } from '../contracts/errors.ts';
import type { StatementCache } from './sqlite-statements.ts';

/** How long a statement waits in all: for its turn in this process and for another connection's lock. */
export const BUSY_TIMEOUT_MS = 5000;
const RETRY_PAUSE_MS = 10;
/** A statement that begins so writes nothing; the reader would refuse to. */
const READS = /^\s*select\b/i;
/** After this long without a pause the event loop gets its turn: ten thousand rows take a quarter of a second. */
const MAX_BUSY_MS = 15;

/** The connections, opened. Both are closed with the dialect's driver. */
export interface SqliteConnections {
  readonly writer: StatementCache;
  readonly reader: StatementCache;
}

/** See above. */
export class PatientSqliteDialect extends SqliteDialect {
  readonly #connections: SqliteConnections;

  constructor(connections: SqliteConnections) {
    super({ database: connections.writer });
    this.#connections = connections;
  }

  override createDriver(): Driver {
    return new PatientDriver(this.#connections);
  }

  override createAdapter(): SqliteAdapter {
    return new TwoConnectionsAdapter();
  }
}

class TwoConnectionsAdapter extends SqliteAdapter {
  /** SQLite rolls schema changes back (https://sqlite.org/lang_transaction.html); Kysely's adapter assumes it does not. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }

  /** Else Kysely makes readers wait until a transaction has ended. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/** Lets one in at a time, in the order in which they asked. */
class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Call what it gives to let the next one in. */
  async take(): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = this.#last;
    this.#last = promise;
    await before;
    return resolve;
  }
}

class PatientDriver implements Driver {
  readonly #connections: SqliteConnections;
  readonly #turns = new Turns();
  readonly #patience = new Patience();
  #writer: DatabaseConnection | undefined;
  #reader: DatabaseConnection | undefined;

  constructor(connections: SqliteConnections) {
    this.#connections = connections;
  }

  async init(): Promise<void> {
    this.#writer = await connectionOf(this.#connections.writer);
    this.#reader = await connectionOf(this.#connections.reader);
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    if (this.#writer === undefined || this.#reader === undefined) throw new Error('init comes first');
    return new PatientConnection(this.#writer, this.#reader, this.#turns, this.#patience);
  }

  beginTransaction(connection: DatabaseConnection): Promise<void> {
    return patient(connection).begin();
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  /** A full disk makes SQLite roll back by itself: what failed is to be told then. */
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#connections.writer.isTransaction) await connection.executeQuery(CompiledQuery.raw('rollback'));
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    patient(connection).end();
  }

  /** The writer last: it folds the log into the file. */
  async destroy(): Promise<void> {
    this.#connections.reader.close();
    this.#connections.writer.close();
  }
}

async function connectionOf(database: SqliteDatabase): Promise<DatabaseConnection> {
  const driver = new SqliteDriver({ database });
  await driver.init();
  return await driver.acquireConnection();
}

function patient(connection: DatabaseConnection): PatientConnection {
  if (connection instanceof PatientConnection) return connection;
  throw new TypeError('a connection of another driver');
}

/** What one query, or one transaction, works with: the writer for itself as long as it needs it. */
class PatientConnection implements DatabaseConnection {
  readonly #writer: DatabaseConnection;
  readonly #reader: DatabaseConnection;
  readonly #turns: Turns;
  readonly #patience: Patience;
  /** Of a transaction. */
  #endTurn: (() => void) | null = null;

  constructor(writer: DatabaseConnection, reader: DatabaseConnection, turns: Turns, patience: Patience) {
    this.#writer = writer;
    this.#reader = reader;
    this.#turns = turns;
    this.#patience = patience;
  }

  /** A transaction that reads and then writes cannot wait for its turn to write unless it begins as a writer. */
  async begin(): Promise<void> {
    const deadlineMs = performance.now() + BUSY_TIMEOUT_MS;
    this.#endTurn = await this.#turns.take();
    await this.#patience.execute(this.#writer, CompiledQuery.raw('begin immediate'), deadlineMs);
  }

  end(): void {
    this.#endTurn?.();
    this.#endTurn = null;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const deadlineMs = performance.now() + BUSY_TIMEOUT_MS;
    if (this.#endTurn !== null) return await this.#patience.execute(this.#writer, query, deadlineMs);
    if (READS.test(query.sql)) return await this.#patience.execute(this.#reader, query, deadlineMs);
    const endTurn = await this.#turns.take();
    try {
      return await this.#patience.execute(this.#writer, query, deadlineMs);
    } finally {
      endTurn();
    }
  }

  streamQuery<Row>(query: CompiledQuery, chunkSize?: number): AsyncIterableIterator<QueryResult<Row>> {
    return this.#reader.streamQuery<Row>(query, chunkSize ?? 1);
  }
}

/**
 * Tries a statement again that found the database locked; such a statement did nothing. Waiting here and not in SQLite
 * keeps the thread free, and lets another connection of this process end the transaction that is waited for. Also
 * pauses between the statements of long transactions: promises alone never let timers and sockets in.
 */
class Patience {
  /** When the event loop last had a turn, over all queries of a database. */
  #yieldedAtMs = 0;

  /** @throws AppError database_busy when it was tried after the deadline, a `performance.now()` */
  async execute<Row>(
    connection: DatabaseConnection,
    query: CompiledQuery,
    deadlineMs: number,
  ): Promise<QueryResult<Row>> {
    if (performance.now() - this.#yieldedAtMs > MAX_BUSY_MS) {
      await setImmediate();
      this.#yieldedAtMs = performance.now();
    }
    for (;;) {
      try {
        return await connection.executeQuery<Row>(query);
      } catch (error) {
        if (!AppError.is(error, 'database_busy') || performance.now() > deadlineMs) throw error;
      }
      await setTimeout(RETRY_PAUSE_MS * Math.random());
    }
  }
}
