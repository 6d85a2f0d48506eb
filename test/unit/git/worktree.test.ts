import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { discardWork, resetForAttempt } from '../../../src/host/git/attempt.ts';
import { readOwnership } from '../../../src/host/git/ownership.ts';
import { prepareDetachedWorktree, prepareWorktree, removeCleanWorktree } from '../../../src/host/git/worktree.ts';
import { salvage } from '../../../src/host/git/salvage.ts';
import { workTree } from '../../../src/host/git/trees.ts';
import { makeRepository } from '../../support/git-repository.ts';
import type { TestRepository } from '../../support/git-repository.ts';
import { BATCH, makeFixture, OTHER_TASK, TASK } from './fixture.ts';
import type { Fixture } from './fixture.ts';

describe('prepareWorktree', () => {
  let repository: TestRepository;
  let directory: string;
  beforeEach(async () => {
    repository = await makeRepository({ 'a.txt': 'a\n', '.gitignore': 'ignored\n' });
    directory = join(repository.root, 'state', 'worktree');
  });
  afterEach(() => repository.remove());
  const prepare = (batch = BATCH, at = directory): ReturnType<typeof prepareWorktree> =>
    prepareWorktree({ repository: repository.directory, directory: at, batch, slug: 'evening' });

  it('[P7] leaves checkout, index and branch of the user as they are', async () => {
    await repository.write('a.txt', 'mine\n');
    await repository.write('new.txt', 'mine\n');
    const before = await repository.git(['status', '--porcelain', '--branch']);
    const head = await repository.git(['rev-parse', 'HEAD']);
    expect(await prepare()).toMatchObject({ branch: 'nightloom/evening', base: head, tip: head, created: true });
    expect(await repository.git(['status', '--porcelain', '--branch'])).toBe(before);
    expect(await repository.read('a.txt', { in: directory })).toBe('a\n');
  });

  it('finds its worktree and base again, also when the user has moved on', async () => {
    const first = await prepare();
    await repository.commit('later', { 'b.txt': 'b\n' });
    expect(await prepare()).toEqual({ ...first, created: false });
  });

  it('takes the next free name, and never a branch that only looks like ours', async () => {
    await repository.git(['branch', 'nightloom/evening']);
    await repository.git(['branch', 'nightloom/Evening-2']);
    expect((await prepare()).branch).toBe('nightloom/evening-3');
    expect((await prepare('b_0000000002', `${directory}-2`)).branch).toBe('nightloom/evening-4');
  });

  it('says so when a branch named nightloom is in the way', async () => {
    await repository.git(['branch', 'nightloom']);
    await expect(prepare()).rejects.toMatchObject({ code: 'branch_taken' });
  });

  it('refuses when its branch is checked out elsewhere', async () => {
    await prepare();
    await repository.git(['worktree', 'remove', '--force', directory]);
    await repository.git(['switch', '--quiet', 'nightloom/evening']);
    await expect(prepare()).rejects.toMatchObject({ code: 'branch_taken' });
  });

  it('without a branch: any number side by side, made right for an attempt, left without a trace', async () => {
    const places = [directory, `${directory}-2`, `${directory}-3`];
    const look = (at: string) =>
      prepareDetachedWorktree({ repository: repository.directory, directory: at, batch: BATCH });
    const made = await Promise.all(places.map(look));
    const head = await repository.git(['rev-parse', 'HEAD']);
    expect(made.map(({ base }) => base)).toEqual(places.map(() => head));
    await repository.commit('later', { 'b.txt': 'b\n' });
    expect(await look(directory)).toMatchObject({ base: head, created: false });
    await resetForAttempt({ directory, branch: null, task: TASK });
    await repository.git(['checkout', '--quiet', '-b', 'stray'], { in: directory });
    await repository.git(['commit', '--quiet', '--allow-empty', '-m', 'of the agent'], { in: directory });
    await writeFile(join(directory, 'new.txt'), 'x');
    await discardWork(directory, null);
    expect(await repository.git(['status', '--porcelain', '--branch'], { in: directory })).toContain('(no branch)');
    expect(await repository.git(['rev-parse', 'HEAD'], { in: directory })).toBe(head);
    for (const place of places)
      expect(await removeCleanWorktree(repository.directory, place)).toEqual({ removed: true });
    expect(await repository.git(['branch', '--list', 'nightloom/*'])).toBe('');
  });

  it('goes on after a death in the middle of `worktree add`', async () => {
    await prepare();
    await rm(`${directory}.owner.json`);
    await rm(join(directory, 'a.txt'));
    await writeFile(join(repository.directory, '.git/worktrees/worktree/locked'), 'initializing');
    const again = await prepare();
    expect(again).toMatchObject({ created: true, movedAside: null, branch: 'nightloom/evening' });
    expect(await repository.git(['status', '--porcelain'], { in: directory })).toBe('');
  });

  it('goes on when the branch was made and the worktree was not, or its directory is gone', async () => {
    await prepare();
    await rm(directory, { recursive: true });
    expect(await prepare()).toMatchObject({ created: true, branch: 'nightloom/evening' });
    await repository.git(['worktree', 'remove', '--force', directory]);
    expect(await prepare()).toMatchObject({ created: true, branch: 'nightloom/evening' });
  });

  it('[P7] moves a directory that is in the way aside, with all that is in it', async () => {
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, 'precious'), 'x');
    const prepared = await prepare();
    expect(prepared.movedAside).toBe(`${directory}.leftover-1`);
    expect(await repository.read('precious', { in: `${directory}.leftover-1` })).toBe('x');
  });

  it('needs a commit and a repository', async () => {
    const empty = join(repository.root, 'empty');
    await mkdir(empty);
    const request = { repository: empty, directory, batch: BATCH, slug: 'evening' };
    await expect(prepareWorktree(request)).rejects.toMatchObject({ code: 'not_a_repository' });
    await repository.git(['init', '--quiet'], { in: empty });
    await expect(prepareWorktree(request)).rejects.toMatchObject({ code: 'no_commit' });
    await expect(prepareWorktree({ ...request, repository: join(empty, 'no') })).rejects.toMatchObject({
      code: 'repository_gone',
    });
  });

  it('removes a worktree only when nothing in it is unsaved', async () => {
    await prepare();
    await writeFile(join(directory, 'new.txt'), 'x');
    expect(await removeCleanWorktree(repository.directory, directory)).toEqual({
      removed: false,
      reason: 'uncommitted',
    });
    await rm(join(directory, 'new.txt'));
    await repository.git(['checkout', '--quiet', '--detach'], { in: directory });
    await repository.git(['commit', '--quiet', '--allow-empty', '-m', 'astray'], { in: directory });
    expect(await removeCleanWorktree(repository.directory, directory)).toEqual({
      removed: false,
      reason: 'commits_off_branch',
    });
    await repository.git(['switch', '--quiet', 'nightloom/evening'], { in: directory });
    expect(await removeCleanWorktree(repository.directory, directory)).toEqual({ removed: true });
    expect(await removeCleanWorktree(repository.directory, directory)).toEqual({ removed: true });
    expect(await repository.git(['worktree', 'list', '--porcelain'])).not.toContain(directory);
    expect(await repository.git(['branch', '--list', 'nightloom/evening'])).toContain('evening');
  });
});

