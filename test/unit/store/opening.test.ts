/** What openStore refuses, and how it leaves what it refuses. */
import { chmod, copyFile, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open-store.ts';
import { batchId, definition, newBatch } from '../../contract/store-fixtures.ts';
import { mayMount, mountSmallDisk } from '../../support/small-disk.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightloom-store-'));
  file = join(folder, 'nightloom.db');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function fill(): Promise<void> {
  const store = await openStore({ file });
  const tasks = Array.from({ length: 200 }, (_, index) => definition(index));
  await store.batches.create(newBatch(1, tasks));
  await store.close();
}

const mayNotMount = !(await mayMount());

describe('openStore', () => {
  it('makes the file for its owner only and keeps what was written over a restart', async () => {
    await fill();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const store = await openStore({ file });
    expect(await store.tasks.ofBatch(batchId(1))).toHaveLength(200);
    expect((await stat(`${file}-wal`)).mode & 0o777).toBe(0o600);
    await store.close();
  });

  it('refuses a file that is no database and leaves its bytes', async () => {
    await writeFile(file, 'my precious notes\n'.repeat(100));
    await expect(openStore({ file })).rejects.toMatchObject({ code: 'state_dir_unusable', details: { file } });
    expect(await readFile(file, 'utf8')).toBe('my precious notes\n'.repeat(100));
  });

  it('refuses a damaged database and leaves its bytes', async () => {
    await fill();
    const bytes = await readFile(file);
    bytes.fill(0x5a, 8192, 40_000);
    await writeFile(file, bytes);
    await expect(openStore({ file })).rejects.toMatchObject({ code: 'state_dir_unusable', details: { file } });
    expect(await readFile(file)).toEqual(bytes);
  });

  it('refuses a truncated database', async () => {
    await fill();
    await truncate(file, 20_000);
    await expect(openStore({ file })).rejects.toMatchObject({ code: 'state_dir_unusable' });
    expect((await stat(file)).size).toBe(20_000);
  });

  it('refuses a database that a newer program migrated', async () => {
    await fill();
    const raw = new DatabaseSync(file);
    raw.exec("insert into schema_version (name, timestamp) values ('0099-future', '2030-01-01')");
    raw.close();
    await expect(openStore({ file })).rejects.toMatchObject({
      code: 'state_dir_unusable',
      details: { unknown: ['0099-future'] },
    });
  });

  it('refuses a link, a missing folder and a folder', async () => {
    await fill();
    const link = join(folder, 'link.db');
    await symlink(file, link);
    for (const each of [link, join(folder, 'none', 'x.db'), folder]) {
      await expect(openStore({ file: each })).rejects.toMatchObject({ code: 'state_dir_unusable' });
    }
  });

  it.skipIf(process.getuid?.() === 0)('refuses a file that it may not write', async () => {
    await fill();
    await chmod(file, 0o400);
    await expect(openStore({ file })).rejects.toMatchObject({ code: 'state_dir_unusable' });
  });

  it.skipIf(mayNotMount)('refuses a file on a disk that is read-only, and leaves it as it is', async () => {
    await fill();
    const disk = await mountSmallDisk(4);
    try {
      const there = join(disk.directory, 'nightloom.db');
      await copyFile(file, there);
      await disk.makeReadOnly();
      await expect(openStore({ file: there })).rejects.toMatchObject({ code: 'state_dir_unusable' });
      expect(await readdir(disk.directory)).toEqual(['nightloom.db']);
      expect(await readFile(there)).toEqual(await readFile(file));
    } finally {
      await disk.remove();
    }
  });
});
