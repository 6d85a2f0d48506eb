/** Backups that nobody has to think of. */
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backUpOnce } from '../../../src/main/hourly-backup.ts';
import { silentLogger } from '../../../src/platform/logger.ts';
import { checkDatabase } from '../../../src/store/check.ts';
import { openStore } from '../../../src/store/open-store.ts';

const HOUR_MS = 3_600_000;
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nightloom-hourly-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('the hourly backup', () => {
  it('keeps the newest 24 of its own files and touches no other', async () => {
    const file = join(root, 'nightloom.db');
    const folder = join(root, 'backups');
    const store = await openStore({ file });
    let nowMs = Date.UTC(2026, 0, 31, 22, 0, 0);
    const options = { file, folder, clock: { now: () => nowMs }, logger: silentLogger };
    const first = await backUpOnce(options);
    expect(first).toBe(join(folder, 'nightloom-2026-01-31T22-00-00Z.db'));
    await writeFile(join(folder, 'mine.db'), 'mine');
    for (let hour = 1; hour <= 25; hour += 1) {
      nowMs += HOUR_MS;
      await store.system.set('hour', `${hour}`);
      await backUpOnce(options);
    }
    await store.close();
    const names = (await readdir(folder)).toSorted();
    expect(names).toHaveLength(25);
    expect(names[0]).toBe('mine.db');
    expect(names[1]).toBe('nightloom-2026-02-01T00-00-00Z.db');
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    const last = join(folder, names.at(-1) ?? '');
    expect((await checkDatabase(last)).problems).toEqual([]);
    const copy = await openStore({ file: last });
    expect(await copy.system.get('hour')).toBe('25');
    await copy.close();
  });
});
