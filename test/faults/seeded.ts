/** Random choices that a seed repeats. */

/** A source of choices. */
export interface Seeded {
  /** Integer from `low` to `high`, both included. */
  int(low: number, high: number): number;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
  /** One of the keys, as often as its weight says. */
  weighted<Key extends string>(weights: Readonly<Record<Key, number>>): Key;
}

/** The choices of `seed` (mulberry32: 32 bits of state are enough for a few thousand of them). */
export function seeded(seed: number): Seeded {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    int,
    pick: (items) => items[int(0, items.length - 1)] ?? items[0],
    weighted: <Key extends string>(weights: Readonly<Record<Key, number>>): Key => {
      const keys = Object.keys(weights).filter((key): key is Key => Object.hasOwn(weights, key));
      let left = int(
        1,
        keys.reduce((sum, key) => sum + weights[key], 0),
      );
      for (const key of keys) {
        left -= weights[key];
        if (left <= 0) return key;
      }
      throw new RangeError('no weights');
    },
  };
}
