/** Conversions between columns and values, the same for every table. */

/** RFC 3339 text with milliseconds, in UTC. @throws RangeError outside the years that a Date can hold */
export function toInstant(ms: number): string {
  return new Date(ms).toISOString();
}

/** As {@link toInstant}; null stays null. */
export function toNullableInstant(ms: number | null): string | null {
  return ms === null ? null : toInstant(ms);
}

/** Milliseconds since 1970 of what {@link toInstant} wrote. */
export function fromInstant(text: string): number {
  return Date.parse(text);
}

/** As {@link fromInstant}; null stays null. */
export function fromNullableInstant(text: string | null): number | null {
  return text === null ? null : fromInstant(text);
}

/** JSON text of a value that is JSON already. */
export function toJson(value: object): string {
  return JSON.stringify(value);
}

/**
 * The value of a column that only {@link toJson} writes: the type is the one its writer had, it is not checked again.
 * @throws SyntaxError when the row was changed by hand
 */
export function fromJson<Value>(text: string): Value {
  const value: Value = JSON.parse(text);
  return value;
}

/** Ids that one query names at most. */
export const IDS_PER_QUERY = 500;

/** `items` in pieces of at most `size`: databases bound the number of parameters of one statement. */
export function chunksOf<Item>(items: readonly Item[], size: number): Item[][] {
  const chunks: Item[][] = [];
  for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size));
  return chunks;
}
