/** The production topology when a part of it is away, and what refuses to start in it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { postgresPrograms } from '../../support/postgres.ts';
import { asBatch, showBatch, untilBatch } from '../support/batch.ts';
import { HOST, startInParts } from '../support/parts.ts';
import type { StackInParts } from '../support/parts.ts';
import { until } from '../support/user.ts';
import type { User } from '../support/user.ts';

const SETTINGS = { 'nightloom.config.json': JSON.stringify({ agent: { name: 'scripted' }, attempts: 1 }) };

describe.skipIf(postgresPrograms() === null)('the stack in parts (with the programs of a PostgreSQL server)', () => {
  let stack: StackInParts;
  let user: User;

  beforeAll(async () => {
    stack = await startInParts(inject('temporalAddress'));
    ({ user } = stack);
  });

  afterAll(() => stack?.stop());

  it('says so when the host is gone, still shows what it knows, and goes on when it is back', async () => {
    const repository = await user.repository({ c: 'write c.txt c' }, SETTINGS);
    const options = { cwd: repository.directory, env: stack.client };
    expect((await user.call(['project', 'add'], options)).exit).toBe(0);
    await stack.kill('host', 'SIGTERM');
    const refused = await user.call(['run', '--detach', '--yes'], options);
    expect(refused.exit).toBe(8);
    expect(refused.err).toContain('nightloom worker --host');
    expect((await user.call(['batch', 'list'], options)).exit).toBe(0);
    await stack.start('host');
    const { doc } = await user.json(['run', '--detach', '--yes'], options);
    const done = await untilBatch(user, asBatch(doc).id, (batch) => batch.status === 'completed', {
      env: stack.client,
    });
    expect(done.counts.completed).toBe(1);
    expect((await showBatch(user, done.id, { env: stack.client })).tasks[0]?.commit).toMatch(/^[0-9a-f]{40}/);
  });

  it('[P8] goes on after the database was away', async () => {
    const repository = await user.repository({ d: 'write d.txt d\nsleep 3s' }, SETTINGS);
    const options = { cwd: repository.directory, env: stack.client };
    const { doc } = await user.json(['run', '--detach', '--yes'], options);
    const { id } = asBatch(doc);
    await untilBatch(user, id, (batch) => batch.counts.running === 1, { env: stack.client });
    await stack.postgres.kill();
    expect((await user.call(['batch', 'list'], options)).exit).toBe(8);
    await stack.postgres.start();
    const done = await until('the end of the batch', async () => {
      const batch = await showBatch(user, id, { env: stack.client }).catch(() => null);
      return batch?.status === 'completed' ? batch : null;
    });
    expect(done.tasks).toMatchObject([{ status: 'completed', attempts: 1 }]);
  });

  it('`up` works on PostgreSQL too, without a file', async () => {
    const database = await stack.postgres.createDatabase();
    const repository = await user.repository({ e: 'write e.txt e' }, SETTINGS);
    const env = { NIGHTLOOM_DATABASE_URL: database };
    expect((await user.call(['up', '--detach'], { env })).exit).toBe(0);
    const { exit, doc } = await user.json(['run', '--yes'], { cwd: repository.directory });
    expect(exit).toBe(0);
    const { id, status: end } = asBatch(doc);
    expect(end).toBe('completed');
    expect(await stack.postgres.query('select id, status from batches', database)).toEqual([
      { id, status: 'completed' },
    ]);
    await expect(readFile(join(user.state, 'nightloom.db'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await user.call(['down'])).exit).toBe(0);
  });

  it('refuses to start without a cluster, with a wrong secret, and as a second host in one state directory', async () => {
    const lonely = await user.call(['worker'], { env: { ...stack.ofPart('lonely'), TEMPORAL_ADDRESS: '' } });
    expect(lonely).toMatchObject({ exit: 2, err: expect.stringContaining('TEMPORAL_ADDRESS') });
    const second = await user.call(['worker', '--host', HOST, '--listen', '127.0.0.1:0'], {
      env: stack.ofPart('host'),
    });
    expect(second).toMatchObject({ exit: 5, err: expect.stringContaining('host.lock') });
    const listen = await user.call(['worker', '--listen', '127.0.0.1:1'], { env: stack.ofPart('worker') });
    expect(listen.exit).toBe(2);
    const secret = join(user.root, 'secrets', 'short');
    await writeFile(secret, 'too short');
    const short = await user.call(['worker'], { env: { ...stack.ofPart('short'), NIGHTLOOM_SECRET_FILE: secret } });
    expect(short).toMatchObject({ exit: 6, err: expect.stringContaining(secret) });
  });
});
