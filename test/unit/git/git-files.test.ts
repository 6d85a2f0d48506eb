import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gitDirectories } from '../../../src/host/git/git-directories.ts';
import { readFreshMessage, readHeadFile, readRefFile, readRefFiles } from '../../../src/host/git/git-files.ts';
import { makeRepository } from '../../support/git-repository.ts';
import type { TestRepository } from '../../support/git-repository.ts';

let repository: TestRepository;
let common: string;

beforeEach(async () => {
  repository = await makeRepository();
  common = join(repository.directory, '.git');
  await repository.git(['branch', 'feature/one']);
  await repository.git(['update-ref', 'refs/nightloom/wip/t_1', 'HEAD']);
});
afterEach(() => repository.remove());

/** What git itself says. */
async function listed(...prefixes: string[]): Promise<Record<string, string>> {
  const output = await repository.git(['for-each-ref', '--format=%(refname) %(objectname)', ...prefixes]);
  return Object.fromEntries(output.split('\n').map((line) => line.split(' ')));
}

describe('refs as files', () => {
  const prefixes = ['refs/heads', 'refs/stash', 'refs/nightloom/wip/'];

  it('are those that git lists: loose, packed, and packed with a newer loose one', async () => {
    const bare = prefixes.map((prefix) => prefix.replace(/\/$/, ''));
    const asRecord = async () => Object.fromEntries((await readRefFiles(common, prefixes)) ?? []);
    expect(await asRecord()).toEqual(await listed(...bare));
    await repository.git(['pack-refs', '--all']);
    expect(await asRecord()).toEqual(await listed(...bare));
    await repository.commit('Next');
    await repository.write('README.md', '# Stashed\n');
    await repository.git(['stash']);
    expect(Object.keys(await asRecord())).toEqual(expect.arrayContaining(['refs/heads/feature/one', 'refs/stash']));
    expect(await asRecord()).toEqual(await listed(...bare));
  });

  it('one by one: packed or loose the same sha, null when there is none', async () => {
    const sha = await repository.git(['rev-parse', 'HEAD']);
    expect(await readRefFile(common, 'refs/nightloom/wip/t_1')).toBe(sha);
    expect(await readRefFile(common, 'refs/nightloom/wip')).toBeUndefined();
    await repository.git(['pack-refs', '--all']);
    expect(await readRefFile(common, 'refs/nightloom/wip/t_1')).toBe(sha);
    expect(await readRefFile(common, 'refs/nightloom/wip/t_2')).toBeNull();
  });

  it('are left to git where a file holds something else than a sha', async () => {
    await repository.git(['symbolic-ref', 'refs/heads/alias', 'refs/heads/main']);
    expect(await readRefFile(common, 'refs/heads/alias')).toBeUndefined();
    expect(await readRefFiles(common, prefixes)).toBeUndefined();
    await rm(join(common, 'refs', 'heads', 'alias'));
    await writeFile(join(common, 'refs', 'heads', 'main.lock'), '');
    expect([...((await readRefFiles(common, prefixes)) ?? new Map()).keys()]).not.toContain('refs/heads/main.lock');
  });
});

describe('a fresh commit as a file', () => {
  it('gives HEAD and the message; nothing once it is packed', async () => {
    const sha = await repository.commit('Subject\n\nBody with ünïcode');
    const places = await gitDirectories(repository.directory);
    if (places === null) throw new Error('no repository');
    expect(await readHeadFile(places)).toBe(sha);
    expect(await readFreshMessage(places.commonDirectory, sha)).toBe('Subject\n\nBody with ünïcode\n');
    await repository.git(['checkout', '--quiet', '--detach']);
    expect(await readHeadFile(places)).toBe(sha);
    await repository.git(['gc', '--quiet', '--prune=now']);
    expect(await readFreshMessage(places.commonDirectory, sha)).toBeNull();
  });
});
