/** A database that is damaged: checked, and rebuilt from what Temporal knows. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { asBatch, showBatch } from '../support/batch.ts';
import { makeUser } from '../support/user.ts';
import type { User } from '../support/user.ts';

let user: User;
beforeAll(async () => {
  user = await makeUser(inject('temporalAddress'));
});
afterAll(() => user.leave());

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
