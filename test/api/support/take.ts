/** Reading a stream that does not end. */

/** The first `count` items. */
export async function take<Item>(source: AsyncIterable<Item>, count: number): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of source) {
    items.push(item);
    if (items.length === count) break;
  }
  return items;
}
