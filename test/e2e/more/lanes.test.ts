/** Batches that are deleted and restored, and trust in a project file that changed. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { asBatch, showBatch } from '../support/batch.ts';
import { shellOf } from '../support/shell.ts';
import type { Shell } from '../support/shell.ts';
import { makeUser, until } from '../support/user.ts';
import type { User } from '../support/user.ts';

const CONFIG = 'nightloom.config.json';
let user: User;
let shell: Shell;

beforeAll(async () => {
  user = await makeUser(inject('temporalAddress'));
  shell = shellOf(user);
});

afterAll(() => user.leave());

describe('delete', () => {
  it('hides a batch, cancelled if it was open, until it is restored', async () => {
    await shell.enter({ a: 'write a.txt a' });
    const id = await shell.create('a', '--name', 'Gone');
    const deleted = await shell.type('batch', 'delete', 'Gone');
    expect(deleted).toMatchObject({ exit: 0, out: expect.stringContaining(`nightloom batch restore ${id}`) });
    expect((await shell.type('batch', 'list', '--project', '.')).out).toContain('No batches.');
    expect((await shell.type('batch', 'list', '--project', '.', '--deleted')).out).toContain(id);
    const hidden = await shell.type('batch', 'show', id);
    expect(hidden.exit).toBe(4);
    expect(hidden.err).toContain(`Next: nightloom batch restore ${id}`);
    expect((await shell.type('batch', 'restore', 'Gone')).out).toContain('cancelled');
    expect(await showBatch(user, id)).toMatchObject({ status: 'cancelled', deletedAt: null });
  });
});

describe('a project file that changed', () => {
  it('is shown before it is trusted; creating a batch does not trust it', async () => {
    await shell.enter({ a: 'write a.txt a', b: 'write b.txt b' });
    expect((await shell.type('project', 'add')).exit).toBe(0);
    const changed = { agent: { name: 'scripted' }, attempts: 1, verify: ['test -d .git/. || test -e .git'] };
    await shell.repository.write(CONFIG, JSON.stringify(changed));
    const made = await shell.type('batch', 'create', 'a', '--name', 'Wary', '--start');
    expect(made.err).toContain('changed since you trusted it. The batch waits until `nightloom project trust');
    const held = await until('the hold', async () => {
      const { out } = await shell.type('batch', 'show', 'Wary');
      return out.includes('on hold') ? out : null;
    });
    expect(held).toContain('changed since it was trusted');
    const trusted = await shell.type('project', 'trust');
    expect(trusted.err).toContain('changed since you trusted it.');
    expect(trusted.err).toContain('verify: test -d .git/.');
    const resumed = await shell.type('batch', 'resume', 'Wary');
    expect(resumed.out).toContain('its hold (environment) is over, it is tried again now');
    const ran = await user.json(['run', 'b', '--yes'], { cwd: shell.repository.directory });
    expect(ran.err).not.toContain('changed since you trusted it');
    expect(asBatch(ran.doc).counts.completed).toBe(1);
  });
});
