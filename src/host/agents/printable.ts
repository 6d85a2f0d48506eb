/** Text of agents made safe for terminals, pages and database columns. */

const ESCAPE = String.fromCharCode(0x1b);
const BELL = String.fromCharCode(0x07);
// Whole escape sequences go, not only their first byte: CSI (colours), OSC (titles, links), and two-character ones.
const ESCAPES = new RegExp(
  `${ESCAPE}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${BELL}${ESCAPE}]*(?:${BELL}|${ESCAPE}\\\\|$)|[@-Z\\\\-_])`,
  'g',
);
// Other control characters, and the bidirectional ones that make text read differently from what it is.
const CONTROLS = /[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]+/gu;

/** `text` on one line, without control characters and escape sequences, cut to `maxLength` characters. */
export function printable(text: string, maxLength = 500): string {
  // Cutting first keeps megabytes out of the expressions; the rest leaves room for what they remove.
  const line = text
    .slice(0, maxLength * 8)
    .replace(ESCAPES, '')
    .replace(CONTROLS, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()
    .toWellFormed();
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 1).toWellFormed()}…`;
}

/** The line of `text` that says what went wrong: the first that begins with "error", else the last; null: none. */
export function errorLine(text: string, maxLength = 500): string | null {
  const said = text
    .slice(-8192)
    .split('\n')
    .find((line) => /^\W*error\b/i.test(line));
  return said === undefined ? lastLine(text, maxLength) : printable(said, maxLength);
}

/** The last line of `text` that is not blank, printable; null when there is none. */
export function lastLine(text: string, maxLength = 500): string | null {
  const lines = text.slice(-8192).split('\n');
  for (const line of lines.toReversed()) {
    const clean = printable(line, maxLength);
    if (clean !== '') return clean;
  }
  return null;
}
