/** The stack: two at once, one with its own Temporal, agents that are ended with it, one that was killed, one taken away whole. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { asBatch, showBatch, untilBatch } from '../support/batch.ts';
import { makeGate } from '../support/gate.ts';
import { statusOf } from '../support/status.ts';
import { makeUser, until } from '../support/user.ts';
import type { User } from '../support/user.ts';

const execFileAsync = promisify(execFile);
const SETTINGS = { 'nightloom.config.json': JSON.stringify({ agent: { name: 'scripted' }, attempts: 1 }) };
let user: User;

/** A process that has ended but that nobody asked after yet (Z) is not alive. */
async function isAlive(pid: number | null): Promise<boolean> {
  const { stdout } = await execFileAsync('ps', ['-o', 'stat=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return /^[^Z]/.test(stdout.trim());
}

describe('one stack', () => {
  beforeAll(async () => {
    user = await makeUser(inject('temporalAddress'));
  });

  afterAll(() => user.leave());

  it('two `up` at once end in one stack, which a third joins', async () => {
    const both = await Promise.all([user.call(['up', '--detach']), user.call(['up', '--detach'])]);
    expect(both.map((ran) => ran.exit)).toEqual([0, 0]);
    const { status } = await statusOf(user);
    expect(status.processes.map(({ role }) => role)).toEqual(['control', 'host']);
    const third = await user.call(['up']);
    expect(third).toMatchObject({ exit: 0, out: expect.stringContaining('joins it') });
    expect(third.out).toContain(`${status.url} (pid ${status.pid})`);
  });

  it('down --agents ends agents resumably: after up and resume the same session goes on', async () => {
    const gate = makeGate(user);
    const repository = await user.repository({ a: `append a.txt once\n${gate.line}\nappend a.txt twice` }, SETTINGS);
    const { doc } = await user.json(['run', '--detach'], { cwd: repository.directory });
    const { id } = asBatch(doc);
    await user.start(['logs', 'a', '-f'], { cwd: repository.directory }).says('a.txt');
    const down = await user.call(['down', '--agents']);
    expect(down).toMatchObject({ exit: 0, out: 'The stack has stopped.\n' });
    await user.call(['up', '--detach']);
    expect(await showBatch(user, id)).toMatchObject({ status: 'paused', counts: { running: 0, failed: 0 } });
    await gate.open();
    expect((await user.call(['batch', 'resume', id])).exit).toBe(0);
    const done = await untilBatch(user, id, (batch) => batch.status === 'completed');
    expect(done.tasks[0]).toMatchObject({ status: 'completed', attempts: 1 });
    expect(await repository.git(['show', `${done.branch}:a.txt`])).toBe('once\ntwice');
  });

  it('[P8] a stack that was killed is replaced by the next up, and its batch goes on', async () => {
    const gate = makeGate(user);
    const repository = await user.repository({ a: `write a.txt a\n${gate.line}` }, SETTINGS);
    const { doc } = await user.json(['run', '--detach'], { cwd: repository.directory });
    const { id } = asBatch(doc);
    await user.start(['logs', 'a', '-f'], { cwd: repository.directory }).says('a.txt');
    const { pid } = (await statusOf(user)).status;
    expect(pid).toBeGreaterThan(1);
    if (pid !== null) process.kill(pid, 'SIGKILL');
    await until('the stack is gone', async () => ((await statusOf(user)).exit === 3 ? true : null));
    expect((await user.call(['up', '--detach'])).exit).toBe(0);
    await gate.open();
    const done = await untilBatch(user, id, (batch) => batch.status === 'completed');
    expect(done.tasks[0]).toMatchObject({ status: 'completed', attempts: 1 });
  });

  it('down --purge lists what it takes away, takes it, and leaves the branches', async () => {
    const repository = await user.repository({ a: 'write a.txt a', b: 'write b.txt b\nfail Not today.' }, SETTINGS);
    const { doc } = await user.json(['run'], { cwd: repository.directory });
    const { branch, tasks } = asBatch(doc);
    expect(tasks[1]?.salvageRef).not.toBeNull();
    const refused = await user.call(['down', '--purge']);
    expect(refused).toMatchObject({ exit: 2, err: expect.stringContaining(user.state) });
    expect(refused.err).toContain('nightloom down --purge --yes');
    const purged = await user.call(['down', '--purge', '--yes']);
    expect(purged).toMatchObject({ exit: 0, out: expect.stringContaining(`Removed ${user.state}.`) });
    expect(purged.err).toContain(`${branch}`);
    expect(existsSync(user.state)).toBe(false);
    expect(await repository.git(['for-each-ref', '--format=%(refname)', 'refs/nightloom/'])).toBe('');
    expect(await repository.git(['branch', '--list', `${branch}`])).toContain(`${branch}`);
    expect(await repository.git(['worktree', 'list'])).not.toContain(user.state);
  });
});

describe('a stack of its own', () => {
  afterEach(() => user.leave());

  it('[P4] brings its own Temporal, takes free ports when its own are taken, and Ctrl-C says how many agents go on', async () => {
    user = await makeUser(null);
    const blocker = createServer();
    // Taken by somebody else already: just as good.
    const taken = Promise.withResolvers<void>();
    blocker.once('error', () => taken.resolve()).listen(7780, '127.0.0.1', () => taken.resolve());
    await taken.promise;
    const up = user.start(['up']);
    await up.says('is up:');
    const { exit, status } = await statusOf(user);
    expect(exit).toBe(0);
    // Whoever had the port instead of us may have let go of it before the stack looked.
    if (blocker.listening) expect(status.url).not.toContain(':7780');
    expect(await isAlive(status.temporalPid)).toBe(true);
    const ui = await fetch(status.temporalUiUrl ?? '');
    expect(ui.status).toBe(200);
    const gate = makeGate(user);
    const repository = await user.repository({ a: `write a.txt a\n${gate.line}\nsay Done.` }, SETTINGS);
    const { doc } = await user.json(['run', '--detach'], { cwd: repository.directory });
    await user.start(['logs', 'a', '-f'], { cwd: repository.directory }).says('a.txt');
    up.child.kill('SIGINT');
    const ended = await up.ended;
    expect(ended).toMatchObject({ exit: 0, out: expect.stringContaining('1 agent goes on running') });
    expect(await isAlive(status.temporalPid)).toBe(false);
    expect((await user.call(['up', '--detach'])).exit).toBe(0);
    await gate.open();
    const done = await untilBatch(user, asBatch(doc).id, (batch) => batch.status === 'completed');
    expect(done.tasks[0]).toMatchObject({ status: 'completed', attempts: 1 });
    blocker.close();
  });
});
