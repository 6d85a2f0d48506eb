/** Batches that are deleted and restored, and trust in a project file that changed. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { TestRepository } from '../../support/git-repository.ts';
import { asBatch, showBatch } from '../support/batch.ts';
import { makeUser, until } from '../support/user.ts';
import type { Ran, User } from '../support/user.ts';

const CONFIG = 'nightloom.config.json';
let user: User;
let repository: TestRepository;

beforeAll(async () => {
  user = await makeUser(inject('temporalAddress'));
});

afterAll(() => user.leave());

async function inRepository(scripts: Readonly<Record<string, string>>): Promise<void> {
  repository = await user.repository(scripts, {
    [CONFIG]: JSON.stringify({ agent: { name: 'scripted' }, attempts: 1 }),
  });
}

const type = (...args: string[]): Promise<Ran> => user.call(args, { cwd: repository.directory });

async function create(...args: string[]): Promise<string> {
  const { doc } = await user.json(['batch', 'create', ...args], { cwd: repository.directory });
  return asBatch(doc).id;
}

describe('delete', () => {
  it('hides a batch, cancelled if it was open, until it is restored', async () => {
    await inRepository({ a: 'write a.txt a' });
    const id = await create('a', '--name', 'Gone');
    const deleted = await type('batch', 'delete', 'Gone');
    expect(deleted).toMatchObject({ exit: 0, out: expect.stringContaining(`nightloom batch restore ${id}`) });
    expect((await type('batch', 'list', '--project', '.')).out).toContain('No batches.');
    expect((await type('batch', 'list', '--project', '.', '--deleted')).out).toContain(id);
    const hidden = await type('batch', 'show', id);
    expect(hidden.exit).toBe(4);
    expect(hidden.err).toContain(`Next: nightloom batch restore ${id}`);
    expect((await type('batch', 'restore', 'Gone')).out).toContain('cancelled');
    expect(await showBatch(user, id)).toMatchObject({ status: 'cancelled', deletedAt: null });
  });
});

describe('a project file that changed', () => {
  it('is shown before it is trusted; creating a batch does not trust it', async () => {
    await inRepository({ a: 'write a.txt a', b: 'write b.txt b' });
    expect((await type('project', 'add')).exit).toBe(0);
    const changed = { agent: { name: 'scripted' }, attempts: 1, verify: ['test -d .git/. || test -e .git'] };
    await repository.write(CONFIG, JSON.stringify(changed));
    const made = await type('batch', 'create', 'a', '--name', 'Wary', '--start');
    expect(made.err).toContain('changed since you trusted it. The batch waits until `nightloom project trust');
    const held = await until('the hold', async () => {
      const { out } = await type('batch', 'show', 'Wary');
      return out.includes('on hold') ? out : null;
    });
    expect(held).toContain('changed since it was trusted');
    const trusted = await type('project', 'trust');
    expect(trusted.err).toContain('changed since you trusted it.');
    expect(trusted.err).toContain('verify: test -d .git/.');
    const resumed = await type('batch', 'resume', 'Wary');
    expect(resumed.out).toContain('its hold (environment) is over, it is tried again now');
    const ran = await user.json(['run', 'b', '--yes'], { cwd: repository.directory });
    expect(ran.err).not.toContain('changed since you trusted it');
    expect(asBatch(ran.doc).counts.completed).toBe(1);
  });
});
