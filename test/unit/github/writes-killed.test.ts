/** Killed before or after a write, and asked again: the write is there exactly once. */
import { readFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeGithubRemote } from '../../support/github-remote.ts';
import type { GithubRemote } from '../../support/github-remote.ts';

const CHILD = join(import.meta.dirname, 'writes-child.ts');
let remote: GithubRemote;
beforeEach(async () => {
  remote = await makeGithubRemote();
  const { checkout } = remote;
  await checkout.git(['switch', '--quiet', '-c', 'topic']);
  await checkout.commit('Topic', { 'new.txt': 'new\n' });
  await checkout.git(['push', '--quiet', 'origin', 'topic']);
});
afterEach(async () => {
  await remote.close();
});

/** Runs one write in a process of its own; the signal that ended it. */
async function write(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string | null> {
  const child = spawn(execPath, [CHILD, remote.api.url, remote.api.token, ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code, signal] = await once(child, 'exit');
  if (signal === null) expect(code).toBe(0);
  return signal;
}

/** What the write is about, in the stand-in. */
function subject(what: string): string[] {
  const { repository } = remote.api;
  if (what === 'pull') return [what];
  if (what !== 'review') return [what, String(repository.openIssue({ title: 'A', labels: ['working'] }).number)];
  return [what, String(repository.openPull({ title: 'Topic', head: 'topic' }).number), repository.sha('topic')];
}

describe('a writer that was killed', () => {
  it.each([
    ['github:before-comment', 'comment'],
    ['github:after-comment', 'comment'],
    ['github:before-pull', 'pull'],
    ['github:after-pull', 'pull'],
    ['github:before-review', 'review'],
    ['github:after-review', 'review'],
  ])('at %s wrote its %s once when it was asked again', async (failpoint, what) => {
    const args = subject(what);
    const log = join(remote.checkout.root, 'failpoints.log');
    const env = { NIGHTLOOM_FAILPOINT: `${failpoint}=kill`, NIGHTLOOM_FAILPOINT_LOG: log };
    expect(await write(args, env)).toBe('SIGKILL');
    expect((await readFile(log, 'utf8')).trim()).toBe(failpoint);
    expect(remote.api.writes()).toHaveLength(failpoint.includes('after') ? 1 : 0);
    expect(await write(args, env)).toBeNull();
    expect(remote.api.writes()).toHaveLength(1);
  });

  it('between two labels leaves the issue right when it was asked again', async () => {
    const issue = remote.api.repository.openIssue({ title: 'A', labels: ['working'] });
    const args = ['label', String(issue.number)];
    const log = join(remote.checkout.root, 'failpoints.log');
    const env = { NIGHTLOOM_FAILPOINT: 'github:after-label=kill', NIGHTLOOM_FAILPOINT_LOG: log };
    expect(await write(args, env)).toBe('SIGKILL');
    expect(issue.labels).toEqual(['working', 'done']);
    expect(await write(args, env)).toBeNull();
    expect(issue.labels).toEqual(['done']);
  });
});
