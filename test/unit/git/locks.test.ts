import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openGit } from '../../../src/host/git/git.ts';
import { makeFixture } from './fixture.ts';
import type { Fixture } from './fixture.ts';

let fixture: Fixture;
let admin: string;
beforeEach(async () => {
  fixture = await makeFixture({ 'a.txt': 'a\n' });
  admin = await fixture.agent('rev-parse', '--absolute-git-dir');
});
afterEach(() => fixture.repository.remove());

async function oldLock(path: string): Promise<string> {
  await writeFile(path, '');
  const then = Date.now() / 1_000 - 30;
  await utimes(path, then, then);
  return path;
}

describe('[F-11] locks', () => {
  it.each(['index.lock', 'HEAD.lock'])('removes a stale %s whose owner is dead, and commits', async (name) => {
    await oldLock(join(admin, name));
    await fixture.edit('a.txt', 'changed\n');
    expect((await fixture.commit()).kind).toBe('committed');
    expect(await fixture.commits()).toHaveLength(1);
  });

  it('removes a stale lock of a branch and of the packed refs', async () => {
    const common = join(fixture.repository.directory, '.git');
    await oldLock(join(common, 'refs/heads', `${fixture.branch}.lock`));
    await fixture.edit('a.txt', 'changed\n');
    expect((await fixture.commit()).kind).toBe('committed');
  });

  it('waits for a process that has the lock open, and leaves its lock alone', async () => {
    const lock = await oldLock(join(admin, 'index.lock'));
    const owner = spawn('sh', ['-c', 'exec 9<"$1"; echo open; read line; rm -f "$1"', 'sh', lock], { stdio: 'pipe' });
    try {
      await once(owner.stdout, 'data');
      await fixture.edit('a.txt', 'changed\n');
      const add = openGit(fixture.worktree, { lockWaitMs: 600 }).run(['add', '--all']);
      await expect(add).rejects.toMatchObject({ code: 'git_busy', details: { lock, pid: owner.pid } });
      const commit = fixture.commit();
      owner.stdin.end('\n');
      expect((await commit).kind).toBe('committed');
    } finally {
      owner.kill('SIGKILL');
    }
  });

  it('takes a git that works in the worktree for the owner, also while it has the lock closed', async () => {
    const lock = await oldLock(join(admin, 'index.lock'));
    const program = join(fixture.repository.root, 'git-sleeper');
    await symlink('/bin/sleep', program);
    const owner = spawn(program, ['60'], { cwd: fixture.worktree, stdio: 'ignore' });
    try {
      await once(owner, 'spawn');
      const add = openGit(fixture.worktree, { lockWaitMs: 600 }).run(['add', '--all']);
      await expect(add).rejects.toMatchObject({ code: 'git_busy', details: { lock, pid: owner.pid } });
    } finally {
      owner.kill('SIGKILL');
      await once(owner, 'exit');
    }
    expect(await openGit(fixture.worktree).run(['add', '--all', '--verbose'])).toBe('');
  });

  it('never removes a lock that has just been made', async () => {
    const lock = join(admin, 'index.lock');
    await writeFile(lock, '');
    const add = openGit(fixture.worktree, { lockWaitMs: 300 }).run(['add', '--all']);
    await expect(add).rejects.toMatchObject({ code: 'git_busy' });
    expect(await fixture.repository.read('index.lock', { in: admin })).toBe('');
  });
});

describe('the door to git', () => {
  it('costs no 50 ms for a command that prints nothing', async () => {
    const git = openGit(fixture.worktree);
    const times: number[] = [];
    for (let round = 0; round < 9; round += 1) {
      const start = performance.now();
      expect(await git.run(['add', '--all'])).toBe('');
      times.push(performance.now() - start);
    }
    expect(times.toSorted((a, b) => a - b)[4]).toBeLessThan(50);
  });

  it('keeps all of a large output', async () => {
    const text = `${'0123456789abcde\n'.repeat(1_000_000)}`;
    const sha = await fixture.repository.git(['hash-object', '-w', '--stdin'], { input: text });
    expect((await openGit(fixture.worktree).run(['cat-file', 'blob', sha])) === text).toBe(true);
  });

  it('ends a command that is silent for too long', async () => {
    await fixture.repository.hook('pre-commit', 'exec sleep 20');
    await fixture.edit('a.txt', 'changed\n');
    const start = performance.now();
    await expect(fixture.commit({ timeoutMs: 300 })).rejects.toMatchObject({ code: 'workspace_broken' });
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it('tells what is wrong by a code', async () => {
    const root = fixture.repository.root;
    await expect(openGit(join(root, 'missing')).run(['status'])).rejects.toMatchObject({ code: 'repository_gone' });
    await expect(openGit(root).run(['status'])).rejects.toMatchObject({ code: 'not_a_repository' });
    await expect(openGit(fixture.worktree).run(['rev-parse', '--verify', 'nothing'])).rejects.toMatchObject({
      code: 'workspace_broken',
    });
  });
});
