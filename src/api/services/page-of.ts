/** Pages of lists that are read as a whole: a cursor names the last item by its key, so it stays good while the list changes. */
import { decodeKeyCursor, encodeKeyCursor } from '../../store/cursor.ts';

/** What part of a list is asked for. */
export interface PageQuery {
  /** Absent: all of them. */
  readonly limit?: number | undefined;
  /** As an earlier page gave it. */
  readonly cursor?: string | undefined;
}

/**
 * One page of `items`, in the order of their keys.
 * @param keyOf unique text, which sorts by its characters
 * @throws AppError invalid_input for a cursor that no page gave
 */
export function pageOf<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  { limit, cursor }: PageQuery,
): { items: Item[]; nextCursor: string | null } {
  const after = cursor === undefined ? null : decodeKeyCursor(cursor);
  const rest = items
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => after === null || key > after)
    .toSorted((left, right) => (left.key < right.key ? -1 : 1));
  const shown = rest.slice(0, limit ?? rest.length);
  const last = shown.at(-1);
  const more = shown.length < rest.length && last !== undefined;
  return { items: shown.map(({ item }) => item), nextCursor: more ? encodeKeyCursor(last.key) : null };
}

/** Key part that puts the newest first. */
export function newestFirst(atMs: number): string {
  return String(Number.MAX_SAFE_INTEGER - atMs).padStart(16, '0');
}

/** Whether one of `texts` has `search` in it, in any case; absent: yes. */
export function contains(texts: readonly string[], search: string | undefined): boolean {
  return search === undefined || texts.some((text) => text.toLowerCase().includes(search.toLowerCase()));
}
