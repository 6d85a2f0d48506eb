import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guardAfter, guardBefore } from '../../../src/host/git/stash-guard.ts';
import type { GuardReport } from '../../../src/host/git/stash-guard.ts';
import type { SharedState } from '../../../src/host/git/shared-state.ts';
import { BATCH, makeFixture } from './fixture.ts';
import type { Fixture } from './fixture.ts';

let fixture: Fixture;
beforeEach(async () => {
  fixture = await makeFixture({ 'a.txt': 'a\n', 'b.txt': 'b\n' });
});
afterEach(() => fixture.repository.remove());

const before = (): Promise<SharedState> => guardBefore(fixture.repository.directory, BATCH);
const after = (state: SharedState): Promise<GuardReport> =>
  guardAfter({
    repository: fixture.repository.directory,
    worktree: fixture.worktree,
    base: fixture.base,
    before: state,
  });
const git = (...args: string[]): Promise<string> => fixture.repository.git(args);

async function stash(path: string, content: string): Promise<void> {
  await fixture.repository.write(path, content);
  await git('stash', 'push', '--quiet', '--include-untracked', '-m', `work on ${path}`);
}

describe("[P7] the user's stashes and branches", () => {
  it('reports nothing when nothing changed', async () => {
    const state = await before();
    expect(await after(state)).toEqual({
      tookUserStash: false,
      restoredStashes: [],
      vanishedStashes: [],
      movedRefs: [],
      configurationChanged: false,
      hooksChanged: false,
    });
  });

  it.each(['a.txt', 'untracked.txt'])('puts a stash entry with %s back that the agent popped', async (path) => {
    await stash('b.txt', 'older\n');
    await stash(path, 'mine\n');
    const list = await git('stash', 'list', '--format=%H %gs');
    const state = await before();
    await fixture.agent('stash', 'pop');
    const report = await after(state);
    expect(report.tookUserStash).toBe(true);
    expect(await git('stash', 'list', '--format=%H %gs')).toBe(list);
    expect((await after(state)).tookUserStash).toBe(false);
  });

  it('puts several back in their order, also after `stash clear`', async () => {
    await stash('a.txt', 'one\n');
    await stash('b.txt', 'two\n');
    const list = await git('stash', 'list', '--format=%H %gs');
    const state = await before();
    await fixture.agent('stash', 'apply', 'stash@{0}');
    await fixture.agent('stash', 'apply', 'stash@{1}');
    await fixture.agent('stash', 'clear');
    expect((await after(state)).restoredStashes).toHaveLength(2);
    expect(await git('stash', 'list', '--format=%H %gs')).toBe(list);
  });

  it('leaves a stash entry that the user popped alone, and says how to bring it back', async () => {
    await stash('a.txt', 'mine\n');
    const state = await before();
    await git('stash', 'pop');
    const report = await after(state);
    expect(report).toMatchObject({ tookUserStash: false, restoredStashes: [] });
    expect(report.vanishedStashes.map((entry) => entry.restore)).toEqual([
      `git stash store -m 'On main: work on a.txt' ${state.stashes[0]?.sha}`,
    ]);
  });

  it('reports deleted, rewound and advanced branches with the commands that bring them back', async () => {
    await git('switch', '--quiet', '-c', 'feature');
    const tip = await fixture.repository.commit('feature', { 'f.txt': 'f\n' });
    await git('branch', 'other');
    await git('branch', 'grows', fixture.base);
    await git('switch', '--quiet', 'main');
    const state = await before();
    await fixture.agent('branch', '-D', 'feature');
    await fixture.agent('branch', '-f', 'other', fixture.base);
    await fixture.agent('branch', '-f', 'grows', tip);
    const { movedRefs } = await after(state);
    expect(movedRefs).toEqual([
      { ref: 'refs/heads/feature', before: tip, after: null, forward: false, restore: `git branch feature ${tip}` },
      expect.objectContaining({ ref: 'refs/heads/grows', forward: true }),
      {
        ref: 'refs/heads/other',
        before: tip,
        after: fixture.base,
        forward: false,
        restore: `git update-ref refs/heads/other ${tip} ${fixture.base}`,
      },
    ]);
    await git('reflog', 'expire', '--expire=now', '--all');
    await git('gc', '--quiet', '--prune=now');
    for (const moved of movedRefs) await git(...moved.restore.split(' ').slice(1));
    expect(await git('rev-parse', 'feature', 'other', 'grows')).toBe([tip, tip, fixture.base].join('\n'));
  });

  it('keeps old tips when it runs again, also when a branch became a folder', async () => {
    const tip = await fixture.repository.commit('tip', { 'f.txt': 'f\n' });
    await git('branch', 'x');
    await before();
    await git('branch', '-D', 'x');
    await git('branch', 'x/y', fixture.base);
    await git('reset', '--quiet', '--hard', fixture.base);
    await before();
    await before();
    expect(await git('for-each-ref', '--contains', tip, '--format=%(refname)', 'refs/nightloom/kept')).not.toBe('');
    expect(
      await git('for-each-ref', '--points-at', fixture.base, '--format=%(refname)', 'refs/nightloom/kept'),
    ).not.toBe('');
  });

  it('notices configuration and hooks that changed', async () => {
    const state = await before();
    await fixture.agent('config', 'core.hooksPath', '/somewhere');
    await fixture.repository.hook('pre-commit', 'true');
    expect(await after(state)).toMatchObject({ configurationChanged: true, hooksChanged: true });
  });
});
