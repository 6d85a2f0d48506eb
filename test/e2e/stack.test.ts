/** The stack: start, join, stop, come back. Agents belong to nobody who can die. */
import { stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { asBatch, showTask, untilBatch } from './support/batch.ts';
import { makeGate } from './support/gate.ts';
import { STATUS_KEYS } from './support/shapes.ts';
import { statusOf } from './support/status.ts';
import { makeUser } from './support/user.ts';
import type { User } from './support/user.ts';

const SETTINGS = { 'nightloom.config.json': JSON.stringify({ agent: { name: 'scripted' }, attempts: 1 }) };
let user: User;

describe('one stack', () => {
  beforeAll(async () => {
    user = await makeUser(inject('temporalAddress'));
  });

  afterAll(() => user.leave());

  it('without a stack status is not healthy with exit 3, and commands say how to start one', async () => {
    const { exit, status, keys } = await statusOf(user);
    expect(exit).toBe(3);
    expect(status).toMatchObject({ healthy: false, url: null, pid: null, processes: [], home: user.state });
    expect(keys).toEqual(expect.arrayContaining(STATUS_KEYS));
    const byDefault = await user.json(['status'], { env: { NIGHTLOOM_HOME: '' } });
    expect(byDefault.doc).toMatchObject({ home: `${user.home}/.local/state/nightloom` });
    const listed = await user.call(['batch', 'list']);
    expect(listed.exit).toBe(3);
    expect(listed.err).toMatch(/No stack is running.*\nNext: .*`nightloom up`/);
    expect((await user.call(['token'])).exit).toBe(3);
    expect((await user.call(['down'])).out).toContain('No stack is running.');
  });

  it('`up --detach` starts one, and status says of what it consists', async () => {
    expect((await user.call(['up', '--detach'])).exit).toBe(0);
    const { exit, status, keys } = await statusOf(user);
    expect(exit).toBe(0);
    expect(status).toMatchObject({ healthy: true, temporalAddress: inject('temporalAddress'), temporalPid: null });
    expect(status.processes.map(({ role }) => role)).toEqual(['control', 'host']);
    expect(status.processes[0]?.pid).toBe(status.pid);
    expect(keys).toEqual(expect.arrayContaining(STATUS_KEYS));
    expect((await stat(user.state)).mode & 0o777).toBe(0o700);
  });

  it('only the token of `nightloom token` opens the API', async () => {
    const { status } = await statusOf(user);
    const token = (await user.call(['token'])).out.trim();
    const url = status.url ?? '';
    const ask = (authorization: string) => fetch(`${url}/api/status`, { headers: { authorization } });
    expect((await ask(`Bearer ${token}`)).status).toBe(200);
    expect((await ask('Bearer wrong')).status).toBe(401);
    const env = { NIGHTLOOM_URL: url, NIGHTLOOM_TOKEN: token };
    expect((await user.call(['batch', 'list'], { env })).exit).toBe(0);
    const wrong = await user.call(['batch', 'list'], { env: { ...env, NIGHTLOOM_TOKEN: 'wrong' } });
    expect(wrong.exit).toBe(2);
    expect(wrong.err).toBe('The token is wrong.\nNext: Use the token that `nightloom token` prints.\n');
    const nonsense = await user.call(['batch', 'list'], { env: { ...env, NIGHTLOOM_URL: 'nonsense' } });
    expect(nonsense).toMatchObject({ exit: 2, err: expect.stringContaining('NIGHTLOOM_URL') });
  });

  it('shows what both of its processes measure, each at its own address', async () => {
    const { status } = await statusOf(user);
    const token = (await user.call(['token'])).out.trim();
    const scrape = async (path: string): Promise<string> =>
      await (await fetch(`${status.url}${path}`, { headers: { authorization: `Bearer ${token}` } })).text();
    const memoryOf = (text: string): string | undefined => /^process_resident_memory_bytes (\d+)$/m.exec(text)?.[1];
    const [control, host] = [await scrape('/metrics'), await scrape('/metrics/host')];
    expect(memoryOf(control)).toBeDefined();
    expect(memoryOf(host)).toBeDefined();
    expect(memoryOf(host)).not.toBe(memoryOf(control));
    expect(host).toMatch(/^nightloom_build_info\{version="[^"]+",part="host"\} 1$/m);
    expect(host).toMatch(/^temporal_/m);
    expect(host).not.toMatch(/^nightloom_tasks/m);
  });

  it('doctor checks each prerequisite and names the repair', async () => {
    const { exit, doc } = await user.json(['doctor']);
    const names = Object(doc).map((check: { name: string }) => check.name);
    expect(names).toEqual(
      expect.arrayContaining(['node', 'git', 'git identity', 'state directory', 'disk', 'temporal', 'ports']),
    );
    expect(doc).toContainEqual(expect.objectContaining({ name: 'node', ok: true }));
    expect(doc).toContainEqual(
      expect.objectContaining({ name: 'git identity', ok: false, repair: expect.stringContaining('git config') }),
    );
    expect(exit).toBe(6);
  });

  it('[P4] down says how many agents go on, and the next up finds them: the same agent, one attempt', async () => {
    const gate = makeGate(user);
    const scripts = { a: `write a.txt a\n${gate.line}\nsay Done.`, b: 'write b.txt b' };
    const repository = await user.repository(scripts, SETTINGS);
    const { doc } = await user.json(['run', '--detach'], { cwd: repository.directory });
    const { id } = asBatch(doc);
    await user.start(['logs', 'a', '-f'], { cwd: repository.directory }).says('a.txt');
    const down = await user.call(['down']);
    expect(down).toMatchObject({ exit: 0, out: expect.stringContaining('1 agent goes on running') });
    expect(down.out).toContain('`nightloom up` re-attaches');
    expect((await statusOf(user)).exit).toBe(3);
    expect((await user.call(['up', '--detach'])).exit).toBe(0);
    await gate.open();
    const done = await untilBatch(user, id, (batch) => batch.status === 'completed');
    expect(done.tasks).toMatchObject([
      { status: 'completed', attempts: 1 },
      { status: 'completed', attempts: 1 },
    ]);
    const { attemptList } = await showTask(user, done.tasks[0]?.id ?? '');
    expect(attemptList).toHaveLength(1);
  });
});
