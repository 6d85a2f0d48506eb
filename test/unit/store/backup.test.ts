/** Backups are whole, also of a file that is being written, and a restore loses nothing. */
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backupDatabase, restoreDatabase } from '../../../src/store/backup.ts';
import { checkDatabase } from '../../../src/store/check.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { T0, batchId, definition, head, newBatch, record, taskId } from '../../contract/store-fixtures.ts';

let folder: string;
let file: string;
let copy: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightloom-backup-'));
  file = join(folder, 'nightloom.db');
  copy = join(folder, 'copy.db');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function fill(number: number, tasks = 1): Promise<void> {
  const store = await openStore({ file });
  const definitions = Array.from({ length: tasks }, (_, index) => definition(number * 1000 + index));
  await store.batches.create(newBatch(number, definitions));
  await store.batches.confirm(batchId(number), head(number));
  await store.close();
}

async function batchesIn(path: string): Promise<string[]> {
  const store = await openStore({ file: path });
  const { items } = await store.batches.list({ limit: 10 });
  await store.close();
  return items.map((row) => row.id);
}

describe('backup', () => {
  it('is one private file that opens as the store did', async () => {
    await fill(1, 50);
    await backupDatabase(file, copy);
    expect((await stat(copy)).mode & 0o777).toBe(0o600);
    expect((await readdir(folder)).toSorted()).toEqual(['copy.db', 'nightloom.db']);
    expect(await checkDatabase(copy)).toMatchObject({
      problems: [],
      missing: [],
      schema: expect.stringMatching(/^\d{4}-/),
    });
    expect(await batchesIn(copy)).toEqual([batchId(1)]);
  });

  it('is of one moment while records are written', async () => {
    await fill(1, 20);
    const store = await openStore({ file });
    let writing = true;
    let seq = 0;
    const write = async (): Promise<void> => {
      while (writing) {
        seq += 1;
        const tasks = Array.from({ length: 20 }, (_, index) => ({
          state: { id: taskId(1000 + index), status: 'running' as const, rank: index, attempt: seq },
          details: null,
        }));
        await store.record(record(1, { seq }, { tasks }), T0);
      }
    };
    const writer = write();
    for (let round = 1; round <= 5; round += 1) {
      const target = join(folder, `copy-${round}.db`);
      await backupDatabase(file, target);
      const copied = await openStore({ file: target });
      const state = await copied.batches.state(batchId(1));
      expect([...new Set(state?.tasks.map((task) => task.attempt ?? 0))]).toEqual([state?.seq]);
      await copied.close();
    }
    writing = false;
    await writer;
    expect(seq).toBeGreaterThan(5);
    await store.close();
  });

  it('never overwrites, and leaves nothing when it fails', async () => {
    await fill(1);
    await writeFile(copy, 'mine');
    await expect(backupDatabase(file, copy)).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await readFile(copy, 'utf8')).toBe('mine');
    await expect(backupDatabase(file, join(folder, 'none', 'x.db'))).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(backupDatabase(join(folder, 'missing.db'), join(folder, 'y.db'))).rejects.toMatchObject({
      code: 'invalid_input',
    });
    expect((await readdir(folder)).toSorted()).toEqual(['copy.db', 'nightloom.db']);
  });
});

describe('check', () => {
  it('finds damage, foreign files, newer schemas and rows without an owner', async () => {
    await fill(1, 200);
    expect(await checkDatabase(file)).toMatchObject({ problems: [] });
    const whole = await readFile(file);
    const damaged = Buffer.from(whole);
    damaged.fill(0x5a, 8192, 40_000);
    await writeFile(copy, damaged);
    expect((await checkDatabase(copy)).problems).not.toEqual([]);
    await writeFile(copy, 'no database at all, only text '.repeat(50));
    expect((await checkDatabase(copy)).problems).toEqual([expect.stringMatching(/not a database/)]);
    await writeFile(copy, '');
    expect((await checkDatabase(copy)).problems).toEqual(['it is empty']);
    expect((await checkDatabase(join(folder, 'none'))).problems).toEqual([expect.stringMatching(/ENOENT/)]);
    await writeFile(copy, whole);
    const raw = new DatabaseSync(copy);
    raw.exec('pragma foreign_keys = off; delete from batches');
    raw.exec("insert into schema_version (name, timestamp) values ('0099-future', '2030-01-01')");
    raw.close();
    expect((await checkDatabase(copy)).problems).toEqual(
      expect.arrayContaining([expect.stringMatching(/a row of tasks/), expect.stringMatching(/newer Nightloom/)]),
    );
  });
});

describe('restore', () => {
  it('brings the backup back and keeps what was there', async () => {
    await fill(1);
    await backupDatabase(file, copy);
    await fill(2);
    const { aside } = await restoreDatabase(file, copy, T0);
    expect(basename(aside ?? '')).toBe('nightloom.db.before-restore-2026-01-31T22-00-00-000Z');
    expect(await batchesIn(file)).toEqual([batchId(1)]);
    expect(await batchesIn(aside ?? '')).toEqual([batchId(2), batchId(1)]);
    expect(await batchesIn(copy)).toEqual([batchId(1)]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('replaces a damaged database and keeps its bytes, with the log beside it', async () => {
    await fill(1, 200);
    await backupDatabase(file, copy);
    const bytes = await readFile(file);
    bytes.fill(0x5a, 0, 40_000);
    await writeFile(file, bytes);
    await writeFile(`${file}-wal`, 'the log');
    const { aside } = await restoreDatabase(file, copy, T0);
    expect(await readFile(aside ?? '')).toEqual(bytes);
    expect(await readFile(`${aside}-wal`, 'utf8')).toBe('the log');
    expect(await batchesIn(file)).toEqual([batchId(1)]);
  });

  it('refuses while another connection has the file, and a source that is no database', async () => {
    await fill(1);
    await backupDatabase(file, copy);
    const store = await openStore({ file });
    await expect(restoreDatabase(file, copy, T0)).rejects.toMatchObject({ code: 'stack_held' });
    await store.system.set('still', 'here');
    await store.close();
    await writeFile(copy, 'text '.repeat(300));
    await expect(restoreDatabase(file, copy, T0)).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await batchesIn(file)).toEqual([batchId(1)]);
  });

  it('makes the database where none was', async () => {
    await fill(1);
    await backupDatabase(file, copy);
    await rm(file);
    expect(await restoreDatabase(file, copy, T0)).toEqual({ aside: null });
    expect(await batchesIn(file)).toEqual([batchId(1)]);
  });
});
