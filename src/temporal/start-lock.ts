/** A lock between processes that the kernel releases when its holder dies, whatever kills it. */
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Runs `work` while holding the lock `file` (an empty SQLite file; its folder must exist). SQLite's file lock is the
 * only one that Node offers that needs no guess about whether the holder still lives.
 * @throws Error when another process held the lock for `timeoutMs`
 */
export async function withFileLock<Result>(
  file: string,
  timeoutMs: number,
  work: () => Promise<Result>,
): Promise<Result> {
  const deadline = Date.now() + timeoutMs;
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    while (!tryBegin(database)) {
      if (Date.now() >= deadline) throw new Error(`Another process has been holding ${file} for ${timeoutMs} ms.`);
      await sleep(50);
    }
    return await work();
  } finally {
    database.close();
  }
}

const SQLITE_BUSY = 5;

function tryBegin(database: DatabaseSync): boolean {
  try {
    database.exec('begin exclusive');
    return true;
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return false;
    throw error;
  }
}
