import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { requirementFile, script, startInstallation } from '../support/installation.ts';
import type { TestInstallation } from '../support/installation.ts';
import { attemptsOf, pathsIn, recorded, statuses } from '../support/night.ts';

let installation: TestInstallation;
beforeAll(async () => {
  installation = await startInstallation(inject('temporalAddress'), { 'README.md': '# Test\n' });
});
afterAll(() => installation.stop());

const FILE = requirementFile('a');
const TEXT = script('a', 'write a.txt 1');
const SLOW = script('a', 'sleep 1500ms', 'write a.txt 1');

describe('[P3] the requirement file', () => {
  it('tracked: gone in the commit, left in the checkout until delivery', async () => {
    const { repository, createBatch } = await installation.project({ 'README.md': '# Test\n', [FILE]: TEXT });
    const { batch, tasks } = await createBatch(['a']);
    await installation.command(batch, 'start');
    await installation.until(batch, (each) => each.status === 'completed');
    const { commit } = await recorded(installation, tasks[0]);
    expect(await pathsIn(repository, commit ?? '')).toEqual(['README.md', 'a.txt']);
    expect(await repository.read(FILE)).toBe(TEXT);
    expect(await repository.git(['status', '--porcelain'])).toBe('');
    expect(
      await repository.git(['log', '-1', '--format=%(trailers:key=Nightloom-Requirement,valueonly)', commit ?? '']),
    ).toMatch(/^a@[0-9a-f]{64}$/m);
  });

  it('tracked with edits of the user: the edited text counts, the edits stay in the checkout', async () => {
    const { repository, createBatch } = await installation.project({ 'README.md': '# Test\n', [FILE]: TEXT });
    const edited = script('a', 'write edited.txt 1');
    await repository.write(FILE, edited);
    const { batch, tasks } = await createBatch(['a']);
    await installation.command(batch, 'start');
    await installation.until(batch, (each) => each.status === 'completed');
    const { commit } = await recorded(installation, tasks[0]);
    expect(await pathsIn(repository, commit ?? '')).toEqual(['README.md', 'edited.txt']);
    expect(await repository.read(FILE)).toBe(edited);
    expect(await repository.git(['status', '--porcelain'])).toBe(` M ${FILE}`);
  });

  it.each(['untracked', 'ignored'])('%s: never in a commit, gone from the checkout after it', async (kind) => {
    const { repository, createBatch } = await installation.project({
      'README.md': '# Test\n',
      '.gitignore': kind === 'ignored' ? '.claude/\n' : '',
    });
    await repository.write(FILE, TEXT);
    const { batch, tasks } = await createBatch(['a']);
    await installation.command(batch, 'start');
    await installation.until(batch, (each) => each.status === 'completed');
    const { commit, notes } = await recorded(installation, tasks[0]);
    expect(await pathsIn(repository, commit ?? '')).toEqual(['.gitignore', 'README.md', 'a.txt']);
    expect(await repository.read(FILE)).toBeNull();
    expect(notes).toEqual([]);
  });

  it('untracked, of a task that failed: still there', async () => {
    const { repository, createBatch } = await installation.project({ 'README.md': '# Test\n' });
    await repository.write(FILE, script('a', 'write a.txt 1', 'fail no'));
    const { batch } = await createBatch(['a'], { attempts: 1 });
    await installation.command(batch, 'start');
    const state = await installation.until(batch, (each) => each.status === 'completed');
    expect(statuses(state)).toEqual(['failed']);
    expect(await repository.read(FILE)).not.toBeNull();
  });

  it('changed by the user while the task runs: left, and said so', async () => {
    const { repository, createBatch } = await installation.project({ 'README.md': '# Test\n' });
    await repository.write(FILE, SLOW);
    const { batch, tasks } = await createBatch(['a']);
    await installation.command(batch, 'start');
    await installation.until(batch, (each) => each.tasks[0]?.status === 'running');
    await repository.write(FILE, `${SLOW}\nAnd another wish.\n`);
    await installation.until(batch, (each) => each.status === 'completed');
    expect(await repository.read(FILE)).toContain('another wish');
    const { notes } = await recorded(installation, tasks[0]);
    expect(notes.join(' ')).toContain(FILE);
  });

  it('can be run again after it was done', async () => {
    const { repository, createBatch } = await installation.project({ 'README.md': '# Test\n' });
    for (const text of [TEXT, script('a', 'write again.txt 1')]) {
      await repository.write(FILE, text);
      const { batch } = await createBatch(['a']);
      await installation.command(batch, 'start');
      const state = await installation.until(batch, (each) => each.status === 'completed');
      expect(statuses(state)).toEqual(['completed']);
    }
    expect(await pathsIn(repository, 'nightloom/night-2')).toEqual(['README.md', 'again.txt']);
  });
});

