/** Looking for text in a log, and for the place of a line, with memory bounded whatever the file's size. */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { LogLine, LogMatch, LogQuery, LogSearchResult } from '../../contracts/host-door-inspect.ts';
import type { Masker } from '../../platform/masking.ts';

const PIECE_BYTES = 1024 * 1024;
/** Longer lines are looked at in parts. */
const MAX_LINE_BYTES = 256 * 1024;
const SHOWN_CHARACTERS = 1000;
const BEFORE_HIT = 200;
const LINE_FEED = 10;

/** A line and its place. */
interface Line {
  readonly bytes: Buffer;
  readonly offset: number;
  readonly number: number;
}

/** Lines with the text in them, from `query.offset` on. @throws the operating system's error when it cannot be opened */
export async function searchFile(file: string, query: LogQuery, masker: Masker): Promise<LogSearchResult> {
  const handle = await open(file, 'r');
  try {
    const { size: totalBytes } = await handle.stat();
    const wanted = query.ignoreCase ? query.text.toLowerCase() : query.text;
    const matches: LogMatch[] = [];
    let next: LogSearchResult['next'] = null;
    for await (const line of linesOf(handle, totalBytes, query)) {
      if (matches.length >= query.maxMatches || line.offset - query.offset >= query.maxBytes) {
        next = { offset: line.offset, line: line.number };
        break;
      }
      const text = masker.maskBytes(line.bytes).toString('utf8');
      const at = (query.ignoreCase ? text.toLowerCase() : text).indexOf(wanted);
      if (at === -1) continue;
      const from = Math.max(0, at - BEFORE_HIT);
      matches.push({ offset: line.offset, line: line.number, text: text.slice(from, from + SHOWN_CHARACTERS) });
    }
    return { matches, next, totalBytes };
  } finally {
    await handle.close();
  }
}

/** Where a line begins; the last one if there are fewer. @throws as {@link searchFile} */
export async function findLine(file: string, wanted: number): Promise<LogLine> {
  const handle = await open(file, 'r');
  try {
    const { size: totalBytes } = await handle.stat();
    let found: LogLine = { line: 1, offset: 0, totalBytes };
    for await (const { number, offset } of linesOf(handle, totalBytes, { offset: 0, line: 1 })) {
      found = { line: number, offset, totalBytes };
      if (number >= wanted) break;
    }
    return found;
  } finally {
    await handle.close();
  }
}

async function* linesOf(
  handle: FileHandle,
  end: number,
  from: { readonly offset: number; readonly line: number },
): AsyncGenerator<Line, void, undefined> {
  let rest = Buffer.alloc(0);
  let { offset, line: number } = from;
  for (let position = from.offset; position < end;) {
    const piece = Buffer.alloc(Math.min(PIECE_BYTES, end - position));
    const { bytesRead } = await handle.read(piece, 0, piece.length, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    rest = Buffer.concat([rest, piece.subarray(0, bytesRead)]);
    for (let feed = rest.indexOf(LINE_FEED); feed !== -1; feed = rest.indexOf(LINE_FEED)) {
      yield { bytes: rest.subarray(0, feed), offset, number };
      rest = rest.subarray(feed + 1);
      offset += feed + 1;
      number += 1;
    }
    if (rest.length <= MAX_LINE_BYTES) continue;
    yield { bytes: rest, offset, number };
    offset += rest.length;
    rest = Buffer.alloc(0);
  }
  if (rest.length > 0) yield { bytes: rest, offset, number };
}
