/** `nightloom db` as a user types it. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { asBatch } from './support/batch.ts';
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
