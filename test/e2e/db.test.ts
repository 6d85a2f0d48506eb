/** `nightloom db` as a user types it. */
import { readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { asBatch, showBatch } from './support/batch.ts';
import { makeUser } from './support/user.ts';
import type { User } from './support/user.ts';

let user: User;
beforeAll(async () => {
  user = await makeUser(inject('temporalAddress'));
});
afterAll(() => user.leave());

it('backs up beside a running stack, refuses to restore there, and restores when it is down', async () => {
  const repository = await user.repository({ a: 'write a.txt a', b: 'write b.txt b' });
  const options = { cwd: repository.directory };
  await user.call(['up', '--detach']);
  const { id } = asBatch((await user.json(['batch', 'create', 'a', '--name', 'Kept'], options)).doc);
  const backup = join(user.root, 'kept.db');
  expect(await user.call(['db', 'backup', 'kept.db'], { cwd: user.root })).toMatchObject({ exit: 0, err: '' });
  expect((await stat(backup)).mode & 0o777).toBe(0o600);
  const again = await user.call(['db', 'backup', backup]);
  expect(again).toMatchObject({ exit: 2, err: expect.stringContaining('exists already') });
  const later = asBatch((await user.json(['batch', 'create', 'b', '--name', 'Later'], options)).doc);
  const held = await user.call(['db', 'restore', backup]);
  expect(held).toMatchObject({ exit: 5, err: expect.stringContaining('up.lock') });
  await user.call(['down']);
  const restored = await user.json(['db', 'restore', backup]);
  expect(restored).toMatchObject({ exit: 0, doc: { restored: backup } });
  const names = await readdir(user.state);
  expect(names.filter((name) => name.startsWith('nightloom.db.before-restore-'))).toHaveLength(1);
  await user.call(['up', '--detach']);
  expect((await user.call(['batch', 'show', id])).exit).toBe(0);
  expect((await user.call(['batch', 'show', later.id])).exit).toBe(4);
  await user.call(['down']);
});

it('check says what is wrong and what to type', async () => {
  expect(await user.json(['db', 'check'])).toMatchObject({ exit: 0, doc: { ok: true, problems: [], missing: [] } });
  const broken = join(user.root, 'broken.db');
  await writeFile(broken, 'nothing of the kind '.repeat(100));
  const found = await user.call(['db', 'check', broken]);
  expect(found.exit).toBe(6);
  expect(found.out).toContain('not a database');
  expect(found.out).toContain('Next: nightloom db restore');
  expect((await user.call(['db', 'restore', broken])).exit).toBe(2);
  const env = { NIGHTLOOM_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' };
  expect((await user.call(['db', 'backup', 'x.db'], { env })).err).toContain('pg_dump');
  expect((await user.call(['db', 'check'], { env })).exit).toBe(8);
});

it('rebuild puts a damaged file aside and brings back what Temporal knows, and says what it could not', async () => {
  const repository = await user.repository({ a: 'write a.txt a' });
  const options = { cwd: repository.directory };
  await user.call(['up', '--detach']);
  const made = asBatch((await user.json(['batch', 'create', 'a', '--name', 'Open'], options)).doc);
  await user.call(['down']);
  const database = join(user.state, 'nightloom.db');
  await rm(join(user.state, 'backups'), { recursive: true, force: true });
  await writeFile(database, 'nothing of the kind '.repeat(500));
  const { exit, doc } = await user.json(['db', 'rebuild']);
  // Its task never had an order, so nobody knows any more what it works from.
  expect([exit, doc]).toMatchObject([
    0,
    { database: { kind: 'moved' }, backup: null, lost: [], unnamed: expect.arrayContaining([made.tasks[0]?.id]) },
  ]);
  expect(Object(doc).batches).toContain(made.id);
  expect(await readFile(Object(doc).database.aside, 'utf8')).toContain('nothing of the kind');
  await user.call(['up', '--detach']);
  expect(await showBatch(user, made.id, options)).toMatchObject({
    name: 'Open',
    status: 'idle',
    tasks: [{ name: 'a' }],
  });
  const told = (await user.call(['events', '--since', '0', '--topic', 'system', '--json'])).out;
  expect(told).toContain('"why":"database rebuilt"');
  await user.call(['down']);
});
