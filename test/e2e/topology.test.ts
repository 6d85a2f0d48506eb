/** The production topology: all parts as processes of their own, on PostgreSQL and a cluster. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { postgresPrograms } from '../support/postgres.ts';
import { asBatch, untilBatch } from './support/batch.ts';
import { HOST, startInParts } from './support/parts.ts';
import type { StackInParts } from './support/parts.ts';
import { until } from './support/user.ts';
import type { User } from './support/user.ts';

const SETTINGS = { 'nightloom.config.json': JSON.stringify({ agent: { name: 'scripted' }, attempts: 1 }) };

describe.skipIf(postgresPrograms() === null)('the stack in parts (with the programs of a PostgreSQL server)', () => {
  let stack: StackInParts;
  let user: User;

  beforeAll(async () => {
    stack = await startInParts(inject('temporalAddress'));
    ({ user } = stack);
  });

  afterAll(() => stack?.stop());

  it('is healthy when all parts run, without any of the files of a single machine', async () => {
    const found = await until('a healthy stack', async () => {
      const now = await stack.status();
      return now.healthy ? now : null;
    });
    expect(found).toMatchObject({ host: HOST, installation: stack.installation, temporalPid: null });
    const names = found.checks.map(({ name }) => name);
    expect(names).toEqual(['temporal', 'database', 'control worker', 'host worker', 'disk']);
    // Nobody needs an SQLite file here.
    for (const name of ['api', 'worker', 'host']) {
      await expect(readFile(join(user.root, name, 'nightloom.db'))).rejects.toMatchObject({ code: 'ENOENT' });
    }
  });

  it('[P1] [P2] runs a batch over all of them, through deaths of API and worker', async () => {
    const repository = await user.repository({ a: 'write a.txt a\nsleep 4s\nsay Done.', b: 'write b.txt b' }, SETTINGS);
    const options = { cwd: repository.directory, env: stack.client };
    const { doc } = await user.json(['run', '--detach', '--yes'], options);
    const { id } = asBatch(doc);
    const follow = user.start(['logs', 'a', '-f'], options);
    await follow.says('a.txt');
    await Promise.all([stack.kill('worker', 'SIGKILL'), stack.kill('api', 'SIGKILL')]);
    await Promise.all([stack.start('worker'), stack.start('api')]);
    const done = await untilBatch(user, id, (batch) => batch.status === 'completed', { env: stack.client });
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
    const scrape = async (port: number, token = stack.token) =>
      await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { authorization: `Bearer ${token}` } });
    const lines = async (port: number): Promise<string[]> => (await (await scrape(port)).text()).split('\n');
    for (const port of [stack.ports.api, stack.ports.worker, stack.ports.host]) {
      expect((await scrape(port, 'nl_wrong')).status).toBe(401);
      expect(await lines(port)).toContainEqual(expect.stringMatching(/^nodejs_eventloop_lag_seconds /));
    }
    // How many lanes there are is asked for by the first scrape.
    await until('the limit of lanes', async () => {
      const found = await lines(stack.ports.api);
      return found.includes('nightloom_lane_limit 4') ? found : null;
    });
    expect(await lines(stack.ports.api)).toContain('nightloom_lanes{state="held"} 0');
    const worker = await lines(stack.ports.worker);
    expect(worker).toContainEqual(expect.stringMatching(/^nightloom_build_info\{.*part="worker"\} 1$/));
    expect(worker).toContainEqual(
      expect.stringMatching(/^temporal_\w*workflow_task_execution_latency\w*_count\{.*\} [1-9]/),
    );
    const host = await lines(stack.ports.host);
    expect(host).toContainEqual(expect.stringMatching(/^nightloom_build_info\{.*part="host"\} 1$/));
    expect(host).toContainEqual(expect.stringMatching(/^temporal_\w*\{.*activity_type="startAgent".*\} [1-9]/));
    expect((await fetch(`http://127.0.0.1:${stack.ports.host}/health`)).status).toBe(404);
  });
});
