/** Committing and pushing a checkout because the user asks for it: real repositories and remotes. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GitStep } from '../../../src/contracts/host-door-git.ts';
import { asId } from '../../../src/contracts/ids.ts';
import { parseGitCommands } from '../../../src/domain/git-commands.ts';
import { commitAndPush } from '../../../src/host/door/commit-and-push.ts';
import { createMasker } from '../../../src/platform/masking.ts';
import { ensureStateDirectory } from '../../../src/platform/paths.ts';
import type { StatePaths } from '../../../src/platform/paths.ts';
import { makeRepository } from '../../support/git-repository.ts';
import type { TestRepository } from '../../support/git-repository.ts';

const PROJECT = asId('project', 'p_aaaaaaaaaa');
const ALL = ['git add .', 'git commit -m "{commitMessage}"', 'git push'];

let repository: TestRepository;
let remote: string;
let paths: StatePaths;
beforeEach(async () => {
  repository = await makeRepository({ 'a.txt': 'a\n', '.gitignore': 'ignored\n' });
  paths = await ensureStateDirectory(join(repository.root, 'state'));
  remote = join(repository.root, 'remote.git');
  await repository.git(['init', '--quiet', '--bare', '--initial-branch=main', remote]);
  await repository.git(['remote', 'add', 'origin', remote]);
  await repository.git(['push', '--quiet', 'origin', 'main']);
});
afterEach(() => repository.remove());

const run = (commands: readonly string[] = ALL, steps: readonly GitStep[] = parseGitCommands(commands)) =>
  commitAndPush({ paths, clock: { now: () => 0 }, masker: createMasker(['hidden-value']) }, repository.directory, {
    project: PROJECT,
    projectName: 'shop',
    requirementName: 'add-cart',
    commitMessage: 'Auto-commit: {requirementName} ({projectName} {branch} {timestamp})',
    steps,
  });
const atRemote = (what = 'main') => repository.git(['rev-parse', what], { in: remote });

/** Somebody else's commit at the remote. */
async function elsewhere(file: string, text: string): Promise<void> {
  const other = join(repository.root, `other-${file}`);
  await repository.git(['clone', '--quiet', remote, other]);
  await repository.git(['config', 'user.name', 'Other'], { in: other });
  await repository.git(['config', 'user.email', 'other@example.org'], { in: other });
  await repository.write(file, text, { in: other });
  await repository.git(['add', '--all'], { in: other });
  await repository.git(['commit', '--quiet', '-m', 'Theirs'], { in: other });
  await repository.git(['push', '--quiet', 'origin', 'main'], { in: other });
}

describe('commit and push', () => {
  it('adds, commits with the template and pushes', async () => {
    await repository.write('b.txt', 'b');
    await repository.write('ignored', 'x');
    const result = await run();
    const head = await repository.git(['rev-parse', 'HEAD']);
    expect(result).toMatchObject({ branch: 'main', commit: head, pushed: true, rebased: false });
    expect(result.results.map(({ status }) => status)).toEqual(['done', 'done', 'done']);
    expect(await repository.git(['log', '-1', '--format=%s'])).toBe(
      'Auto-commit: add-cart (shop main 1970-01-01T00:00:00.000Z)',
    );
    expect(await repository.git(['ls-files'])).toBe('.gitignore\na.txt\nb.txt');
    expect(await atRemote()).toBe(head);
  });

  it('takes nothing to commit for no failure, and pushes what was committed before', async () => {
    const head = await repository.commit('Mine', { 'c.txt': 'c' });
    const result = await run();
    expect(result.results.map(({ status }) => status)).toEqual(['done', 'nothing_to_commit', 'done']);
    expect(result).toMatchObject({ commit: null, pushed: true });
    expect(await atRemote()).toBe(head);
  });

  it('rebases once when the remote has other commits', async () => {
    await elsewhere('theirs.txt', 'theirs');
    const theirs = await atRemote();
    await repository.write('mine.txt', 'mine');
    const result = await run();
    expect(result).toMatchObject({ pushed: true, rebased: true });
    const head = await repository.git(['rev-parse', 'HEAD']);
    expect(result.commit).toBe(head);
    expect(await atRemote()).toBe(head);
    expect(await repository.git(['rev-parse', 'HEAD^'])).toBe(theirs);
  });

  it('[P7] leaves everything as it was when the rebase meets a conflict', async () => {
    await elsewhere('a.txt', 'theirs\n');
    const theirs = await atRemote();
    await repository.write('a.txt', 'mine\n');
    const result = await run();
    expect(result.results.map(({ status }) => status)).toEqual(['done', 'done', 'failed']);
    expect(result).toMatchObject({ pushed: false, rebased: false });
    expect(result.results[2]?.output).toMatch(/Not rebased/);
    expect(await repository.read('a.txt')).toBe('mine\n');
    expect(await repository.git(['rev-parse', 'HEAD'])).toBe(result.commit);
    expect(await repository.git(['status', '--porcelain'])).toBe('');
    expect(await atRemote()).toBe(theirs);
  });

  it('[P7] does not rebase over uncommitted changes', async () => {
    await elsewhere('theirs.txt', 'theirs');
    await repository.write('mine.txt', 'mine');
    await repository.write('a.txt', 'changed\n');
    const result = await run(['git add mine.txt', 'git commit -m x', 'git push']);
    expect(result.results[2]).toMatchObject({ status: 'failed', output: expect.stringContaining('uncommitted') });
    expect(await repository.git(['status', '--porcelain'])).toBe(' M a.txt');
    expect(await repository.git(['stash', 'list'])).toBe('');
  });

  it('stops at what failed, says why and hides secrets', async () => {
    await repository.hook('pre-commit', '#!/bin/sh\necho "no hidden-value here" >&2\nexit 1\n');
    await repository.write('b.txt', 'b');
    const { results, commit, pushed } = await run();
    expect(results.map(({ status }) => status)).toEqual(['done', 'failed', 'skipped']);
    expect(results[1]?.output).toBe('no ************ here');
    expect([commit, pushed]).toEqual([null, false]);
  });

  it('pushes only to remotes that are there, and only to branches that exist', async () => {
    await repository.write('b.txt', 'b');
    expect((await run(['git push elsewhere'])).results[0]).toMatchObject({
      status: 'failed',
      output: 'There is no remote elsewhere; there are: origin.',
    });
    expect((await run(['git push origin nowhere'])).results[0]?.status).toBe('failed');
  });

  it('refuses a checkout in the middle of something, or where a batch works', async () => {
    await repository.git(['switch', '--quiet', '--detach']);
    await expect(run()).rejects.toMatchObject({ code: 'detached_head' });
    await repository.git(['switch', '--quiet', 'main']);
    await mkdir(paths.claims, { recursive: true });
    await writeFile(join(paths.claims, `checkout-${PROJECT}.json`), '{"batch":"b_aaaaaaaaaa"}');
    await expect(run()).rejects.toMatchObject({ code: 'checkout_in_use', details: { batch: 'b_aaaaaaaaaa' } });
  });
});
