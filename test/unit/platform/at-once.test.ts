/** Bounded concurrency. */
import { expect, it } from 'vitest';
import { mapAtOnce } from '../../../src/platform/at-once.ts';

it('keeps the order, begins the next as soon as one is done, and has no more than the bound under way', async () => {
  const ends: (() => void)[] = [];
  const begun: string[] = [];
  const all = mapAtOnce(['a', 'b', 'c', 'd'], 2, async (item) => {
    begun.push(item);
    await new Promise<void>((resolve) => ends.push(resolve));
    return item.toUpperCase();
  });
  expect(begun).toEqual(['a', 'b']);
  ends[1]?.();
  await expect.poll(() => begun).toEqual(['a', 'b', 'c']);
  ends[2]?.();
  await expect.poll(() => begun).toEqual(['a', 'b', 'c', 'd']);
  ends[3]?.();
  ends[0]?.();
  expect(await all).toEqual(['A', 'B', 'C', 'D']);
  expect(await mapAtOnce([], 2, () => Promise.resolve(1))).toEqual([]);
});

it('begins no other when one failed', async () => {
  const begun: number[] = [];
  const all = mapAtOnce([0, 1, 2, 3, 4], 2, async (item) => {
    begun.push(item);
    if (item === 1) throw new Error('one');
    await Promise.resolve();
    await Promise.resolve();
    return item;
  });
  await expect(all).rejects.toThrow('one');
  expect(begun).toEqual([0, 1]);
});
