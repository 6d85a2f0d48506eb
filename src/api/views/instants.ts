/** Instants as callers see them. */

/** RFC 3339 in UTC. */
export function instant(ms: number): string {
  return new Date(ms).toISOString();
}

/** As {@link instant}; null stays null. */
export function nullableInstant(ms: number | null): string | null {
  return ms === null ? null : instant(ms);
}
