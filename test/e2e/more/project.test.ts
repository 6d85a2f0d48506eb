/** Projects from anywhere, settings that fail, requirements that are left alone, and what may be cleared away. */
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { asBatch, runToEnd, taskOf, untilBatch } from '../support/batch.ts';
import { LAUNCHER, makeUser, requirement } from '../support/user.ts';
import type { User } from '../support/user.ts';

let user: User;

beforeAll(async () => {
  user = await makeUser(inject('temporalAddress'));
});

afterAll(() => user.leave());

const SCRIPTED = JSON.stringify({ agent: { name: 'scripted' }, attempts: 1 });

describe('where it is called', () => {
  it('a subfolder, and a symlink of the launcher, do the same as the top of the repository', async () => {
    const repository = await user.repository({ a: 'write a.txt a' });
    const cwd = join(repository.directory, 'deep', 'er');
    await mkdir(cwd, { recursive: true });
    const link = join(user.root, 'nightloom-link');
    await symlink(LAUNCHER, link);
    const ran = await user.call(['run', 'a', '--agent', 'scripted'], { cwd, launcher: link });
    expect(ran).toMatchObject({ exit: 0, out: expect.stringContaining('1 completed') });
    const version = await user.call(['--version'], { launcher: link, cwd: '/' });
    expect(version.out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('project', () => {
  it('config says of each setting where it comes from', async () => {
    const repository = await user.repository({}, { 'nightloom.config.yaml': 'agent:\n  model: small\n' });
    const cwd = repository.directory;
    await user.call(['project', 'add'], { cwd });
    const { doc } = await user.json(['config', '--timeout', '45m'], { cwd });
    expect(Object(doc).origins).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ key: 'agent.model', value: 'small', source: 'project' }),
        expect.objectContaining({ key: 'agent.timeout', value: '45m', source: 'flags' }),
        expect.objectContaining({ key: 'agent.name', value: 'claude', source: 'built-in' }),
      ]),
    );
    expect((await user.call(['config'], { cwd })).out).toMatch(/agent\.model +"small" +project/);
  });
});

describe('settings of the project', () => {
  it('a failing setup holds the batch with its output and exit 6, and resume tries it again', async () => {
    const repository = await user.repository(
      { a: 'write a.txt a' },
      { 'nightloom.config.json': JSON.stringify({ agent: { name: 'scripted' }, setup: ['echo boom-42 >&2; exit 3'] }) },
    );
    const ran = await user.call(['run', '--name', 'Setup'], { cwd: repository.directory });
    expect(ran.exit).toBe(6);
    expect(ran.err).toContain('boom-42');
    expect(ran.err).toContain('nightloom batch resume');
    expect((await user.call(['batch', 'cancel', 'Setup'], { cwd: repository.directory })).exit).toBe(0);
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

  it("[P7] a failed task --in-place keeps its own work, none of the user's files, and takes the checkout back", async () => {
    const repository = await user.repository({ a: 'fail No.', b: 'write b.txt b\ndelete README.md\nfail No.' });
    await repository.write('mine.txt', 'not yours');
    const { exit, batch } = await runToEnd(user, repository.directory, ['--in-place']);
    expect(exit).toBe(1);
    expect(taskOf(batch, 'a').salvageRef).toBeNull();
    const kept = await repository.git(['show', '--format=', '--name-status', `${taskOf(batch, 'b').salvageRef}`]);
    expect(kept.split('\n')).toEqual(['D\tREADME.md', 'A\tb.txt']);
    expect(await repository.git(['status', '--porcelain'])).toBe('?? mine.txt');
    expect(await repository.read('mine.txt')).toBe('not yours');
  });

  it('--agent-command takes a JSON array, with the prompt on standard input', async () => {
    const repository = await user.repository({ a: 'write a.txt a' });
    const argv = JSON.stringify(['sh', '-c', 'cat > prompt.txt; echo "$1" > argument.txt', 'sh', 'two words']);
    const { doc, exit } = await user.json(['run', '--agent-command', argv], { cwd: repository.directory });
    expect(exit).toBe(0);
    const batch = asBatch(doc);
    expect(batch.tasks[0]).toMatchObject({ agent: 'command', costUsd: null });
    expect(batch.costUsd).toBeNull();
    expect(await repository.git(['show', `${batch.branch}:prompt.txt`])).toContain('Do it.');
    expect(await repository.git(['show', `${batch.branch}:argument.txt`])).toBe('two words');
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

  it('slash commands and unusable files are left alone and named; a named slash command runs', async () => {
    const repository = await user.repository(
      { plain: 'write p.txt p' },
      {
        'nightloom.config.json': SCRIPTED,
        '.claude/commands/review.md': `---\ndescription: Review\n---\n${requirement('Review', 'write r.txt r')}`,
        '.claude/commands/sub/nested.md': '# Nested\n',
        '.claude/commands/hollow.md': '',
      },
    );
    const cwd = repository.directory;
    const first = await user.call(['run', '--name', 'First'], { cwd });
    expect(first.exit).toBe(0);
    expect(first.err).toMatch(/hollow.*empty/i);
    expect((await showBatchNames(cwd, 'First')).join()).toBe('plain');
    const second = await user.json(['run', 'review'], { cwd });
    expect(asBatch(second.doc).tasks).toMatchObject([{ name: 'review', status: 'completed' }]);
  });

  it('prune lists what would go and keeps unmerged work', async () => {
    const repository = await user.repository({ a: 'write a.txt a' });
    const { batch } = await runToEnd(user, repository.directory, ['--name', 'Prunable']);
    const branch = `${batch.branch}`;
    const kept = await user.call(['prune', '--dry-run']);
    expect(kept.exit).toBe(0);
    expect(kept.out).toMatch(new RegExp(`kept +branch +${branch}`));
    await repository.git(['merge', '--quiet', branch]);
    await untilBatch(user, batch.id, ({ projects }) => projects[0]?.merged === true);
    expect((await user.call(['prune', '--dry-run'])).out).toMatch(new RegExp(`would be removed +branch +${branch}`));
    expect(await repository.git(['branch', '--list', branch])).toContain(branch);
    expect((await user.call(['prune'])).exit).toBe(0);
    expect(await repository.git(['branch', '--list', branch])).toBe('');
  });
});

async function showBatchNames(cwd: string, name: string): Promise<string[]> {
  const { doc } = await user.json(['batch', 'show', name], { cwd });
  const done = await untilBatch(user, asBatch(doc).id, (batch) => batch.status === 'completed');
  return done.tasks.map((task) => task.name);
}
