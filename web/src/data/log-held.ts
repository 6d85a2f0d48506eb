/** How much of a log is held at once, and what is let go of. */
import type { LogLine } from './log-lines.ts';

const MAX_LINES = 20_000;
const MAX_CHARS = 8_000_000;

/** `held` and `added` behind it, without what is too much at the beginning; `start`: first byte that is left. */
export function heldFromEnd(
  held: readonly LogLine[],
  added: readonly LogLine[],
  start: number,
): { readonly lines: readonly LogLine[]; readonly start: number } {
  if (added.length === 0) return { lines: held, start };
  const lines = [...held, ...added];
  const from = firstKept(lines);
  return from === 0 ? { lines, start } : { lines: lines.slice(from), start: lines[from]?.offset ?? start };
}

/** `added` and `held` behind it, without what is too much at the end. All of `added` stays. */
export function heldFromStart(added: readonly LogLine[], held: readonly LogLine[]): readonly LogLine[] {
  const lines = [...added, ...held];
  let chars = 0;
  const over = lines.findIndex(({ text }, at) => at >= MAX_LINES || (chars += text.length) > MAX_CHARS);
  return over === -1 ? lines : lines.slice(0, Math.max(over, added.length));
}

function firstKept(lines: readonly LogLine[]): number {
  let chars = 0;
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    chars += lines[at]?.text.length ?? 0;
    if (chars > MAX_CHARS || lines.length - at > MAX_LINES) return Math.min(at + 1, lines.length - 1);
  }
  return 0;
}
