import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commitTask } from '../../../src/host/git/commit.ts';
import type { CommitRequest } from '../../../src/host/git/commit.ts';
import { discardInPlace, restoreTree, snapshotTask, startInPlace } from '../../../src/host/git/in-place.ts';
import type { InPlaceStart } from '../../../src/host/git/in-place.ts';
import { salvage } from '../../../src/host/git/salvage.ts';
import { makeRepository } from '../../support/git-repository.ts';
import type { TestRepository } from '../../support/git-repository.ts';
import { BATCH, SHA256, TASK } from './fixture.ts';

let repository: TestRepository;
beforeEach(async () => {
  repository = await makeRepository({ 'a.txt': 'a\n', 'b.txt': 'b\n', '.gitignore': 'ignored\n' });
});
afterEach(() => repository.remove());

const request = (start: InPlaceStart): CommitRequest => ({
  directory: repository.directory,
  branch: start.branch,
  base: start.base,
  message: 'Auto-commit: first',
  trailers: { task: TASK, batch: BATCH, attempt: 1, requirement: { name: 'first', sha256: SHA256 } },
  intentFile: join(repository.root, 'run/intent.json'),
  keepAgentCommits: false,
  hooks: true,
  allowNoChange: false,
  inPlace: { untrackedBefore: start.untrackedBefore },
});

describe('in place', () => {
  it('refuses tracked changes, a detached HEAD and an open merge', async () => {
    await repository.write('a.txt', 'mine\n');
    await expect(startInPlace(repository.directory)).rejects.toMatchObject({
      code: 'checkout_dirty',
      details: { paths: ['a.txt'] },
    });
    await repository.git(['checkout', '--quiet', '--', '.']);
    await repository.git(['checkout', '--quiet', '--detach']);
    await expect(startInPlace(repository.directory)).rejects.toMatchObject({ code: 'detached_head' });
    await repository.git(['switch', '--quiet', 'main']);
    await repository.write('.git/MERGE_HEAD', `${await repository.git(['rev-parse', 'HEAD'])}\n`);
    await expect(startInPlace(repository.directory)).rejects.toMatchObject({ code: 'detached_head' });
  });

  it('[P7] never adds what was untracked before, and squashes nothing', async () => {
    for (const name of ['mine.txt', 'notes/-x', '🌙', ':(top)']) await repository.write(name, 'mine\n');
    const start = await startInPlace(repository.directory);
    await repository.write('a.txt', 'one\n');
    await repository.git(['commit', '-am', 'by the agent']);
    await repository.write('mine.txt', 'changed by the agent\n');
    await repository.write('notes/new.txt', 'new\n');
    await repository.write(':(glob)new', 'new\n');
    await rm(join(repository.directory, 'b.txt'));
    const first = await commitTask(request(start));
    expect(first.kind).toBe('committed');
    expect(await repository.git(['log', '--format=%s', `${start.base}..HEAD`])).toBe(
      'Auto-commit: first\nby the agent',
    );
    expect(await repository.git(['show', '--name-status', '--format=', 'HEAD'])).toBe(
      'A\t:(glob)new\nD\tb.txt\nA\tnotes/new.txt',
    );
    expect(await repository.git(['ls-files', '--others', '--exclude-standard', '-z'])).toBe(
      ':(top)\0mine.txt\0notes/-x\0🌙\0',
    );
    await repository.commit('the user goes on', { 'c.txt': 'c\n' });
    expect(await commitTask(request(start))).toEqual({ ...first, kind: 'already' });
  });

  it('calls a change of files that were untracked before no change', async () => {
    await repository.write('mine.txt', 'mine\n');
    const start = await startInPlace(repository.directory);
    await repository.write('mine.txt', 'changed\n');
    expect(await commitTask(request(start))).toEqual({ kind: 'no_change' });
  });

  it('does not commit onto another branch', async () => {
    const start = await startInPlace(repository.directory);
    await repository.git(['switch', '--quiet', '-c', 'else']);
    await repository.write('a.txt', 'one\n');
    expect(await commitTask(request(start))).toMatchObject({ kind: 'left_branch' });
  });

  it('[P2] takes a failed attempt back: commits, changes, deletions, new files; ignored ones stay', async () => {
    await repository.write('mine.txt', 'mine\n');
    const start = await startInPlace(repository.directory);
    await repository.write('a.txt', 'one\n');
    await repository.git(['commit', '-am', 'by the agent']);
    await rm(join(repository.directory, 'b.txt'));
    await rm(join(repository.directory, 'mine.txt'));
    await repository.write('deep/er/new.txt', 'new\n');
    await repository.write('ignored', 'x\n');
    await salvage({ directory: repository.directory, task: TASK, attempt: 1, batch: BATCH, base: start.base });
    await discardInPlace(repository.directory, start);
    await discardInPlace(repository.directory, start);
    expect(await repository.git(['rev-parse', 'HEAD'])).toBe(start.base);
    expect(await repository.git(['status', '--porcelain', '--ignored'])).toBe('?? mine.txt\n!! ignored');
    expect(await repository.read('mine.txt')).toBe('mine\n');
    expect(await repository.read('deep')).toBeNull();
    expect(await repository.git(['ls-tree', '-r', '--name-only', `refs/nightloom/salvage/${TASK}/1`])).toContain(
      'deep/er/new.txt',
    );
  });

  it("without commits keeps each task's tree, and takes a failed one back to the tree before", async () => {
    await repository.write('a.txt', 'the user\n');
    const start = await startInPlace(repository.directory, { allowChanges: true });
    await repository.write('b.txt', 'first task\n');
    await repository.git(['add', 'b.txt']);
    const tree = await snapshotTask(repository.directory, TASK);
    expect(await repository.git(['rev-parse', `refs/nightloom/tasks/${TASK}^{tree}`])).toBe(tree);
    await repository.write('b.txt', 'failed task\n');
    await repository.write('c.txt', 'failed task\n');
    await restoreTree(repository.directory, tree);
    expect(await repository.git(['status', '--porcelain'])).toBe(' M a.txt\nM  b.txt');
    expect(await repository.read('b.txt')).toBe('first task\n');
    expect(await repository.git(['rev-parse', 'HEAD'])).toBe(start.base);
  });
});
