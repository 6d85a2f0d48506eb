import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resetForAttempt } from '../../../src/host/git/attempt.ts';
import { writeIntent } from '../../../src/host/git/intent.ts';
import { BATCH, makeFixture, OTHER_TASK, TASK } from './fixture.ts';
import type { Fixture } from './fixture.ts';

let fixture: Fixture;
beforeEach(async () => {
  fixture = await makeFixture({
    'README.md': '# Test\n',
    'a.txt': 'a\n',
    '.claude/commands/first.md': 'Do it\n',
    '.gitignore': 'ignored/\n',
  });
});
afterEach(() => fixture.repository.remove());

const intentFile = (): string => join(fixture.runDirectory, 'intent.json');

describe('[P2] exactly one commit per completed task', () => {
  it('commits changed, new and deleted files with our trailers', async () => {
    await fixture.edit('a.txt', 'changed\n');
    await fixture.edit('new/file with space.txt', 'new\n');
    await rm(join(fixture.worktree, 'README.md'));
    const result = await fixture.commit();
    expect(result.kind).toBe('committed');
    const [sha] = await fixture.commits();
    expect(result).toEqual({ kind: 'committed', sha });
    expect(await fixture.agent('log', '-1', '--format=%s|%P|%(trailers:key=Nightloom-Task,valueonly,separator=)')).toBe(
      `Auto-commit: first|${fixture.base}|${TASK}`,
    );
    expect((await fixture.agent('show', '--name-status', '--format=', 'HEAD')).split('\n').toSorted()).toEqual([
      'A\tnew/file with space.txt',
      'D\tREADME.md',
      'M\ta.txt',
    ]);
    expect(await fixture.agent('status', '--porcelain')).toBe('');
    expect(await fixture.repository.git(['rev-parse', 'main'])).toBe(fixture.base);
  });

  it('[F-12] finds its commit again when the answer was lost', async () => {
    await fixture.edit('a.txt', 'changed\n');
    const first = await fixture.commit();
    const second = await fixture.commit();
    expect(second).toEqual({ ...first, kind: 'already' });
    expect(await fixture.commits()).toHaveLength(1);
  });

  it('commits when it died after the intent and before the commit', async () => {
    await fixture.edit('a.txt', 'changed\n');
    const intent = {
      v: 1,
      task: TASK,
      batch: BATCH,
      attempt: 1,
      branch: fixture.branch,
      parent: fixture.base,
      headBefore: fixture.base,
    } as const;
    await writeIntent(intentFile(), intent);
    await fixture.agent('add', '--all');
    expect((await fixture.commit()).kind).toBe('committed');
    expect((await fixture.commit()).kind).toBe('already');
    expect(await fixture.commits()).toHaveLength(1);
  });

  it('takes a damaged intent for none', async () => {
    await fixture.edit('a.txt', 'changed\n');
    await fixture.commit();
    await writeFile(intentFile(), '{"v":1,"task"');
    expect((await fixture.commit()).kind).toBe('committed');
    expect(await fixture.commits()).toHaveLength(1);
  });

  it("squashes the agent's own commits, amended ones too, and what it left uncommitted", async () => {
    await fixture.edit('a.txt', 'one\n');
    await fixture.agent('commit', '-am', 'mine');
    await fixture.edit('b.txt', 'two\n');
    await fixture.agent('add', '.');
    await fixture.agent('commit', '--amend', '-m', 'mine, better');
    await fixture.edit('c.txt', 'three\n');
    expect((await fixture.commit()).kind).toBe('committed');
    expect(await fixture.commits()).toHaveLength(1);
    expect(await fixture.agent('show', '--name-only', '--format=', 'HEAD')).toBe('a.txt\nb.txt\nc.txt');
  });

  it("keeps the agent's commits below ours when that is wanted", async () => {
    await fixture.edit('a.txt', 'one\n');
    await fixture.agent('commit', '-am', 'mine');
    const first = await fixture.commit({ keepAgentCommits: true });
    expect(first.kind).toBe('committed');
    expect(await fixture.commit({ keepAgentCommits: true })).toEqual({ ...first, kind: 'already' });
    expect(await fixture.agent('log', '--format=%s', `${fixture.base}..HEAD`)).toBe('Auto-commit: first\nmine');
  });

  it.each([false, true])('is not fooled by imitated trailers (intent already written: %s)', async (hasIntent) => {
    await fixture.edit('a.txt', 'one\n');
    await fixture.agent(
      'commit',
      '-am',
      `mine\n\nNightloom-Task: ${TASK}\nNightloom-Batch: ${BATCH}\nNightloom-Attempt: 1`,
    );
    const imitation = await fixture.agent('rev-parse', 'HEAD');
    const intent = {
      v: 1,
      task: TASK,
      batch: BATCH,
      attempt: 1,
      branch: fixture.branch,
      parent: fixture.base,
      headBefore: imitation,
    } as const;
    if (hasIntent) await writeIntent(intentFile(), intent);
    const result = await fixture.commit();
    expect(result.kind).toBe('committed');
    expect(await fixture.commits()).toHaveLength(1);
    expect(await fixture.commits()).not.toContain(imitation);
  });

  it('comes back from another branch and from a detached HEAD that build on the start', async () => {
    await fixture.agent('switch', '--quiet', '-c', 'feature');
    await fixture.edit('a.txt', 'one\n');
    await fixture.agent('commit', '-am', 'on feature');
    await fixture.agent('checkout', '--quiet', '--detach');
    await fixture.edit('b.txt', 'two\n');
    expect((await fixture.commit()).kind).toBe('committed');
    expect(await fixture.agent('symbolic-ref', '--short', 'HEAD')).toBe(fixture.branch);
    expect(await fixture.commits()).toHaveLength(1);
    expect(await fixture.agent('show', '--name-only', '--format=', 'HEAD')).toBe('a.txt\nb.txt');
  });

  it('never commits onto history that does not hold the start', async () => {
    await fixture.edit('a.txt', 'one\n');
    await fixture.agent('commit', '--amend', '-am', 'rewrote the start');
    const head = await fixture.agent('rev-parse', 'HEAD');
    expect(await fixture.commit()).toEqual({ kind: 'left_branch', head, reason: 'moved' });
    await fixture.agent('checkout', '--quiet', '--orphan', 'empty');
    expect(await fixture.commit()).toEqual({ kind: 'left_branch', head: null, reason: 'moved' });
  });

  it('makes no merge commit of a merge that the agent left open, and none of unmerged files', async () => {
    await fixture.agent('switch', '--quiet', '-c', 'side');
    await fixture.edit('a.txt', 'side\n');
    await fixture.agent('commit', '-am', 'side');
    await fixture.agent('switch', '--quiet', fixture.branch);
    await fixture.edit('a.txt', 'ours\n');
    await fixture.agent('commit', '-am', 'ours');
    await expect(fixture.agent('merge', 'side')).rejects.toThrow(/conflict/i);
    expect(await fixture.commit()).toMatchObject({ kind: 'left_branch', reason: 'unmerged' });
    await fixture.edit('a.txt', 'both\n');
    await fixture.agent('add', 'a.txt');
    expect((await fixture.commit()).kind).toBe('committed');
    expect(await fixture.agent('log', '-1', '--format=%P')).toBe(fixture.base);
  });

  it('commits file names with a leading dash, emoji, a line end, and bytes that are not UTF-8', async () => {
    const names = ['-rf', '🌙 moon.txt', 'line\nend', '"quoted"', ':(glob)*'];
    for (const name of names) await fixture.edit(name, 'x');
    await writeFile(Buffer.concat([Buffer.from(`${fixture.worktree}/`), Buffer.from([0x66, 0xff])]), 'x');
    expect((await fixture.commit()).kind).toBe('committed');
    expect(await fixture.agent('status', '--porcelain')).toBe('');
    const listed = (await fixture.agent('show', '--name-only', '-z', '--format=', 'HEAD')).split('\0');
    for (const name of names) expect(listed).toContain(name);
  });
});

