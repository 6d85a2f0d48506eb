/** The engine on an SQLite file: what only this database needs. */
import type { FileHandle } from 'node:fs/promises';
import { constants, open } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { createAppendSignal } from './append-signal.ts';
import type { Engine } from './engine.ts';
import { BUSY_TIMEOUT_MS, PatientSqliteDialect } from './sqlite-driver.ts';
import type { SqliteConnections } from './sqlite-driver.ts';
import { damaged, translated, unusable } from './sqlite-errors.ts';
import { StatementCache } from './sqlite-statements.ts';

/** How long one call of SQLite may block this thread for a lock; the rest is waited for between calls. */
const BLOCKING_WAIT_MS = 5;
/** Whole-file check at opening: about 1 ms per MB, so larger files are checked by their use. */
const CHECKED_AT_OPEN_BYTES = 32 * 1024 * 1024;

/**
 * Engine on the file, opened (made with rights 0600 if missing) and checked. WAL, so that readers do not wait for
 * writers; `synchronous = FULL`, because an acknowledged command must survive a power cut too: in WAL mode NORMAL
 * may roll the last commits back (https://sqlite.org/pragma.html#pragma_synchronous), and FULL costs one fsync per commit,
 * of which a task needs about ten.
 * @throws AppError state_dir_unusable: not ours to write, or not an SQLite database; the file is left as it is
 */
export async function openSqlite(file: string): Promise<Engine> {
  const bytes = await claimFile(file);
  const connections = translated(file, () => connect(file, bytes));
  return {
    dialect: new PatientSqliteDialect(connections),
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
    version: versionOf(connections.reader),
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

function connect(file: string, bytes: number): SqliteConnections {
  const writer = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
  try {
    if (bytes > 0 && bytes <= CHECKED_AT_OPEN_BYTES) checkIntegrity(file, writer);
    writer.exec('pragma journal_mode = wal; pragma synchronous = full');
    writer.exec(`pragma busy_timeout = ${BLOCKING_WAIT_MS}`);
    const reader = new DatabaseSync(file, { timeout: BLOCKING_WAIT_MS, readOnly: true });
    return { writer: new StatementCache(file, writer), reader: new StatementCache(file, reader) };
  } catch (error) {
    writer.close();
    throw error;
  }
}

/** All commits are of other connections than the reader: exactly those it is told of (https://sqlite.org/pragma.html#pragma_data_version). */
function versionOf(reader: StatementCache): () => number {
  const read = (): unknown => reader.prepare('pragma data_version').all([])[0];
  return () => {
    const { data_version: version }: { data_version?: unknown } = Object(read());
    return Number(version);
  };
}

function checkIntegrity(file: string, database: DatabaseSync): void {
  const found = database.prepare('pragma quick_check(1)').get();
  const verdict = String(found?.['quick_check']);
  if (verdict !== 'ok') throw damaged(file, `it is damaged: ${verdict}`, undefined);
}
