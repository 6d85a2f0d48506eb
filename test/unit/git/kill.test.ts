import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { CommitRequest } from '../../../src/host/git/commit.ts';
import { BATCH, makeFixture, SHA256, TASK } from './fixture.ts';

const CHILD = join(import.meta.dirname, 'commit-child.ts');

/** Starts the commit in a process group of its own and kills the whole group after `delayMs`. */
async function commitAndKill(request: CommitRequest, delayMs: number): Promise<void> {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(request)], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  child.stdin.write('go\n');
  await Promise.race([sleep(delayMs), exited]);
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  await exited;
}

describe('[P2][F-01] kill -9 of worker and git in the middle of a commit', () => {
  it.each([2, 6, 10, 14, 18, 22, 26, 30, 40])('after %i ms there is exactly one commit in the end', async (delayMs) => {
    const fixture = await makeFixture({ 'a.txt': 'a\n' });
    try {
      await fixture.repository.hook('pre-commit', 'sleep 0.01');
      await fixture.edit('a.txt', 'by the agent\n');
      await fixture.agent('commit', '-am', `mine\n\nNightloom-Task: ${TASK}\nNightloom-Attempt: 1`);
      await fixture.edit('b.txt', 'more\n');
      const request: CommitRequest = {
        directory: fixture.worktree,
        branch: fixture.branch,
        base: fixture.base,
        message: 'Auto-commit: first',
        trailers: { task: TASK, batch: BATCH, attempt: 1, requirement: { name: 'first', sha256: SHA256 } },
        intentFile: join(fixture.runDirectory, 'intent.json'),
        keepAgentCommits: false,
        hooks: true,
        allowNoChange: false,
      };
      await commitAndKill(request, delayMs);
      const result = await fixture.commit(request);
      expect(['committed', 'already']).toContain(result.kind);
      expect(await fixture.commits()).toEqual(['sha' in result ? result.sha : '']);
      expect(await fixture.agent('show', '--name-only', '--format=%s', 'HEAD')).toBe(
        'Auto-commit: first\n\na.txt\nb.txt',
      );
      expect(await fixture.agent('status', '--porcelain')).toBe('');
    } finally {
      await fixture.repository.remove();
    }
  });
});