describe('no change', () => {
  it('is no success, and the requirement file alone is no change', async () => {
    expect(await fixture.commit()).toEqual({ kind: 'no_change' });
    await rm(join(fixture.worktree, '.claude/commands/first.md'));
    expect(await fixture.commit()).toEqual({ kind: 'no_change' });
    expect(await fixture.commits()).toEqual([]);
  });

  it('counts what is left of the commits of the agent, not that there were some', async () => {
    await fixture.edit('a.txt', 'one\n');
    await fixture.agent('commit', '-am', 'there');
    await fixture.agent('revert', '--no-edit', 'HEAD');
    expect(await fixture.commit()).toEqual({ kind: 'no_change' });
  });

  it('gets an empty commit where that is allowed', async () => {
    const result = await fixture.commit({ allowNoChange: true });
    expect(result.kind).toBe('committed');
    expect(await fixture.commits()).toHaveLength(1);
    expect(await fixture.commit({ allowNoChange: true })).toEqual({ ...result, kind: 'already' });
  });
});

describe('hooks', () => {
  it('reports the output of a hook that rejects, and leaves no commit', async () => {
    await fixture.repository.hook('pre-commit', 'echo "lint: no semicolons" >&2; exit 1');
    await fixture.edit('a.txt', 'changed\n');
    await expect(fixture.commit()).rejects.toMatchObject({
      code: 'commit_rejected',
      details: { output: expect.stringContaining('lint: no semicolons') },
    });
    expect(await fixture.commits()).toEqual([]);
    await rm(join(fixture.repository.directory, '.git/hooks/pre-commit'));
    expect((await fixture.commit()).kind).toBe('committed');
  });

  it('does not run hooks that are switched off', async () => {
    await fixture.repository.hook('pre-commit', 'exit 1');
    await fixture.repository.hook('post-commit', `touch '${fixture.repository.root}/fired'`);
    await fixture.edit('a.txt', 'changed\n');
    expect((await fixture.commit({ hooks: false })).kind).toBe('committed');
    expect(await fixture.repository.read('../fired')).toBeNull();
  });

  it('commits what a hook added, and leaves pathspecs in hooks as they are', async () => {
    await fixture.repository.hook('pre-commit', "echo formatted > a.txt; git add -- '*.txt'");
    await fixture.edit('a.txt', 'changed\n');
    expect((await fixture.commit()).kind).toBe('committed');
    expect(await fixture.agent('show', 'HEAD:a.txt')).toBe('formatted');
    expect(await fixture.agent('status', '--porcelain')).toBe('');
  });

  it('puts trailers back that a hook dropped', async () => {
    await fixture.repository.hook('commit-msg', 'echo "rewritten" > "$1"');
    await fixture.edit('a.txt', 'changed\n');
    const result = await fixture.commit();
    expect(await fixture.agent('log', '-1', '--format=%H %s %(trailers:key=Nightloom-Task,valueonly,separator=)')).toBe(
      `${'sha' in result ? result.sha : ''} rewritten ${TASK}`,
    );
    expect(await fixture.commits()).toHaveLength(1);
    expect((await fixture.commit()).kind).toBe('already');
  });
});

