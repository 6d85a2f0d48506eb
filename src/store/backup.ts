/** Copies of the SQLite file: made while it is in use, checked, put back. */
import { constants } from 'node:fs';
import { access, chmod, link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync, backup } from 'node:sqlite';
import { AppError } from '../contracts/errors.ts';
import { checkDatabase } from './check.ts';

/** More pages than any file has: the copy is made from one snapshot, and writers cannot make it begin again. */
const ALL_PAGES = 2 ** 31 - 1;

/** What a restore left. */
export interface RestoreResult {
  /** The file that was there before; null: there was none. */
  readonly aside: string | null;
}

/**
 * Copies the database `file` to `target` (rights 0600, complete or not at all) while others write it; the copy is
 * checked. It is one file: nothing lies beside it.
 * @throws AppError invalid_input when `target` exists or cannot be made; state_dir_unusable when `file` is damaged
 */
export async function backupDatabase(file: string, target: string): Promise<void> {
  const draft = `${target}.${process.pid}.partial`;
  try {
    await copyDatabase(file, draft);
    await link(draft, target);
    await syncFolder(target);
  } catch (error) {
    throw toBackupError(error, target);
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Puts `source` in the place of the database `file`, whose present content is kept beside it. The caller holds the
 * installation, so that no stack starts meanwhile.
 * @throws AppError invalid_input when `source` is no database of ours that this program can read; stack_held when
 * another process has `file` open
 */
export async function restoreDatabase(file: string, source: string, nowMs: number): Promise<RestoreResult> {
  const found = await checkDatabase(source);
  if (found.problems.length > 0) throw notUsable(source, found.problems);
  const draft = `${file}.${process.pid}.restoring`;
  try {
    await copyDatabase(source, draft);
    const aside = await putAside(file, nowMs);
    await rename(draft, file);
    await syncFolder(file);
    return { aside };
  } finally {
    await rm(draft, { force: true });
  }
}

async function copyDatabase(from: string, to: string): Promise<void> {
  await access(from, constants.R_OK);
  await rm(to, { force: true });
  // Made first, so that it is never readable by others.
  await (await open(to, 'wx', 0o600)).close();
  // Not read-only: then its log would be left beside it.
  const database = new DatabaseSync(from);
  try {
    await backup(database, to, { rate: ALL_PAGES });
  } finally {
    database.close();
  }
  const copy = new DatabaseSync(to);
  try {
    copy.exec('pragma journal_mode = delete');
  } finally {
    copy.close();
  }
  const { problems } = await checkDatabase(to);
  if (problems.length > 0) throw notUsable(from, problems);
  await using handle = await open(to, 'r+');
  await handle.sync();
}

/** Gives the file a second name; its own is taken by a rename, so that at no moment there is none. */
async function putAside(file: string, nowMs: number): Promise<string | null> {
  if (!(await exists(file))) return null;
  const aside = `${file}.before-restore-${new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')}`;
  // Of a damaged file nothing is changed, not even by closing it.
  if ((await checkDatabase(file)).problems.length === 0) requireAlone(file);
  for (const suffix of ['-wal', '-shm']) {
    if (await exists(`${file}${suffix}`)) await rename(`${file}${suffix}`, `${aside}${suffix}`);
  }
  await link(file, aside);
  await chmod(aside, 0o600);
  return aside;
}

/** Leaving WAL mode needs the file alone, and folds the log into it. */
function requireAlone(file: string): void {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('pragma journal_mode = delete');
  } catch (error) {
    throw new AppError('stack_held', `The database ${file} is in use by another process.`, {
      details: { file },
      cause: error,
    });
  } finally {
    database.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

/** A new name is safe from a power cut only after its folder was written. */
async function syncFolder(file: string): Promise<void> {
  await using folder = await open(dirname(file), 'r');
  await folder.sync();
}

function notUsable(file: string, problems: readonly string[]): AppError {
  const message = `The file ${file} is no usable database: ${problems.slice(0, 3).join('; ')}`;
  return new AppError('invalid_input', `${message}.`, {
    details: { fields: [{ path: 'file', message }], problems: problems.slice(0, 20), next: 'Name another backup.' },
  });
}

function toBackupError(error: unknown, target: string): unknown {
  if (AppError.is(error) || !(error instanceof Error)) return error;
  const code = 'code' in error ? error.code : undefined;
  const reason = code === 'EEXIST' ? 'it exists already' : error.message;
  const message = `The backup ${target} cannot be made: ${reason}`;
  return new AppError('invalid_input', `${message}.`, {
    details: { fields: [{ path: 'file', message }], next: 'Name another file.' },
    cause: error,
  });
}
