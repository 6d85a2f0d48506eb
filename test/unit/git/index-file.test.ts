import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { indexHas } from '../../../src/host/git/index-file.ts';
import { makeRepository } from '../../support/git-repository.ts';
import type { TestRepository } from '../../support/git-repository.ts';

const NAME = '.claude/commands/ä name.md';
let repository: TestRepository;
beforeEach(async () => {
  repository = await makeRepository();
});
afterEach(() => repository.remove());

const has = (path: string): Promise<boolean | undefined> => indexHas(join(repository.directory, '.git'), path);

/** What git itself says. */
async function listed(path: string): Promise<boolean> {
  return (await repository.git(['ls-files', '-z', '--', path])) !== '';
}

describe('the index as a file', () => {
  it('says what git says: untracked, staged, committed, taken out again', async () => {
    await repository.write(NAME, 'x');
    expect([await has(NAME), await listed(NAME)]).toEqual([false, false]);
    await repository.git(['add', '--', NAME]);
    expect([await has(NAME), await listed(NAME)]).toEqual([true, true]);
    await repository.commit('With it');
    expect(await has(NAME)).toBe(true);
    await repository.git(['rm', '--quiet', '--cached', '--', NAME]);
    expect([await has(NAME), await listed(NAME)]).toEqual([false, false]);
  });

  it('does not take the end of a longer name for the name', async () => {
    await repository.write(`sub/${NAME}`, 'x');
    await repository.git(['add', '--all']);
    expect(await has(NAME)).not.toBe(true);
    expect(await has(`sub/${NAME}`)).toBe(true);
    expect(await has(NAME.slice(0, -1))).toBe(false);
  });

  it('knows names that are longer than the length in their flags', async () => {
    const long = `${'d'.repeat(200)}/`.repeat(19) + 'f'.repeat(200);
    const blob = await repository.git(['hash-object', '-w', '--', 'README.md']);
    await repository.git(['update-index', '--add', '--cacheinfo', `100644,${blob},${long}`]);
    await repository.git(['update-index', '--add', '--cacheinfo', `100644,${blob},${'e/'.repeat(2100)}f`]);
    expect([await has(long), await has(`${'e/'.repeat(2100)}f`)]).toEqual([true, true]);
  });

  it.each([
    ['version 4', ['update-index', '--index-version', '4']],
    ['a split index', ['update-index', '--split-index']],
  ])('leaves %s to git', async (_what, args) => {
    await repository.write(NAME, 'x');
    await repository.git(['add', '--all']);
    await repository.git(args);
    expect(await has(NAME)).toBeUndefined();
  });

  it('leaves an entry that is only intended to git, and a place without an index', async () => {
    await repository.write(NAME, 'x');
    await repository.git(['add', '--intent-to-add', '--', NAME]);
    expect(await has(NAME)).not.toBe(false);
    expect(await indexHas(join(repository.directory, 'nowhere'), NAME)).toBeUndefined();
  });
});
