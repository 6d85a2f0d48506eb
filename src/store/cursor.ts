/** Cursors of lists: opaque to callers, checked when they come back. */
import { AppError } from '../contracts/errors.ts';
import { isId } from '../contracts/ids.ts';
import type { IdKind } from '../contracts/ids.ts';

/** Where a page ended. */
export interface CursorPlace<Id extends string = string> {
  /** RFC 3339 with milliseconds. */
  readonly createdAt: string;
  readonly id: Id;
}

/** Ids of journal entries are the longest. */
const MAX_ID = 300;
const INSTANT = /^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Opaque text of a place. */
export function encodeCursor(place: CursorPlace): string {
  return Buffer.from(JSON.stringify([place.createdAt, place.id]), 'utf8').toString('base64url');
}

/**
 * The place that a cursor of a list of `kind` names.
 * @throws AppError invalid_input when it is not one that {@link encodeCursor} made
 */
export function decodeCursor<Kind extends IdKind>(cursor: string, kind: Kind) {
  const { createdAt, id } = decodePlace(cursor);
  if (!isId(kind, id)) throw forged();
  return { createdAt, id };
}

/**
 * As {@link decodeCursor}, for lists whose ids are of several kinds: any text.
 * @throws AppError invalid_input when it is not one that {@link encodeCursor} made
 */
export function decodePlace(cursor: string): CursorPlace {
  const parts = parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (!Array.isArray(parts) || parts.length !== 2) throw forged();
  const [createdAt, id]: unknown[] = parts;
  if (typeof createdAt !== 'string' || !INSTANT.test(createdAt)) throw forged();
  if (typeof id !== 'string' || id.length > MAX_ID) throw forged();
  return { createdAt, id };
}

/** Opaque text of a place in a list that is numbered. */
export function encodeNumberCursor(number: number): string {
  return Buffer.from(JSON.stringify([number]), 'utf8').toString('base64url');
}

/** @throws AppError invalid_input when it is not one that {@link encodeNumberCursor} made */
export function decodeNumberCursor(cursor: string): number {
  const parts = parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  const [number]: unknown[] = Array.isArray(parts) && parts.length === 1 ? parts : [];
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0) throw forged();
  return number;
}

/** Opaque text of a place in a list that is read as a whole: the key of the last item. */
export function encodeKeyCursor(key: string): string {
  return Buffer.from(JSON.stringify([key]), 'utf8').toString('base64url');
}

/** @throws AppError invalid_input when it is not one that {@link encodeKeyCursor} made */
export function decodeKeyCursor(cursor: string): string {
  const parts = parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  const [key]: unknown[] = Array.isArray(parts) && parts.length === 1 ? parts : [];
  if (typeof key !== 'string') throw forged();
  return key;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function forged(): AppError {
  const message = 'The cursor is not one that a list returned; leave it out to begin at the first page';
  return new AppError('invalid_input', `${message}.`, { details: { fields: [{ path: 'cursor', message }] } });
}
