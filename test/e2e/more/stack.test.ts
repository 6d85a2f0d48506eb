/** The stack: agents that are ended with it, a stack that was killed, and one that is taken away whole. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { asBatch, showBatch, untilBatch } from '../support/batch.ts';
import { makeGate } from '../support/gate.ts';
import { statusOf } from '../support/status.ts';
import { makeUser, until } from '../support/user.ts';
import type { User } from '../support/user.ts';

const SETTINGS = { 'nightloom.config.json': JSON.stringify({ agent: { name: 'scripted' }, attempts: 1 }) };
let user: User;

describe('one stack', () => {
  beforeAll(async () => {
    user = await makeUser(inject('temporalAddress'));
  });

  afterAll(() => user.leave());

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
