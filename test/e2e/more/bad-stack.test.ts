/** A stack that cannot start says why and what to do, and leaves nothing behind. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { makeUser } from '../support/user.ts';
import type { User } from '../support/user.ts';

let user: User;

beforeEach(async () => {
  user = await makeUser(inject('temporalAddress'));
});

afterEach(() => user.leave());

describe('no start', () => {
  it('NIGHTLOOM_HOME that is a file, or open to others, or below a file', async () => {
    const file = join(user.root, 'file');
    await writeFile(file, 'mine');
    const open = join(user.root, 'open');
    await mkdir(open, { mode: 0o777 });
    await writeFile(join(open, 'theirs'), 'x');
    for (const home of [file, join(file, 'below'), open]) {
      for (const args of [['up'], ['up', '--detach']]) {
        const ran = await user.call(args, { env: { NIGHTLOOM_HOME: home } });
        expect(ran.exit, home).toBe(6);
        expect(ran.err).toContain(`The state directory ${home} cannot be used`);
        expect(ran.err).toContain('Next: Set NIGHTLOOM_HOME to a folder that you own');
      }
    }
  });

  it('a Temporal program that is not there: exit 3 for who needs the stack, 6 for up, and the place in the message', async () => {
    const env = { TEMPORAL_ADDRESS: '', NIGHTLOOM_TEMPORAL_BIN: '/nowhere/temporal' };
    const up = await user.call(['up'], { env });
    expect(up.exit).toBe(6);
    expect(up.err).toContain('/nowhere/temporal');
    expect(up.err).toContain('Next: Put `temporal` on PATH, or set TEMPORAL_ADDRESS or NIGHTLOOM_TEMPORAL_BIN.');
    const repository = await user.repository({ a: 'write a.txt a' });
    const run = await user.call(['run', '--agent', 'scripted'], { cwd: repository.directory, env });
    expect(run.exit).toBe(3);
    expect(run.err).toContain('/nowhere/temporal');
    expect(run.err).toMatch(/^Next: .*nightloom doctor/m);
    expect((await user.call(['status'], { env })).exit).toBe(3);
  });

  it('a Temporal address where nothing answers', async () => {
    const up = await user.call(['up'], { env: { TEMPORAL_ADDRESS: '127.0.0.1:1' } });
    expect(up.exit).toBe(8);
    expect(up.err).toContain('127.0.0.1:1');
    expect(up.err).toContain('Next:');
    expect(up.err).not.toContain('    at ');
  });
});
