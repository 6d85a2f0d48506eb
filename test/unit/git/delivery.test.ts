import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  deleteMergedBranch,
  deleteRefs,
  expiredRefs,
  isMerged,
  listOurBranches,
  pushBranch,
  undeliveredRequirements,
} from '../../../src/host/git/delivery.ts';
import { discardWork } from '../../../src/host/git/attempt.ts';
import { deleteEmptyBranch } from '../../../src/host/git/branches.ts';
import { openGit } from '../../../src/host/git/git.ts';
import { inspectRepository, inspectWithCommit } from '../../../src/host/git/inspect.ts';
import { salvage } from '../../../src/host/git/salvage.ts';
import { removeCleanWorktree } from '../../../src/host/git/worktree.ts';
import { BATCH, makeFixture, SHA256, TASK } from './fixture.ts';
import type { Fixture } from './fixture.ts';

let fixture: Fixture;
beforeEach(async () => {
  fixture = await makeFixture({ 'a.txt': 'a\n' });
});
afterEach(() => fixture.repository.remove());

async function deliver(name: string): Promise<void> {
  await fixture.edit('a.txt', 'changed\n');
  await fixture.commit({ trailers: { task: TASK, batch: BATCH, attempt: 1, requirement: { name, sha256: SHA256 } } });
}

describe('delivery', () => {
  it.each(['first', '-dash', ' leading blank', '🌙 100% done', 'a@b', 'folder/name', 'x%41'])(
    'shows %j as completed and not delivered until its branch is merged',
    async (name) => {
      const { directory } = fixture.repository;
      expect(await undeliveredRequirements(directory)).toEqual([]);
      await deliver(name);
      expect(await undeliveredRequirements(directory)).toEqual([{ name, sha256: SHA256, branch: fixture.branch }]);
      expect(await isMerged(directory, fixture.branch)).toBe(false);
      await fixture.repository.git(['merge', '--quiet', fixture.branch]);
      expect(await undeliveredRequirements(directory)).toEqual([]);
      expect(await isMerged(directory, fixture.branch)).toBe(true);
    },
  );

  it('[P7] deletes only merged branches that we made and that nobody has checked out', async () => {
    const { directory } = fixture.repository;
    await fixture.repository.git(['branch', 'nightloom/by-the-user']);
    await deliver('first');
    const listed = async (): Promise<Awaited<ReturnType<typeof listOurBranches>>> => listOurBranches(directory);
    const [unmerged, ...more] = await listed();
    expect(more).toEqual([]);
    expect(unmerged).toMatchObject({
      branch: fixture.branch,
      batch: BATCH,
      base: fixture.base,
      merged: false,
      worktree: fixture.worktree,
    });
    if (unmerged === undefined) throw new Error('no branch');
    expect(await deleteMergedBranch(directory, unmerged)).toBe(false);
    await fixture.repository.git(['merge', '--quiet', fixture.branch]);
    await removeCleanWorktree(directory, fixture.worktree);
    const [merged] = await listed();
    if (merged === undefined) throw new Error('no branch');
    expect(await deleteMergedBranch(directory, { ...merged, tip: fixture.base })).toBe(false);
    expect(await deleteMergedBranch(directory, merged)).toBe(true);
    expect(await listed()).toEqual([]);
    expect(await fixture.repository.git(['branch', '--list', 'nightloom/*'])).toBe('  nightloom/by-the-user');
  });

  it('[P7] deletes the branch of a batch only when nothing was ever committed on it', async () => {
    const { repository, worktree, branch } = fixture;
    const git = openGit(repository.directory);
    const branches = () => repository.git(['for-each-ref', '--format=%(refname)', 'refs/heads', 'refs/nightloom']);
    // Checked out.
    expect(await deleteEmptyBranch(git, BATCH)).toBe(false);
    await discardWork(worktree, branch);
    await removeCleanWorktree(repository.directory, worktree);
    expect(await deleteEmptyBranch(git, 'b_0000000009')).toBe(false);
    const own = await repository.git(['symbolic-ref', '--short', 'HEAD']);
    // The only one that holds its commit.
    await repository.git(['commit', '--quiet', '--amend', '-m', 'other history']);
    expect(await deleteEmptyBranch(git, BATCH)).toBe(false);
    await repository.git(['reset', '--quiet', '--hard', branch]);
    const tip = await repository.git(['commit-tree', '-p', branch, '-m', 'work', `${branch}^{tree}`]);
    await repository.git(['update-ref', `refs/heads/${branch}`, tip]);
    expect(await deleteEmptyBranch(git, BATCH)).toBe(false);
    await repository.git(['update-ref', `refs/heads/${branch}`, 'HEAD']);
    expect(await deleteEmptyBranch(git, BATCH)).toBe(true);
    expect(await branches()).toBe(`refs/heads/${own}`);
  });

  it('pushes without force and says what the remote said', async () => {
    const remote = join(fixture.repository.root, 'remote.git');
    await fixture.repository.git(['init', '--quiet', '--bare', remote]);
    await fixture.repository.git(['remote', 'add', 'origin', remote]);
    await deliver('first');
    expect(await pushBranch(fixture.repository.directory, fixture.branch)).toEqual({ kind: 'pushed' });
    expect(await pushBranch(fixture.repository.directory, fixture.branch)).toEqual({ kind: 'up_to_date' });
    await fixture.agent('commit', '--quiet', '--amend', '-m', 'other history');
    expect(await pushBranch(fixture.repository.directory, fixture.branch)).toMatchObject({ kind: 'rejected' });
    await fixture.repository.git(['remote', 'set-url', 'origin', join(fixture.repository.root, 'nowhere')]);
    expect(await pushBranch(fixture.repository.directory, fixture.branch)).toMatchObject({ kind: 'failed' });
  });

  it('finds kept work by its age, and deletes it only as it was listed', async () => {
    const { directory } = fixture.repository;
    await fixture.edit('a.txt', 'lost\n');
    const ref = await salvage({
      directory: fixture.worktree,
      task: TASK,
      attempt: 1,
      batch: BATCH,
      base: fixture.base,
    });
    expect(await expiredRefs(directory, Date.now() - 60_000)).toEqual([]);
    const kept = await expiredRefs(directory, Date.now() + 60_000);
    expect(kept.map((entry) => entry.ref)).toEqual([ref]);
    expect(await deleteRefs(directory, [{ ref: String(ref), sha: fixture.base }])).toBe(false);
    expect(await deleteRefs(directory, kept)).toBe(true);
    expect(await expiredRefs(directory, Date.now() + 60_000)).toEqual([]);
  });
});

