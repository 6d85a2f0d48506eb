/** Text of strangers (agents, file names, tool output) made safe and short for a terminal. */

const char = (code: number): string => `\\u${code.toString(16).padStart(4, '0')}`;
const range = (from: number, to: number): string => `${char(from)}-${char(to)}`;

const [ESC, BEL, CSI, ST] = [char(0x1b), char(0x07), char(0x9b), char(0x9c)];
// Strings (OSC, DCS, SOS, PM, APC) reach to BEL or ST or, unterminated, to the end of the text.
const STRING_BODY = `[^${BEL}${ESC}${ST}]*(?:${BEL}|${ESC}\\\\|${ST}|$)`;
const CSI_BODY = '[0-?]*[ -/]*[@-~]';
const ESCAPES = new RegExp(`${ESC}(?:\\[${CSI_BODY}|[\\]PX^_]${STRING_BODY}|[ -/]*[0-~]|$)`, 'g');
const C1_STRINGS = [0x90, 0x98, 0x9d, 0x9e, 0x9f].map(char).join('');
const C1_SEQUENCES = new RegExp(`${CSI}${CSI_BODY}|[${C1_STRINGS}]${STRING_BODY}`, 'g');
// Controls except tab and newline; and the bidirectional overrides that reorder what a reader sees.
const CONTROLS = new RegExp(
  `[${range(0x00, 0x08)}${range(0x0b, 0x1f)}${range(0x7f, 0x9f)}${range(0x202a, 0x202e)}${range(0x2066, 0x2069)}]`,
  'g',
);

/** `text` without anything that moves the cursor, sets titles or colours, or hides what it says; tabs and newlines stay. */
export function stripControls(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll(ESCAPES, '')
    .replaceAll(C1_SEQUENCES, '')
    .replaceAll(/\r(?!$)/g, '\n')
    .replaceAll(CONTROLS, '');
}

/** One line without controls: newlines and runs of blanks become one blank. */
export function oneLine(text: string): string {
  return stripControls(text).replaceAll(/\s+/g, ' ').trim();
}

/** At most `max` characters; cut text ends in an ellipsis. Counts code points, so no character is halved. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  const points = Array.from(text);
  if (points.length <= max) return text;
  return `${points.slice(0, Math.max(0, max - 1)).join('')}…`;
}

/** `text` filled with blanks to `width` code points. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - Array.from(text).length));
}

/** Text as one word of a POSIX shell: quoted only where needed. */
export function shellWord(text: string): string {
  if (/^[A-Za-z0-9_./:@%+=,][A-Za-z0-9_./:@%+=,-]*$/.test(text)) return text;
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** `1 task`, `3 tasks`; `plural` where an s does not do. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}

/** Rows in columns as wide as their widest cell, two blanks apart, the last column unpadded. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, Array.from(cell).length);
  }
  return rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : pad(cell, widths[index] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
