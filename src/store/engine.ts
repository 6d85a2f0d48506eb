/** What differs between the databases, besides their dialect of SQL: everything else of the store is written once. */
import type { ColumnDefinitionBuilder, ColumnDataType, Dialect, Expression, Transaction } from 'kysely';
import type { ErrorCode } from '../contracts/error-catalogue.ts';
import type { AppendSignal } from './append-signal.ts';
import type { Database } from './database.ts';

/** Column types of the schema. */
export interface ColumnTypes {
  /** Text that sorts by its bytes: instants and cursors rely on it. */
  readonly text: ColumnDataType | Expression<unknown>;
  /** Whole number up to 2^53. */
  readonly integer: ColumnDataType;
  /** Makes a column of type `integer` the key that the database counts up. */
  readonly counted: (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder;
}

/** One kind of database, opened. */
export interface Engine {
  readonly dialect: Dialect;
  /** How messages call the database; holds no secret. */
  readonly name: string;
  readonly types: ColumnTypes;
  /** Code of errors that only the user can repair. */
  readonly unusable: ErrorCode;
  /** Told after each commit that wrote events: in this process, and in others where the database can. */
  readonly appended: AppendSignal;
  /** How often a reader has to look by itself for what other processes wrote, in milliseconds. */
  readonly lookEveryMs: number;
  /**
   * Changes with every commit, by whomever; null: the database does not say. Cheap enough to be asked before each query.
   * @throws AppError database_busy
   */
  version(): number | null;
  /** Lets one migrator in; until the transaction ends. */
  lockSchema(trx: Transaction<Database>): Promise<void>;
  /**
   * Until the transaction ends nobody else appends to the journal: its numbers must become visible in their order,
   * because readers go on from the last number they saw.
   */
  lockJournal(trx: Transaction<Database>): Promise<void>;
  /** Ends what the engine holds beside the dialect's connections. */
  close(): Promise<void>;
}