describe('inspectRepository', () => {
  it('tells head, branch, changes, identity and open operations, from any folder inside', async () => {
    const { repository } = fixture;
    await repository.write('a.txt', 'mine\n');
    await repository.write('dir/one', '1');
    await repository.write('dir/two', '2');
    expect(await inspectRepository(join(repository.directory, 'dir'))).toEqual({
      topLevel: repository.directory,
      gitDirectory: join(repository.directory, '.git'),
      commonDirectory: join(repository.directory, '.git'),
      head: fixture.base,
      branch: 'main',
      trackedChanges: 1,
      trackedPaths: ['a.txt'],
      untracked: 1,
      inProgress: null,
      identity: { name: 'Test', email: 'test@example.org' },
    });
    await repository.git(['stash', '--quiet']);
    await repository.git(['bisect', 'start']);
    await repository.git(['checkout', '--quiet', '--detach']);
    expect(await inspectRepository(repository.directory)).toMatchObject({ branch: null, inProgress: 'bisect' });
    expect((await inspectRepository(fixture.worktree)).commonDirectory).toBe(join(repository.directory, '.git'));
  });

  it('refuses folders that cannot be worked in, each with its reason', async () => {
    const { repository } = fixture;
    const empty = join(repository.root, 'empty');
    await repository.git(['init', '--quiet', empty]);
    await expect(inspectWithCommit(empty)).rejects.toMatchObject({ code: 'no_commit' });
    await expect(inspectRepository(repository.root)).rejects.toMatchObject({ code: 'not_a_repository' });
    await expect(inspectRepository(join(repository.directory, '.git'))).rejects.toMatchObject({
      code: 'not_a_repository',
    });
    await expect(inspectRepository(join(repository.root, 'gone'))).rejects.toMatchObject({ code: 'repository_gone' });
  });
});
