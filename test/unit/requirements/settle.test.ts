import { rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { discardWork, resetForAttempt } from '../../../src/host/git/attempt.ts';
import { commitTask } from '../../../src/host/git/commit.ts';
import type { CommitResult } from '../../../src/host/git/commit.ts';
import { prepareWorktree } from '../../../src/host/git/worktree.ts';
import { freezeRequirement } from '../../../src/host/requirements/freeze.ts';
import { requirementPath } from '../../../src/host/requirements/names.ts';
import { deleteFromWorktree, restoreToWorktree, settleCheckout } from '../../../src/host/requirements/settle.ts';
import type { SettleResult } from '../../../src/host/requirements/settle.ts';
import { makeRepository } from '../../support/git-repository.ts';
import type { TestRepository } from '../../support/git-repository.ts';

const BATCH = 'b_0000000001';
const TASK = 't_0000000001';
const CASES = ['tracked', 'edited', 'untracked', 'ignored'] as const;
type Case = (typeof CASES)[number];

/** A user's repository with one requirement in one of the four states, and a batch that works on it. */
interface Night {
  readonly repository: TestRepository;
  readonly worktree: string;
  readonly name: string;
  readonly path: string;
  readonly text: string;
  readonly base: string;
  readonly runDirectory: string;
  agent(): Promise<unknown>;
  remove(): Promise<unknown>;
  restore(): Promise<boolean>;
  commit(): Promise<CommitResult>;
  settle(): Promise<SettleResult>;
  /** Whether the file is in the tree that the branch of the batch has. */
  isInBranch(): Promise<boolean>;
  isInWorktree(): Promise<boolean>;
  inCheckout(): Promise<string | null>;
}

let repository: TestRepository | undefined;
afterEach(() => repository?.remove());

async function makeNight(kind: Case, name = 'first'): Promise<Night> {
  const path = requirementPath(name);
  const inGit = kind === 'tracked' || kind === 'edited';
  const made = await makeRepository({ 'a.txt': 'a\n', ...(inGit ? { [path]: 'Committed text\n' } : {}) });
  repository = made;
  const text = kind === 'tracked' ? 'Committed text\n' : 'Text in the checkout\n';
  await made.write(path, text);
  if (kind === 'ignored') await made.write('.git/info/exclude', '.claude/\n');
  const { sha256 } = await freezeRequirement(made.directory, name, join(made.root, 'inputs'));
  const prepared = await prepareWorktree({
    repository: made.directory,
    directory: join(made.root, 'worktree'),
    batch: BATCH,
    slug: 'night',
  });
  const { directory: worktree, branch } = prepared;
  const { base } = await resetForAttempt({ directory: worktree, branch, task: TASK });
  const runDirectory = join(made.root, 'run');
  const inTree = (ref: string): Promise<boolean> =>
    made.git(['cat-file', '-e', `${ref}:${path}`]).then(
      () => true,
      () => false,
    );
  return {
    repository: made,
    worktree,
    name,
    path,
    text,
    base,
    runDirectory,
    agent: () => made.write('a.txt', 'done\n', { in: worktree }),
    remove: () => deleteFromWorktree({ worktree, name, runDirectory }),
    restore: () => restoreToWorktree({ worktree, name, runDirectory }),
    commit: () =>
      commitTask({
        directory: worktree,
        branch,
        base,
        message: `Auto-commit: ${name}`,
        trailers: { task: TASK, batch: BATCH, attempt: 1, requirement: { name, sha256 } },
        intentFile: join(runDirectory, 'intent.json'),
        keepAgentCommits: false,
        hooks: true,
        allowNoChange: false,
        requirementPath: path,
      }),
    settle: () => settleCheckout({ checkout: made.directory, name, sha256, runDirectory }),
    isInBranch: () => inTree(`refs/heads/${branch}`),
    isInWorktree: async () => (await made.read(path, { in: worktree })) !== null,
    inCheckout: () => made.read(path),
  };
}

const SETTLED = { tracked: 'left_tracked', edited: 'left_tracked', untracked: 'moved', ignored: 'moved' } as const;

describe('[P2][P3] a requirement from file to commit', () => {
  it.each(CASES)('%s: gone from the branch with the one commit, and settled in the checkout after it', async (kind) => {
    const night = await makeNight(kind);
    await night.agent();
    await night.remove();
    expect(await night.inCheckout()).toBe(night.text);
    expect((await night.commit()).kind).toBe('committed');
    expect(await night.inCheckout()).toBe(night.text);
    expect(await night.isInBranch()).toBe(false);
    expect(await night.repository.git(['rev-list', '--count', `${night.base}..nightloom/night`])).toBe('1');

    const settled = await night.settle();
    expect(settled.kind).toBe(SETTLED[kind]);
    expect(await night.inCheckout()).toBe(settled.kind === 'moved' ? null : night.text);
    if (settled.kind === 'moved')
      expect(await night.repository.read('requirement.checkout.md', { in: night.runDirectory })).toBe(night.text);
    expect(await night.repository.git(['rev-parse', 'main'])).toBe(night.base);
  });

  it.each(CASES)('%s: every step may be done twice', async (kind) => {
    const night = await makeNight(kind);
    await night.agent();
    await night.remove();
    await night.remove();
    const first = await night.commit();
    await night.remove();
    expect(await night.commit()).toEqual({ ...first, kind: 'already' });
    const settled = await night.settle();
    expect(await night.settle()).toEqual(settled);
    expect(await night.repository.git(['rev-list', '--count', `${night.base}..nightloom/night`])).toBe('1');
  });

  it.each(CASES)('%s: without a change there is no commit, and the file is back', async (kind) => {
    const night = await makeNight(kind);
    const before = await night.isInWorktree();
    await night.remove();
    expect(await night.commit()).toEqual({ kind: 'no_change' });
    expect(await night.restore()).toBe(before);
    expect(await night.restore()).toBe(false);
    expect(await night.isInWorktree()).toBe(before);
    expect(await night.repository.git(['status', '--porcelain'], { in: night.worktree })).toBe('');
    expect(await night.isInBranch()).toBe(before);
    expect(await night.inCheckout()).toBe(night.text);
  });

  it('comes back also by discarding the attempt', async () => {
    const night = await makeNight('tracked');
    await night.agent();
    await night.remove();
    await discardWork(night.worktree, 'nightloom/night');
    expect(await night.isInWorktree()).toBe(true);
    expect(await night.restore()).toBe(false);
  });

  it.each(['untracked', 'ignored'] as const)('%s: stays when the user changed it meanwhile', async (kind) => {
    const night = await makeNight(kind);
    await night.agent();
    await night.remove();
    await night.commit();
    await night.repository.write(night.path, 'My new wishes\n');
    expect(await night.settle()).toEqual({ kind: 'left_changed' });
    expect(await night.inCheckout()).toBe('My new wishes\n');
  });

  it('is absent when the user deleted it', async () => {
    const night = await makeNight('untracked');
    await rm(join(night.repository.directory, night.path));
    expect(await night.settle()).toEqual({ kind: 'absent' });
  });

  it('can be taken back from the run directory', async () => {
    const night = await makeNight('untracked');
    const settled = await night.settle();
    if (settled.kind !== 'moved') throw new Error(settled.kind);
    await rename(settled.path, join(night.repository.directory, night.path));
    expect(await night.inCheckout()).toBe(night.text);
  });

  it('does not commit a copy that the agent put into the worktree', async () => {
    const night = await makeNight('untracked');
    await night.agent();
    await night.repository.write(night.path, 'copied\n', { in: night.worktree });
    await night.remove();
    expect((await night.commit()).kind).toBe('committed');
    expect(await night.isInBranch()).toBe(false);
  });

  it.each(['with space', '-dash', '🌙 night', 'team/build', ':(glob)*', '100%'])(
    '[F-21] %j goes the same way',
    async (name) => {
      for (const kind of ['tracked', 'untracked'] as const) {
        const night = await makeNight(kind, name);
        await night.agent();
        await night.remove();
        expect((await night.commit()).kind).toBe('committed');
        expect(await night.isInBranch()).toBe(false);
        expect((await night.settle()).kind).toBe(SETTLED[kind]);
        await night.repository.remove();
      }
    },
  );

  it.each(CASES)('%s, in place: nothing untracked goes before the commit', async (kind) => {
    const night = await makeNight(kind);
    const { directory } = night.repository;
    const request = { worktree: directory, name: night.name, runDirectory: night.runDirectory, inPlace: true };
    const tracked = kind === 'tracked' || kind === 'edited';
    expect((await deleteFromWorktree(request)).kind).toBe(tracked ? 'moved' : 'absent');
    expect((await deleteFromWorktree(request)).kind).toBe(tracked ? 'moved' : 'absent');
    expect(await night.inCheckout()).toBe(tracked ? null : night.text);
    expect((await night.settle()).kind).toBe(tracked ? 'absent' : 'moved');
    expect(await night.inCheckout()).toBeNull();
  });

  it('[S-08] moves nothing through a folder that the agent replaced by a link', async () => {
    const night = await makeNight('tracked');
    await rm(join(night.worktree, '.claude'), { recursive: true });
    await symlink(join(night.repository.directory, '.claude'), join(night.worktree, '.claude'));
    expect(await night.remove()).toEqual({ kind: 'absent' });
    expect(await night.inCheckout()).toBe(night.text);
  });
});
