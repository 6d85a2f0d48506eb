/** Bounded concurrency. */

/**
 * What `work` makes of each item, in the order of the items, with at most `atOnce` of them under way: as soon as one is
 * done the next is begun. Rejects as the first that does; those under way then go on unobserved, and no other is begun.
 */
export async function mapAtOnce<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const rest = items.entries();
  let isFailed = false;
  const worker = async (): Promise<void> => {
    for (const [index, item] of rest) {
      if (isFailed) return;
      try {
        results[index] = await work(item);
      } catch (error) {
        isFailed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
}
