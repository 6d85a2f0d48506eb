/** `nightloom db backup | restore | check | rebuild`: argv is the verb, the file, and `--json`. */
import { AppError } from '../contracts/errors.ts';
import { acquireProcessLock } from '../host/runs/host-lock.ts';
import { systemClock } from '../platform/clock.ts';
import { readEnvironment } from '../platform/environment.ts';
import { defaultHome, ensureStateDirectory } from '../platform/paths.ts';
import type { StatePaths } from '../platform/paths.ts';
import { backupDatabase, restoreDatabase } from '../store/backup.ts';
import { checkDatabase, checkServer } from '../store/check.ts';
import type { DatabaseCheck } from '../store/check.ts';
import type { StoreLocation } from '../store/open-store.ts';
import type { RebuildResult } from './rebuild-database.ts';
import { runProgram } from './run-program.ts';
import { storeLocation } from './store-location.ts';

/** As the catalogue's category `environment`: the user has to do something. */
const EXIT_PROBLEMS = 6;

const words = process.argv.slice(2);
const json = words.includes('--json');
const [verb, file = ''] = words.filter((word) => word !== '--json');
const environment = readEnvironment();
process.exit(await runProgram(main));

async function main(): Promise<number> {
  const paths = await ensureStateDirectory(defaultHome(environment));
  const location = await storeLocation(environment, paths);
  if (verb === 'check') {
    const isServer = 'url' in location;
    return say(await (isServer ? checkServer(location) : checkDatabase(file === '' ? location.file : file)));
  }
  if (verb === 'rebuild') return await rebuild(paths, location);
  if ('url' in location) throw ownTools();
  if (verb === 'backup') {
    await backupDatabase(location.file, file);
    print({ backup: file }, `Backup of ${location.file}: ${file}`);
    return 0;
  }
  const lock = acquireProcessLock(`${paths.home}/up.lock`, 'db restore');
  try {
    const { aside } = await restoreDatabase(location.file, file, systemClock.now());
    const kept = aside === null ? '' : `\nWhat was there is kept: ${aside}`;
    print({ restored: file, aside }, `Restored ${location.file} from ${file}.${kept}`);
    return 0;
  } finally {
    lock.release();
  }
}

async function rebuild(paths: StatePaths, location: StoreLocation): Promise<number> {
  const lock = acquireProcessLock(`${paths.home}/up.lock`, 'db rebuild');
  try {
    // Loaded here: the others need no Temporal.
    const { rebuildDatabase } = await import('./rebuild-database.ts');
    const result = await rebuildDatabase({ environment, paths, location });
    print(result, rebuiltLines(result).join('\n'));
    return result.lost.length === 0 ? 0 : EXIT_PROBLEMS;
  } finally {
    lock.release();
  }
}

function rebuiltLines({ database, backup, batches, lost, unnamed, withoutDetails }: RebuildResult): string[] {
  const list = (ids: readonly string[]) => ids.slice(0, 10).join(', ') + (ids.length > 10 ? ', ...' : '');
  const lines = [`Brought back from Temporal: ${batches.length === 1 ? '1 batch' : `${batches.length} batches`}.`];
  if (database.kind === 'moved') {
    lines.unshift(`The database was damaged (${database.problems[0]}). It is kept: ${database.aside}`);
    lines.push(
      backup === null
        ? 'There was no backup: settings, ideas, webhooks, the inbox and what you have read, and the journal begin anew.'
        : `Everything else is as in the backup ${backup}.`,
    );
  }
  for (const { batch, reason } of lost) lines.push(`Not brought back: ${batch}: ${reason}`);
  if (unnamed.length > 0) {
    lines.push(
      `What these tasks work from is not known; remove them and add their requirements again: ${list(unnamed)}`,
    );
  }
  if (withoutDetails.length > 0) {
    lines.push(
      `How these tasks went is not known any more (their commits are on their branches): ${list(withoutDetails)}`,
    );
  }
  return [...lines, 'Next: nightloom up'];
}

function say(found: DatabaseCheck): number {
  const ok = found.problems.length === 0;
  const schema = `schema ${found.schema ?? 'none'}${found.missing.length === 0 ? '' : `, ${found.missing.length} migrations to come`}`;
  const size = found.bytes === null ? '' : `${found.bytes} bytes, `;
  const lines = ok
    ? ['It is whole.']
    : [...found.problems.map((problem) => `- ${problem}`), 'Next: nightloom db restore <backup>'];
  print({ ...found, ok }, [`${found.database}: ${size}${schema}`, ...lines].join('\n'));
  return ok ? 0 : EXIT_PROBLEMS;
}

function print(document: object, text: string): void {
  process.stdout.write(`${json ? JSON.stringify(document, null, 2) : text}\n`);
}

function ownTools(): AppError {
  const message = 'The database is a PostgreSQL server, which has tools of its own for this';
  return new AppError('invalid_input', `${message}.`, {
    details: {
      fields: [{ path: 'NIGHTLOOM_DATABASE_URL', message }],
      next: '`pg_dump --format=custom`, `pg_restore --clean`, or backups of the whole server.',
    },
  });
}
