/** Kysely on PostgreSQL: what only this database needs. Loaded only where it is used. */
import { randomUUID } from 'node:crypto';
import { Pool, types } from 'pg';
import type { PoolConfig } from 'pg';
import { sql } from 'kysely';
import { AppError } from '../contracts/errors.ts';
import { createAppendSignal } from './append-signal.ts';
import type { ColumnTypes, Engine } from './engine.ts';
import { TranslatingPostgresDialect } from './postgres-driver.ts';
import { listenForAppends, APPEND_CHANNEL } from './postgres-listener.ts';

/** The API and a worker each have a pool; servers allow 100 connections as delivered. */
const MAX_CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 5000;
/** How long a statement waits for a row that another transaction holds. */
const LOCK_TIMEOUT_MS = 5000;
const STATEMENT_TIMEOUT_MS = 60_000;
/** A transaction whose process hangs gives its locks back after this. */
const IDLE_TRANSACTION_TIMEOUT_MS = 60_000;

/** Type number of `bigint` (https://www.postgresql.org/docs/current/catalog-pg-type.html). */
const INT8 = 20;

/** Numbers of our advisory locks: the ASCII codes of `nl`, then which lock. */
const SCHEMA_LOCK = 0x6e6c_0001;
const JOURNAL_LOCK = 0x6e6c_0002;

const TYPES: ColumnTypes = {
  text: sql`text collate "C"`,
  integer: 'bigint',
  counted: (column) => column.generatedAlwaysAsIdentity().primaryKey(),
};

/** Where a PostgreSQL database is. */
export interface PostgresOptions {
  /** `postgres://user[:password]@host[:port]/database[?sslmode=...]`. Secret. */
  readonly url: string;
  /** Instead of the address's own. Secret. */
  readonly password?: string;
}

/**
 * An engine on the database at `url`; connects at the first use. Its transactions read what is committed, so whatever
 * decides by reading locks a row first, or leaves the decision to a unique key.
 * @throws AppError invalid_input when `url` is no address of a PostgreSQL database
 */
export function openPostgres(options: PostgresOptions): Engine {
  const url = parseUrl(options);
  const name = describeUrl(url);
  const config: PoolConfig = {
    connectionString: url.href,
    application_name: 'nightloom',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    lock_timeout: LOCK_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_TIMEOUT_MS,
    // Ours stay far below 2^53; as delivered they would come as text.
    types: { getTypeParser: (oid, format) => (oid === INT8 ? Number : types.getTypeParser(oid, format)) },
  };
  const pool = new Pool({ ...config, max: MAX_CONNECTIONS });
  // A connection that breaks while nobody uses it leaves the pool; the next use opens another.
  pool.on('error', () => undefined);
  // One that breaks in use says so to its statement.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const self = randomUUID();
  const listener = listenForAppends(config, (sender) => {
    if (sender !== self) appended.notify();
  });
  const appended = createAppendSignal(() => listener.start());
  return {
    dialect: new TranslatingPostgresDialect({ pool }, name),
    name,
    types: TYPES,
    unusable: 'database_unusable',
    appended,
    // Besides what LISTEN tells.
    lookEveryMs: 250,
    version: () => null,
    lockSchema: async (trx) => {
      await sql`select pg_advisory_xact_lock(${SCHEMA_LOCK}::bigint)`.execute(trx);
    },
    // The notification is sent when the transaction commits.
    lockJournal: async (trx) => {
      await sql`select pg_advisory_xact_lock(${JOURNAL_LOCK}::bigint), pg_notify(${APPEND_CHANNEL}, ${self})`.execute(
        trx,
      );
    },
    close: () => listener.close(),
  };
}

function parseUrl({ url, password }: PostgresOptions): URL {
  const parsed = URL.parse(url);
  if (parsed === null || !/^postgres(ql)?:$/.test(parsed.protocol)) {
    const message = 'The address of the database must look like postgres://user@host:5432/nightloom';
    throw new AppError('invalid_input', `${message}.`, { details: { next: 'Correct NIGHTLOOM_DATABASE_URL.' } });
  }
  if (password !== undefined) parsed.password = encodeURIComponent(password);
  return parsed;
}

/** Without password and parameters. */
function describeUrl({ protocol, username, host, pathname }: URL): string {
  return `${protocol}//${username === '' ? '' : `${username}@`}${host}${pathname}`;
}