describe('an attempt in a worktree', () => {
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await makeFixture({ 'a.txt': 'a\n', '.gitignore': 'ignored\n' });
  });
  afterEach(() => fixture.repository.remove());
  const reset = (task: string): ReturnType<typeof resetForAttempt> =>
    resetForAttempt({ directory: fixture.worktree, branch: fixture.branch, task });
  const note = async (): Promise<object> => ({ ...(await readOwnership(fixture.worktree)) });
  const content = (path: string): Promise<string | null> => fixture.repository.read(path, { in: fixture.worktree });

  it('goes on with its own work, commits and files', async () => {
    await fixture.edit('a.txt', 'one\n');
    await fixture.agent('commit', '-am', 'mine');
    await fixture.edit('new.txt', 'two\n');
    expect(await reset(TASK)).toEqual({ base: fixture.base, savedRef: null, ownWork: 'continued' });
    expect(await content('new.txt')).toBe('two\n');
  });

  it("keeps another task's work in its ref and gives it back when that task goes on", async () => {
    await fixture.edit('a.txt', 'one\n');
    await fixture.agent('commit', '-am', 'mine');
    await fixture.edit('new.txt', 'two\n');
    await fixture.edit('ignored', 'secret\n');
    expect(await reset(OTHER_TASK)).toEqual({
      base: fixture.base,
      savedRef: `refs/nightloom/wip/${TASK}`,
      ownWork: 'none',
    });
    expect([await content('a.txt'), await content('new.txt'), await content('ignored')]).toEqual([
      'a\n',
      null,
      'secret\n',
    ]);

    await fixture.edit('other.txt', 'x\n');
    const trailers = { task: OTHER_TASK, batch: BATCH, attempt: 1, requirement: null };
    const done = await fixture.commit({ trailers, intentFile: join(fixture.repository.root, 'other/intent.json') });
    const base = 'sha' in done ? done.sha : '';
    expect(await reset(TASK)).toEqual({ base, savedRef: null, ownWork: 'restored' });
    expect([await content('a.txt'), await content('new.txt'), await content('other.txt')]).toEqual([
      'one\n',
      'two\n',
      'x\n',
    ]);
    expect(await fixture.repository.git(['for-each-ref', 'refs/nightloom/wip'])).toBe('');
    expect(await reset(TASK)).toMatchObject({ ownWork: 'continued' });
  });

  it('keeps work that no longer fits in a ref', async () => {
    await fixture.edit('a.txt', 'one\n');
    await reset(OTHER_TASK);
    await fixture.edit('a.txt', 'other\n');
    const trailers = { task: OTHER_TASK, batch: BATCH, attempt: 1, requirement: null };
    await fixture.commit({ trailers, intentFile: join(fixture.repository.root, 'other/intent.json') });
    expect(await reset(TASK)).toMatchObject({ ownWork: 'conflict' });
    expect(await content('a.txt')).toBe('other\n');
    expect(await fixture.agent('status', '--porcelain')).toBe('');
    expect(await fixture.repository.git(['show', `refs/nightloom/wip/conflict-${TASK}:a.txt`])).toBe('one');
  });

  it('comes back to the start from wherever the agent went', async () => {
    await fixture.agent('checkout', '--quiet', '--orphan', 'empty');
    await fixture.edit('lost.txt', 'x\n');
    const { base, savedRef, ownWork } = await reset(TASK);
    expect([base, ownWork]).toEqual([fixture.base, 'none']);
    expect(savedRef).toMatch(`refs/nightloom/wip/strayed-${TASK}-`);
    expect(await fixture.agent('symbolic-ref', '--short', 'HEAD')).toBe(fixture.branch);
    expect(await fixture.agent('status', '--porcelain')).toBe('');
    expect(await fixture.repository.git(['show', `${savedRef}:lost.txt`])).toBe('x');
  });

  it('keeps the work of a failed attempt, untracked files too, and takes it back', async () => {
    await fixture.edit('a.txt', 'one\n');
    await fixture.agent('commit', '-am', `mine\n\nNightloom-Task: ${TASK}`);
    await fixture.edit('dir/new.txt', 'two\n');
    await fixture.edit('ignored', 'x\n');
    const before = await fixture.agent('status', '--porcelain', '--branch');
    const request = { directory: fixture.worktree, task: TASK, attempt: 1, batch: BATCH, base: fixture.base };
    const ref = await salvage(request);
    expect(ref).toBe(`refs/nightloom/salvage/${TASK}/1`);
    expect(await fixture.agent('status', '--porcelain', '--branch')).toBe(before);
    expect(await fixture.repository.git(['ls-tree', '-r', '--name-only', String(ref)])).toBe(
      '.gitignore\na.txt\ndir/new.txt',
    );
    expect(
      await fixture.repository.git(['log', '-1', '--format=%(trailers:key=Nightloom-Task,valueonly)', String(ref)]),
    ).toBe('');
    await discardWork(fixture.worktree, fixture.branch);
    await discardWork(fixture.worktree, fixture.branch);
    expect(await fixture.commits()).toEqual([]);
    expect([await content('a.txt'), await content('dir/new.txt'), await content('ignored')]).toEqual([
      'a\n',
      null,
      'x\n',
    ]);
    expect(await salvage(request)).toBe(ref);
    expect(await salvage({ ...request, attempt: 2 })).toBeNull();
  });

  it('never replaces kept work by the rest that a crash in the clean-up left', async () => {
    await fixture.edit('a.txt', 'one\n');
    await fixture.edit('new.txt', 'two\n');
    const request = { directory: fixture.worktree, task: TASK, attempt: 1, batch: BATCH, base: fixture.base };
    const ref = await salvage(request);
    await fixture.agent('reset', '--quiet', '--hard');
    expect(await salvage(request)).toBe(ref);
    expect(await fixture.repository.git(['show', `${ref}:a.txt`])).toBe('one');

    await fixture.edit('a.txt', 'three\n');
    const first = await reset(OTHER_TASK);
    expect(first.savedRef).toBe(`refs/nightloom/wip/${TASK}`);
    await writeFile(`${fixture.worktree}.owner.json`, JSON.stringify({ ...(await note()), task: null }));
    await fixture.edit('new.txt', 'the rest\n');
    expect((await reset(OTHER_TASK)).savedRef).toMatch(`refs/nightloom/wip/unowned-before-${OTHER_TASK}-`);
    expect(await fixture.repository.git(['show', `refs/nightloom/wip/${TASK}:a.txt`])).toBe('three');
  });

  it('loses no repository that the agent made inside the worktree, and gives it to no other task', async () => {
    await fixture.agent('init', '--quiet', 'inner');
    await fixture.edit('inner/work.txt', 'x\n');
    await fixture.edit('a.txt', 'one\n');
    await expect(fixture.commit()).rejects.toMatchObject({ code: 'commit_rejected' });
    await salvage({ directory: fixture.worktree, task: TASK, attempt: 1, batch: BATCH, base: fixture.base });
    await discardWork(fixture.worktree, fixture.branch);
    expect(await fixture.agent('status', '--porcelain')).toBe('');
    expect(await content('inner/work.txt')).toBeNull();
    const state = join(fixture.worktree, '..');
    const [leftover = ''] = (await readdir(state)).filter((name) => name.includes('.leftover-'));
    expect(await fixture.repository.read('inner/work.txt', { in: join(state, leftover) })).toBe('x\n');
  });

  it('tells equal working trees by their id, and leaves the index alone', async () => {
    const clean = await workTree(fixture.worktree);
    expect(clean).toBe(await fixture.agent('rev-parse', 'HEAD^{tree}'));
    await fixture.edit('new.txt', 'x\n');
    const dirty = await workTree(fixture.worktree);
    expect(dirty).not.toBe(clean);
    expect(await fixture.agent('diff', '--cached', '--name-only')).toBe('');
    await fixture.agent('add', '--all');
    expect(await workTree(fixture.worktree)).toBe(dirty);
  });
});
