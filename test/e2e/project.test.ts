/** Projects, their settings, and which requirements are taken. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { asBatch, runToEnd } from './support/batch.ts';
import { makeUser } from './support/user.ts';
import type { User } from './support/user.ts';

let user: User;

beforeAll(async () => {
  user = await makeUser(inject('temporalAddress'));
});

afterAll(() => user.leave());

const SCRIPTED = JSON.stringify({ agent: { name: 'scripted' }, attempts: 1 });

describe('project', () => {
  it('add prints the commands that are trusted with it; list and show know it; remove forgets it', async () => {
    const repository = await user.repository(
      { a: 'write a.txt a' },
      { 'nightloom.config.json': JSON.stringify({ verify: ['sh check.sh'] }) },
    );
    const cwd = repository.directory;
    const added = await user.call(['project', 'add', '--name', 'Kept'], { cwd });
    expect(added.exit).toBe(0);
    expect(added.out).toContain('verify: sh check.sh');
    expect(added.out).toContain('Claude may edit files');
    const { doc } = await user.json(['project', 'list']);
    expect(doc).toContainEqual(expect.objectContaining({ name: 'Kept', path: cwd }));
    const shown = await user.json(['project', 'show', 'Kept']);
    expect(shown.doc).toMatchObject({ requirements: [{ name: 'a', title: 'a', gitState: 'tracked' }] });
    expect((await user.call(['project', 'remove', 'Kept'])).exit).toBe(0);
    expect((await user.call(['project', 'show', 'Kept'])).exit).toBe(4);
    expect(await repository.git(['status', '--porcelain'])).toBe('');
  });
});

describe('settings of the project', () => {
  it('verify, setup and workspace.copy of nightloom.config.yaml are used', async () => {
    const config = [
      'agent: { name: scripted }',
      'setup: ["cp .env made-by-setup"]',
      'verify: ["grep -q SECRET .env", "test -e made-by-setup"]',
      'workspace: { copy: [".env"] }',
    ].join('\n');
    const repository = await user.repository(
      { a: 'write a.txt a' },
      { 'nightloom.config.yaml': config, '.gitignore': '.env\nmade-by-setup\n' },
    );
    await repository.write('.env', 'SECRET=1\n');
    const { doc, exit } = await user.json(['run', 'a'], { cwd: repository.directory });
    expect(exit).toBe(0);
    const batch = asBatch(doc);
    expect(batch.tasks[0]).toMatchObject({ verified: 'passed', verification: [{ passed: true }, { passed: true }] });
    const files = await repository.git(['show', '--name-only', '--format=', `${batch.branch}`]);
    expect(files.split('\n')).toEqual(['.claude/commands/a.md', 'a.txt']);
  });

  it('[P7] --in-place commits in the checkout and leaves untracked files alone', async () => {
    const repository = await user.repository({ a: 'write a.txt a' });
    await repository.write('mine.txt', 'not yours');
    const { exit, batch } = await runToEnd(user, repository.directory, ['--in-place']);
    expect(exit).toBe(0);
    expect(await repository.git(['rev-parse', 'main'])).toBe(batch.tasks[0]?.commit);
    expect(await repository.git(['status', '--porcelain'])).toBe('?? mine.txt');
    expect(await repository.read('.claude/commands/a.md')).toBeNull();
  });
});

describe('which requirements', () => {
  it('what an undelivered branch resolves is not taken again, but with --again', async () => {
    const repository = await user.repository({ a: 'write a.txt a' }, { 'nightloom.config.json': SCRIPTED });
    const cwd = repository.directory;
    const first = await runToEnd(user, cwd, ['--name', 'One']);
    const nothing = await user.call(['run'], { cwd });
    expect(nothing.exit).toBe(2);
    expect(nothing.err).toContain(`${first.batch.branch}`);
    expect(nothing.err).toContain('--again');
    const named = await user.call(['run', 'a'], { cwd });
    expect(named.exit).toBe(5);
    const again = await runToEnd(user, cwd, ['--again', '--name', 'Two']);
    expect(again.batch.counts.completed).toBe(1);
    expect(again.batch.branch).not.toBe(first.batch.branch);
  });
});
