/** Reading JSON that somebody else wrote: every accessor answers with a value of the wanted type or null. */

/** A JSON object of unknown content. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** True for objects that are neither null nor arrays. */
function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `text` parsed, if it is a JSON object; else null. */
export function parseObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** The member as an object; null when it is none. */
export function objectAt(parent: JsonObject | null, key: string): JsonObject | null {
  const value = parent?.[key];
  return isObject(value) ? value : null;
}

/** The member as a non-empty string; null when it is none. */
export function textAt(parent: JsonObject | null, key: string): string | null {
  const value = parent?.[key];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The member as a finite number; null when it is none. */
export function numberAt(parent: JsonObject | null, key: string): number | null {
  const value = parent?.[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** The member's elements that are objects; empty when it is no array. */
export function objectsAt(parent: JsonObject | null, key: string): JsonObject[] {
  const value = parent?.[key];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The member's elements that are strings; empty when it is no array. */
export function textsAt(parent: JsonObject | null, key: string): string[] {
  const value = parent?.[key];
  return Array.isArray(value) ? value.filter((element) => typeof element === 'string') : [];
}