describe('in place', () => {
  const IN_PLACE = { workspace: { mode: 'in-place' } } as const;

  it('[P2] [P3] [P7] commits on the checked out branch, never adds files that were untracked', async () => {
    const { repository, createBatch } = await installation.project({ 'README.md': '# Test\n', [FILE]: TEXT });
    await repository.write('notes.txt', 'mine');
    await repository.write(requirementFile('b'), script('b', 'write b.txt 1', 'append notes.txt and of the agent'));
    const { batch, tasks } = await createBatch(['a', 'b'], IN_PLACE);
    const base = await repository.git(['rev-parse', 'main']);
    await installation.command(batch, 'start');
    const state = await installation.until(batch, (each) => each.status === 'completed');
    expect(statuses(state)).toEqual(['completed', 'completed']);
    expect((await repository.git(['log', '--format=%s', `${base}..main`])).split('\n')).toEqual([
      'Auto-commit: b',
      'Auto-commit: a',
    ]);
    expect(await pathsIn(repository, 'main')).toEqual(['README.md', 'a.txt', 'b.txt']);
    expect(await repository.read(FILE)).toBeNull();
    expect(await repository.read(requirementFile('b'))).toBeNull();
    expect(await repository.read('notes.txt')).toContain('mine');
    expect(await repository.git(['status', '--porcelain'])).toBe('?? notes.txt');
    expect((await recorded(installation, tasks[1])).commit).toBe(await repository.git(['rev-parse', 'main']));
  });

  it('[P7] a failed task is taken back, and what was there before is there again', async () => {
    const { repository, createBatch } = await installation.project({
      'README.md': '# Test\n',
      [FILE]: script('a', 'write a.txt 1', 'write notes.txt gone', 'append README.md changed', 'fail no'),
    });
    await repository.write('notes.txt', 'mine');
    const { batch, tasks } = await createBatch(['a'], { ...IN_PLACE, attempts: 1 });
    await installation.command(batch, 'start');
    const state = await installation.until(batch, (each) => each.status === 'completed');
    expect(statuses(state)).toEqual(['failed']);
    expect(await repository.git(['status', '--porcelain'])).toBe('?? notes.txt');
    expect(await repository.read('notes.txt')).toBe('mine');
    const { salvageRef } = await recorded(installation, tasks[0]);
    expect(await repository.git(['show', `${salvageRef}:a.txt`])).toBe('1');
  });

  it('goes on with its own work after a limit, although the checkout is dirty then', async () => {
    const { repository, createBatch } = await installation.project({
      'README.md': '# Test\n',
      [FILE]: script('a', 'append README.md one', 'limit 1h', 'append README.md two'),
    });
    const { batch, tasks } = await createBatch(['a'], IN_PLACE);
    await installation.command(batch, 'start');
    await installation.until(batch, (each) => each.hold !== null);
    await installation.command(batch, 'skipWait');
    const state = await installation.until(batch, (each) => each.status === 'completed');
    expect(statuses(state)).toEqual(['completed']);
    expect(await repository.git(['show', 'main:README.md'])).toBe('# Test\none\ntwo');
    expect(await attemptsOf(installation, tasks[0])).toHaveLength(2);
  });

  it('holds while the checkout has uncommitted changes of the user', async () => {
    const { repository, createBatch } = await installation.project({ 'README.md': '# Test\n', [FILE]: TEXT });
    await repository.write('README.md', 'changed');
    const { batch } = await createBatch(['a'], IN_PLACE);
    await installation.command(batch, 'start');
    const held = await installation.until(batch, (each) => each.hold !== null);
    expect(held.hold?.message).toContain('uncommitted');
    expect(await repository.read('README.md')).toBe('changed');
    await repository.git(['checkout', '--', 'README.md']);
    await installation.command(batch, 'skipWait');
    await installation.until(batch, (each) => each.status === 'completed');
  });

  it('lets another batch have the checkout once it was cancelled, also when nothing was ever prepared', async () => {
    const { repository, createBatch } = await installation.project({
      'README.md': '# Test\n',
      [FILE]: TEXT,
      [requirementFile('b')]: script('b', 'write b.txt 1'),
    });
    const first = await createBatch(['a'], { ...IN_PLACE, setup: ['false'] });
    await installation.command(first.batch, 'start');
    await installation.until(first.batch, (each) => each.hold !== null);
    const second = await createBatch(['b'], IN_PLACE);
    await installation.command(second.batch, 'start');
    const held = await installation.until(second.batch, (each) => each.hold !== null);
    expect(held.hold?.message).toContain(first.batch);
    await installation.command(first.batch, 'cancel');
    await installation.until(first.batch, (each) => each.completedAtMs !== null);
    await installation.command(second.batch, 'skipWait');
    await installation.until(second.batch, (each) => each.status === 'completed');
    expect(await repository.git(['log', '-1', '--format=%s'])).toBe('Auto-commit: b');
  });
});