describe('commit and environment', () => {
  it('says when git does not know who commits', async () => {
    await fixture.repository.git(['config', 'user.name', '']);
    await fixture.repository.git(['config', 'user.email', '']);
    await fixture.edit('a.txt', 'changed\n');
    await expect(fixture.commit()).rejects.toMatchObject({ code: 'git_identity_missing' });
  });

  it('[S-10] starts neither a planted file system monitor nor a signing program', async () => {
    const canary = join(fixture.repository.root, 'canary');
    const program = await fixture.repository.write('../evil.sh', `#!/bin/sh\ntouch '${canary}'\n`, { mode: 0o755 });
    for (const key of ['core.fsmonitor', 'gpg.program', 'core.pager', 'diff.external', 'core.editor']) {
      await fixture.repository.git(['config', key, program]);
    }
    await fixture.repository.git(['config', 'commit.gpgSign', 'true']);
    await fixture.edit('a.txt', 'changed\n');
    expect((await fixture.commit()).kind).toBe('committed');
    expect(await readFile(canary).catch(() => null)).toBeNull();
  });

  it('makes the commit the start of the next attempt', async () => {
    await fixture.edit('a.txt', 'changed\n');
    const result = await fixture.commit();
    const next = await resetForAttempt({ directory: fixture.worktree, branch: fixture.branch, task: OTHER_TASK });
    expect(next).toEqual({ base: 'sha' in result ? result.sha : '', savedRef: null, ownWork: 'none' });
  });
});
