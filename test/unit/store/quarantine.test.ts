/** A damaged database is moved aside, whole; one that is not damaged is not touched. */
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open-store.ts';
import { quarantineDamaged } from '../../../src/store/quarantine.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightloom-quarantine-'));
  file = join(folder, 'nightloom.db');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('leaves a whole database, and says that there is none', async () => {
  expect(await quarantineDamaged(file, 0)).toEqual({ kind: 'none' });
  await (await openStore({ file })).close();
  expect(await quarantineDamaged(file, 0)).toEqual({ kind: 'whole' });
  expect((await readdir(folder)).filter((name) => name.includes('damaged'))).toEqual([]);
});

it('leaves one that a newer program wrote, and one that is locked: neither is damaged', async () => {
  await (await openStore({ file })).close();
  const other = new DatabaseSync(file);
  other.exec("insert into schema_version (name, timestamp) values ('0099-future', '2030-01-01')");
  await expect(quarantineDamaged(file, 0)).rejects.toMatchObject({
    code: 'state_dir_unusable',
    message: expect.stringContaining('0099-future'),
  });
  other.exec("delete from schema_version where name = '0099-future'; pragma locking_mode = exclusive");
  other.exec('pragma journal_mode = delete; begin exclusive');
  await expect(quarantineDamaged(file, 0)).rejects.toMatchObject({ message: expect.stringContaining('locked') });
  other.close();
  expect(await readdir(folder)).toEqual(['nightloom.db']);
  expect(await quarantineDamaged(file, 0)).toEqual({ kind: 'whole' });
});

it('keeps every byte of a damaged one, with its log, under a name that says so', async () => {
  await writeFile(file, 'my precious notes\n'.repeat(500));
  await writeFile(`${file}-wal`, 'its log');
  const found = await quarantineDamaged(file, 0);
  const aside = `${file}.damaged-1970-01-01T00-00-00-000Z`;
  expect(found).toMatchObject({ kind: 'moved', aside, problems: [expect.stringContaining('not a database')] });
  expect(await readFile(aside, 'utf8')).toBe('my precious notes\n'.repeat(500));
  expect(await readFile(`${aside}-wal`, 'utf8')).toBe('its log');
  expect((await readdir(folder)).filter((name) => !name.includes('.damaged-'))).toEqual([]);
});