describe('without commits', () => {
  const NO_COMMIT = { git: { commit: false } } as const;

  it('leaves each change in the checkout and its tree under a ref; a failed task is taken back', async () => {
    const { repository, createBatch } = await installation.project({
      'README.md': '# Test\n',
      [FILE]: TEXT,
      [requirementFile('b')]: script('b', 'write b.txt 1', 'append a.txt broken', 'fail no'),
      [requirementFile('c')]: script('c', 'append a.txt 2'),
    });
    const base = await repository.git(['rev-parse', 'HEAD']);
    const { batch, tasks } = await createBatch(['a', 'b', 'c'], { ...NO_COMMIT, attempts: 1 });
    await installation.command(batch, 'start');
    const state = await installation.until(batch, (each) => each.status === 'completed');
    expect(statuses(state)).toEqual(['completed', 'failed', 'completed']);
    expect(await repository.git(['rev-parse', 'HEAD'])).toBe(base);
    expect(await repository.read('a.txt')).toBe('1\n2\n');
    expect(await repository.read('b.txt')).toBeNull();
    expect(await repository.git(['show', `refs/nightloom/tasks/${tasks[0]}:a.txt`])).toBe('1');
    expect(await repository.git(['show', `refs/nightloom/tasks/${tasks[2]}:a.txt`])).toBe('1\n2');
    await expect(repository.git(['rev-parse', '--verify', `refs/nightloom/tasks/${tasks[1]}`])).rejects.toThrow();
    expect(await recorded(installation, tasks[0])).toMatchObject({ commit: null });
    expect(await repository.read(FILE)).toBeNull();
    expect(await repository.read(requirementFile('b'))).not.toBeNull();
    expect(await repository.read(requirementFile('c'))).toBeNull();
  });

  it('[P3] leaves a requirement that the user changed while the task ran', async () => {
    const { repository, createBatch } = await installation.project({ 'README.md': '# Test\n', [FILE]: SLOW });
    const { batch, tasks } = await createBatch(['a'], NO_COMMIT);
    await installation.command(batch, 'start');
    await installation.until(batch, (each) => each.tasks[0]?.status === 'running');
    await repository.write(FILE, 'another wish');
    await installation.until(batch, (each) => each.status === 'completed');
    expect(await repository.read(FILE)).toBe('another wish');
    expect((await recorded(installation, tasks[0])).notes.join(' ')).toContain(FILE);
  });

  it("an agent's own commits stay where they are, and are told", async () => {
    const { repository, createBatch } = await installation.project({
      'README.md': '# Test\n',
      [FILE]: script('a', 'write a.txt 1', 'commit Mine'),
    });
    const base = await repository.git(['rev-parse', 'HEAD']);
    const { batch, tasks } = await createBatch(['a'], NO_COMMIT);
    await installation.command(batch, 'start');
    const state = await installation.until(batch, (each) => each.status === 'completed');
    expect(statuses(state)).toEqual(['completed']);
    expect(await repository.git(['log', '--format=%s', `${base}..HEAD`])).toBe('Mine');
    const { commit, notes } = await recorded(installation, tasks[0]);
    expect(commit).toBeNull();
    expect(notes.join(' ')).toContain(base);
  });
});
