/** The stack in parts on one machine: one state directory, its SQLite file, and the door on files. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { newHostId } from '../../../src/platform/ids.ts';
import { choosePort } from '../../../src/temporal/ports.ts';
import { asBatch, showBatch, untilBatch } from '../support/batch.ts';
import { makeUser } from '../support/user.ts';
import type { Running, User } from '../support/user.ts';

const SETTINGS = { 'nightloom.config.json': JSON.stringify({ agent: { name: 'scripted' }, attempts: 1 }) };
const HOST = newHostId('alone');
let user: User;
let parts: Running[];
let urls: string[];

beforeAll(async () => {
  user = await makeUser(inject('temporalAddress'));
  const first = await choosePort([]);
  const second = await choosePort([], [first]);
  urls = [first, second].map((port) => `http://127.0.0.1:${port}`);
  const apis = [first, second].map((port) => user.start(['api', '--listen', String(port), '--host', HOST]));
  const workers = [['worker'], ['worker', '--host', HOST, '--listen', '127.0.0.1:0']].map((args) => user.start(args));
  parts = [...apis, ...workers];
  await Promise.all([...apis.map((api) => api.says('API: ')), ...workers.map((worker) => worker.says(' polls '))]);
});

afterAll(async () => {
  for (const { child, ended } of parts ?? []) {
    child.kill('SIGTERM');
    await ended;
  }
  await user?.leave();
});

it('[P8] two APIs on one file: what one acknowledges, the other knows, and each requirement is queued once', async () => {
  const token = (await readFile(join(user.state, 'token'), 'utf8')).trim();
  const [one, two] = urls.map((url) => ({ NIGHTLOOM_URL: url, NIGHTLOOM_TOKEN: token }));
  if (one === undefined || two === undefined) throw new Error('There are two.');
  const repository = await user.repository({ a: 'write a.txt a', b: 'write b.txt b' }, SETTINGS);
  const cwd = repository.directory;
  expect((await user.call(['project', 'add'], { cwd, env: one })).exit).toBe(0);
  const both = await Promise.all(
    [one, two].map((env) => user.json(['batch', 'create', 'a', '--name', 'Both'], { cwd, env })),
  );
  expect(both.map(({ exit }) => exit).toSorted((left, right) => left - right)).toEqual([0, 5]);
  const { doc } = both.find(({ exit }) => exit === 0) ?? {};
  const { id } = asBatch(doc);
  expect((await showBatch(user, id, { env: two })).status).toBe('idle');
  expect((await user.call(['batch', 'start', id], { env: two })).exit).toBe(0);
  const done = await untilBatch(user, id, (batch) => batch.status === 'completed', { env: one });
  expect(done.tasks).toMatchObject([{ name: 'a', status: 'completed', attempts: 1 }]);
  expect((await user.call(['logs', done.tasks[0]?.id ?? ''], { env: two })).out).toContain('a.txt');
});
