import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resetForAttempt } from '../../../src/host/git/attempt.ts';
import { guardAfter, guardBefore } from '../../../src/host/git/stash-guard.ts';
import { workTree } from '../../../src/host/git/trees.ts';
import { BATCH, makeFixture } from './fixture.ts';

/** Prints what the git work of a task costs; asserts only that it was done. */
describe('timing of the git work of a task', () => {
  it.each([10, 10_000])('in a repository of %i files', { timeout: 60_000 }, async (count) => {
    const files = Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`dir${index % 100}/file${index}.txt`, `${index}\n`]),
    );
    const fixture = await makeFixture(files);
    const times = new Map<string, number[]>();
    const measure = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
      const start = performance.now();
      const result = await work();
      times.set(what, [...(times.get(what) ?? []), performance.now() - start]);
      return result;
    };
    const rounds = 7;
    try {
      for (let round = 0; round < rounds; round += 1) {
        const task = `t_000000010${round}`;
        const { base } = await measure('reset', () =>
          resetForAttempt({ directory: fixture.worktree, branch: fixture.branch, task }),
        );
        const before = await measure('guard before', () => guardBefore(fixture.repository.directory, BATCH));
        await fixture.edit('dir1/file1.txt', `round ${round}\n`);
        await measure('fingerprint', () => workTree(fixture.worktree));
        await measure('guard after', () =>
          guardAfter({ repository: fixture.repository.directory, worktree: fixture.worktree, base, before }),
        );
        const trailers = { task, batch: BATCH, attempt: 1, requirement: null };
        const intentFile = join(fixture.runDirectory, `${task}.json`);
        await measure('commit', () => fixture.commit({ base, trailers, intentFile }));
      }
      expect(await fixture.commits()).toHaveLength(rounds);
    } finally {
      await fixture.repository.remove();
    }
    const medians = [...times].map(([what, values]) => `${what} ${median(values).toFixed(1)}`);
    console.log(`${count} files, median ms: ${medians.join(', ')}`);
  });
});

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}
