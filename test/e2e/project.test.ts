/** Projects and their settings. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { asBatch } from './support/batch.ts';
import { makeUser } from './support/user.ts';
import type { User } from './support/user.ts';

let user: User;

beforeAll(async () => {
  user = await makeUser(inject('temporalAddress'));
});

afterAll(() => user.leave());

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
});
