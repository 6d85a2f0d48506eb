/** Backups of the database that nobody has to think of: every hour, the last 24 are kept. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { backupDatabase } from '../store/backup.ts';

/** What is backed up, and where to. */
export interface HourlyBackupOptions {
  /** SQLite file. */
  readonly file: string;
  /** Made if missing, with rights 0700. */
  readonly folder: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

const EVERY_MS = 3_600_000;
const KEPT = 24;
/** A start has other things to do first. */
const AFTER_START_MS = 60_000;
const NAME = /^nightloom-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d)Z\.db$/;

/** Backs up whenever the newest backup is an hour old, until `signal` aborts. A failed one is logged and tried again an hour later. */
export async function backUpHourly(options: HourlyBackupOptions, signal: AbortSignal): Promise<void> {
  const pause = (ms: number) => sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
  await pause(AFTER_START_MS);
  while (!signal.aborted) {
    const ageMs = options.clock.now() - (await newestMs(options.folder));
    if (ageMs < EVERY_MS && ageMs >= 0) {
      await pause(EVERY_MS - ageMs);
      continue;
    }
    try {
      await backUpOnce(options);
    } catch (err) {
      options.logger.warn({ err }, 'the hourly backup failed');
      await pause(EVERY_MS);
    }
  }
}

/** Makes one backup, named after its time, and removes those beyond the newest 24. Gives its path. @throws AppError as {@link backupDatabase} */
export async function backUpOnce(options: HourlyBackupOptions): Promise<string> {
  const { file, folder, clock } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const stamp = new Date(clock.now()).toISOString().slice(0, 19).replaceAll(':', '-');
  const target = join(folder, `nightloom-${stamp}Z.db`);
  await backupDatabase(file, target);
  const names = await backupsIn(folder);
  for (const name of names.slice(0, -KEPT)) await rm(join(folder, name), { force: true });
  return target;
}

/** Only files that we named, oldest first. */
async function backupsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => NAME.test(name)).toSorted();
}

/** Milliseconds since 1970; before everything when there is none. */
async function newestMs(folder: string): Promise<number> {
  const stamp = NAME.exec((await backupsIn(folder)).at(-1) ?? '')?.[1];
  if (stamp === undefined) return -Infinity;
  const [day, time = ''] = stamp.split('T');
  return Date.parse(`${day}T${time.replaceAll('-', ':')}Z`);
}
