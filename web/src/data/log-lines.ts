/** Text of a log cut into lines that know their place in the file. */

/** One line; `offset` is its first byte in the file, `end` the first byte behind its line feed. */
export interface LogLine {
  readonly offset: number;
  readonly end: number;
  readonly text: string;
}

/** Longer lines are cut: a log may be one line of 200 MB. */
const MAX_LINE_CHARS = 32_768;
const encoder = new TextEncoder();

/** What follows the last line feed: it may still grow. */
export interface Rest {
  readonly offset: number;
  readonly text: string;
}

/** Whole lines of `rest` and `text`, and what is left over. */
export function cutLines(rest: Rest, text: string): { readonly lines: LogLine[]; readonly rest: Rest } {
  const whole = rest.text + text;
  // Nearly all output is ASCII, where a character is a byte; counting is what costs.
  const isAscii = !hasOthers(whole);
  const lines: LogLine[] = [];
  let { offset } = rest;
  let from = 0;
  const add = (to: number, feed: number): void => {
    const part = whole.slice(from, to);
    const end = offset + (isAscii ? part.length : bytesOf(part)) + feed;
    lines.push({ offset, end, text: part });
    offset = end;
    from = to + feed;
  };
  for (;;) {
    const at = whole.indexOf('\n', from);
    const to = at === -1 ? whole.length : at;
    while (to - from > MAX_LINE_CHARS) add(from + MAX_LINE_CHARS - splitsPair(whole, from + MAX_LINE_CHARS), 0);
    if (at === -1) return { lines, rest: { offset, text: whole.slice(from) } };
    add(at, 1);
  }
}

/** The text behind the first line feed: the piece began in the middle of a line. The whole text if there is none. */
export function withoutFirstLine(rest: Rest): Rest {
  const end = rest.text.indexOf('\n');
  if (end === -1) return rest;
  const skipped = bytesOf(rest.text.slice(0, end + 1));
  return { offset: rest.offset + skipped, text: rest.text.slice(end + 1) };
}

/** Bytes of a text in the file. */
export function bytesOf(text: string): number {
  return encoder.encode(text).length;
}

/** The last line, when nothing will be added to it. */
export function closeRest({ offset, text }: Rest): LogLine[] {
  return text === '' ? [] : [{ offset, end: offset + bytesOf(text), text }];
}

const FIRST_OTHER = 0x80;

function hasOthers(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) >= FIRST_OTHER) return true;
  return false;
}

/** 1 if a cut at `at` would split a surrogate pair. */
function splitsPair(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code < 0xe000 ? 1 : 0;
}
