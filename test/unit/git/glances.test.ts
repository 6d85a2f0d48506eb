/** Looks at a worktree that are begun before they are asked for. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGlances } from '../../../src/host/git/glances.ts';
import { makeRepository } from '../../support/git-repository.ts';
import type { TestRepository } from '../../support/git-repository.ts';

let repository: TestRepository;
let nowMs: number;
const clock = (): number => nowMs;

beforeEach(async () => {
  nowMs = 0;
  repository = await makeRepository({ 'a.txt': 'a\n' });
});
afterEach(() => repository.remove());

describe('glances', () => {
  it('say how the tree was, once', async () => {
    await mkdir(join(repository.directory, 'new'));
    await repository.write('new/b.txt', 'b\n');
    const glances = createGlances(clock);
    glances.begin(repository.directory);
    const head = await repository.git(['rev-parse', 'HEAD']);
    expect(await glances.take(repository.directory)).toMatchObject({ head, entries: [{ path: 'new/' }] });
    expect(await glances.take(repository.directory)).toBeNull();
  });

  it('are of one directory, and say nothing when they are old', async () => {
    const glances = createGlances(clock);
    glances.begin(repository.directory);
    expect(await glances.take(repository.root)).toBeNull();
    nowMs = 301;
    expect(await glances.take(repository.directory)).toBeNull();
  });

  it('say nothing where git does not answer', async () => {
    await rm(repository.directory, { recursive: true });
    const glances = createGlances(clock);
    glances.begin(repository.directory);
    expect(await glances.take(repository.directory)).toBeNull();
  });
});
