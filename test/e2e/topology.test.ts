/**
 * The production topology from processes: API, control worker and host worker with state directories of their own,
 * a PostgreSQL server, and the run's Temporal server as the cluster. They share what a secret store would give them.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { StatusSchema } from '../../src/contracts/views.ts';
import { newHostId, newId } from '../../src/platform/ids.ts';
import { choosePort } from '../../src/temporal/ports.ts';
import { POSTGRES_PASSWORD, postgresPrograms, startPostgres } from '../support/postgres.ts';
import type { PostgresServer } from '../support/postgres.ts';
import { asBatch, showBatch, untilBatch } from './support/batch.ts';
import { makeUser, until } from './support/user.ts';
import type { Running, User } from './support/user.ts';

const SETTINGS = { 'nightloom.config.json': JSON.stringify({ agent: { name: 'scripted' }, attempts: 1 }) };
const HOST = newHostId('builder');

describe.skipIf(postgresPrograms() === null)('the stack in parts (with the programs of a PostgreSQL server)', () => {
  let user: User;
  let postgres: PostgresServer;
  let parts: Record<'api' | 'worker' | 'host', Running>;
  let ports: Record<'api' | 'door' | 'worker' | 'host', number>;
  let shared: Readonly<Record<string, string>>;

  /** Environment of a part with a state directory of its own. */
  const ofPart = (name: string): Record<string, string> => ({ ...shared, NIGHTLOOM_HOME: join(user.root, name) });
  const startApi = (): Running =>
    user.start(
      ['api', '--listen', `127.0.0.1:${ports.api}`, '--host', HOST, '--door', `http://127.0.0.1:${ports.door}`],
      { env: ofPart('api') },
    );
  const startWorker = (): Running =>
    user.start(['worker', '--metrics', `127.0.0.1:${ports.worker}`], { env: ofPart('worker') });
  const startHost = (): Running => {
    const { NIGHTLOOM_DATABASE_URL: _, NIGHTLOOM_DATABASE_PASSWORD_FILE: __, ...env } = ofPart('host');
    const places = ['--listen', `127.0.0.1:${ports.door}`, '--metrics', `127.0.0.1:${ports.host}`];
    return user.start(['worker', '--host', HOST, ...places], { env });
  };
  const status = async () => StatusSchema.parse((await user.json(['status'], { env: client() })).doc);
  /** Environment of the command line: it only knows address and token. */
  const client = (): Record<string, string> => ({
    NIGHTLOOM_URL: `http://127.0.0.1:${ports.api}`,
    NIGHTLOOM_TOKEN: shared['TOKEN'] ?? '',
  });
  const kill = async (part: Running, signal: NodeJS.Signals): Promise<void> => {
    part.child.kill(signal);
    await part.ended;
  };

  beforeAll(async () => {
    user = await makeUser(inject('temporalAddress'));
    postgres = await startPostgres();
    const taken: number[] = [];
    for (let count = 0; count < 4; count += 1) taken.push(await choosePort([], taken));
    const [api = 0, door = 0, worker = 0, host = 0] = taken;
    ports = { api, door, worker, host };
    const secrets = join(user.root, 'secrets');
    await mkdir(secrets, { mode: 0o700 });
    const token = `nl_${randomBytes(32).toString('base64url')}`;
    await writeFile(join(secrets, 'secret'), `${randomBytes(32).toString('hex')}\n`);
    await writeFile(join(secrets, 'token'), `${token}\n`);
    await writeFile(join(secrets, 'database'), `${POSTGRES_PASSWORD}\n`);
    const database = new URL(await postgres.createDatabase());
    database.password = '';
    shared = {
      NIGHTLOOM_INSTALLATION: newId('installation'),
      NIGHTLOOM_SECRET_FILE: join(secrets, 'secret'),
      NIGHTLOOM_TOKEN_FILE: join(secrets, 'token'),
      NIGHTLOOM_DATABASE_URL: database.href,
      NIGHTLOOM_DATABASE_PASSWORD_FILE: join(secrets, 'database'),
      TOKEN: token,
    };
    parts = { api: startApi(), worker: startWorker(), host: startHost() };
    await Promise.all([parts.api.says('API: '), parts.worker.says(' polls '), parts.host.says(' polls ')]);
  });

  afterAll(async () => {
    for (const part of Object.values(parts ?? {})) await kill(part, 'SIGTERM');
    await postgres?.stop();
    await user?.leave();
  });

  it('is healthy when all parts run, without any of the files of a single machine', async () => {
    const found = await until('a healthy stack', async () => {
      const now = await status();
      return now.healthy ? now : null;
    });
    expect(found).toMatchObject({ host: HOST, installation: shared['NIGHTLOOM_INSTALLATION'], temporalPid: null });
    const names = found.checks.map(({ name }) => name);
    expect(names).toEqual(['temporal', 'database', 'control worker', 'host worker', 'disk']);
    // Nobody needs an SQLite file here.
    for (const name of ['api', 'worker', 'host']) {
      await expect(readFile(join(user.root, name, 'nightloom.db'))).rejects.toMatchObject({ code: 'ENOENT' });
    }
  });

  it('[P1] [P2] runs a batch over all of them, through deaths of API and worker', async () => {
    const repository = await user.repository({ a: 'write a.txt a\nsleep 4s\nsay Done.', b: 'write b.txt b' }, SETTINGS);
    const options = { cwd: repository.directory, env: client() };
    const { doc } = await user.json(['run', '--detach', '--yes'], options);
    const { id } = asBatch(doc);
    const follow = user.start(['logs', 'a', '-f'], options);
    await follow.says('a.txt');
    await Promise.all([kill(parts.worker, 'SIGKILL'), kill(parts.api, 'SIGKILL')]);
    parts = { ...parts, worker: startWorker(), api: startApi() };
    await Promise.all([parts.api.says('API: '), parts.worker.says(' polls ')]);
    const done = await untilBatch(user, id, (batch) => batch.status === 'completed', { env: client() });
    expect(done.tasks).toMatchObject([
      { name: 'a', status: 'completed', attempts: 1 },
      { name: 'b', status: 'completed', attempts: 1 },
    ]);
    const log = await repository.git(['log', '--reverse', '--format=%s', `main..${done.branch}`]);
    expect(log.split('\n')).toEqual(['Auto-commit: a', 'Auto-commit: b']);
    follow.child.kill('SIGTERM');
    await follow.ended;
  });

  it('shows what each process measures to who has the token: lanes and limits, and both Temporal workers', async () => {
    const scrape = async (port: number, token = shared['TOKEN'] ?? '') =>
      await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { authorization: `Bearer ${token}` } });
    const lines = async (port: number): Promise<string[]> => (await (await scrape(port)).text()).split('\n');
    for (const port of [ports.api, ports.worker, ports.host]) {
      expect((await scrape(port, 'nl_wrong')).status).toBe(401);
      expect(await lines(port)).toContainEqual(expect.stringMatching(/^nodejs_eventloop_lag_seconds /));
    }
    // How many lanes there are is asked for by the first scrape.
    await until('the limit of lanes', async () => {
      const found = await lines(ports.api);
      return found.includes('nightloom_lane_limit 4') ? found : null;
    });
    expect(await lines(ports.api)).toContain('nightloom_lanes{state="held"} 0');
    const worker = await lines(ports.worker);
    expect(worker).toContainEqual(expect.stringMatching(/^nightloom_build_info\{.*part="worker"\} 1$/));
    expect(worker).toContainEqual(
      expect.stringMatching(/^temporal_\w*workflow_task_execution_latency\w*_count\{.*\} [1-9]/),
    );
    const host = await lines(ports.host);
    expect(host).toContainEqual(expect.stringMatching(/^nightloom_build_info\{.*part="host"\} 1$/));
    expect(host).toContainEqual(expect.stringMatching(/^temporal_\w*\{.*activity_type="startAgent".*\} [1-9]/));
    expect((await fetch(`http://127.0.0.1:${ports.host}/health`)).status).toBe(404);
  });

  it('says so when the host is gone, still shows what it knows, and goes on when it is back', async () => {
    const repository = await user.repository({ c: 'write c.txt c' }, SETTINGS);
    const options = { cwd: repository.directory, env: client() };
    expect((await user.call(['project', 'add'], options)).exit).toBe(0);
    await kill(parts.host, 'SIGTERM');
    const refused = await user.call(['run', '--detach', '--yes'], options);
    expect(refused.exit).toBe(8);
    expect(refused.err).toContain('nightloom worker --host');
    expect((await user.call(['batch', 'list'], options)).exit).toBe(0);
    parts = { ...parts, host: startHost() };
    await parts.host.says(' polls ');
    const { doc } = await user.json(['run', '--detach', '--yes'], options);
    const done = await untilBatch(user, asBatch(doc).id, (batch) => batch.status === 'completed', { env: client() });
    expect(done.counts.completed).toBe(1);
    expect((await showBatch(user, done.id, { env: client() })).tasks[0]?.commit).toMatch(/^[0-9a-f]{40}/);
  });

  it('[P8] goes on after the database was away', async () => {
    const repository = await user.repository({ d: 'write d.txt d\nsleep 3s' }, SETTINGS);
    const options = { cwd: repository.directory, env: client() };
    const { doc } = await user.json(['run', '--detach', '--yes'], options);
    const { id } = asBatch(doc);
    await untilBatch(user, id, (batch) => batch.counts.running === 1, { env: client() });
    await postgres.kill();
    expect((await user.call(['batch', 'list'], options)).exit).toBe(8);
    await postgres.start();
    const done = await until('the end of the batch', async () => {
      const batch = await showBatch(user, id, { env: client() }).catch(() => null);
      return batch?.status === 'completed' ? batch : null;
    });
    expect(done.tasks).toMatchObject([{ status: 'completed', attempts: 1 }]);
  });

  it('`up` works on PostgreSQL too, without a file', async () => {
    const database = await postgres.createDatabase();
    const repository = await user.repository({ e: 'write e.txt e' }, SETTINGS);
    const env = { NIGHTLOOM_DATABASE_URL: database };
    expect((await user.call(['up', '--detach'], { env })).exit).toBe(0);
    const { exit, doc } = await user.json(['run', '--yes'], { cwd: repository.directory });
    expect(exit).toBe(0);
    const { id, status: end } = asBatch(doc);
    expect(end).toBe('completed');
    expect(await postgres.query('select id, status from batches', database)).toEqual([{ id, status: 'completed' }]);
    await expect(readFile(join(user.state, 'nightloom.db'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await user.call(['down'])).exit).toBe(0);
  });

  it('refuses to start without a cluster, with a wrong secret, and as a second host in one state directory', async () => {
    const lonely = await user.call(['worker'], { env: { ...ofPart('lonely'), TEMPORAL_ADDRESS: '' } });
    expect(lonely).toMatchObject({ exit: 2, err: expect.stringContaining('TEMPORAL_ADDRESS') });
    const second = await user.call(['worker', '--host', HOST, '--listen', '127.0.0.1:0'], { env: ofPart('host') });
    expect(second).toMatchObject({ exit: 5, err: expect.stringContaining('host.lock') });
    const listen = await user.call(['worker', '--listen', '127.0.0.1:1'], { env: ofPart('worker') });
    expect(listen.exit).toBe(2);
    const secret = join(user.root, 'secrets', 'short');
    await writeFile(secret, 'too short');
    const short = await user.call(['worker'], { env: { ...ofPart('short'), NIGHTLOOM_SECRET_FILE: secret } });
    expect(short).toMatchObject({ exit: 6, err: expect.stringContaining(secret) });
  });
});
