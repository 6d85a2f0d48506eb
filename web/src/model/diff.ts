/** Unified diffs as rows to draw: one column or two. Text only; nothing in it is trusted. */

/** A line of a file's change. Numbers count from 1; null where the line is not in that version. */
export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed' | 'hunk' | 'note';
  readonly before: number | null;
  readonly after: number | null;
  readonly text: string;
}

/** A row of the two-column view; null: nothing on that side. Hunks and notes are on both. */
export interface SplitRow {
  readonly before: DiffLine | null;
  readonly after: DiffLine | null;
}

const HUNK = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@(.*)$/;

/** Lines of a patch, without its header. */
export function linesOfPatch(patch: string): DiffLine[] {
  const lines: DiffLine[] = [];
  let before = 0;
  let after = 0;
  let isInside = false;
  for (const raw of patch.split('\n')) {
    const hunk = HUNK.exec(raw);
    if (hunk !== null) {
      [before, after, isInside] = [Number(hunk[1]), Number(hunk[2]), true];
      lines.push({ kind: 'hunk', before: null, after: null, text: raw });
      continue;
    }
    if (!isInside) continue;
    const text = raw.slice(1);
    switch (raw.charAt(0)) {
      case '+':
        lines.push({ kind: 'added', before: null, after: after++, text });
        break;
      case '-':
        lines.push({ kind: 'removed', before: before++, after: null, text });
        break;
      case ' ':
        lines.push({ kind: 'same', before: before++, after: after++, text });
        break;
      case '\\':
        lines.push({ kind: 'note', before: null, after: null, text: text.trim() });
        break;
      default:
        // The end of the patch, or the header of another one.
        isInside = raw !== '' && !raw.startsWith('diff ');
    }
  }
  return lines;
}

/** The same lines side by side: what was removed stands beside what was put in its place. */
export function splitRows(lines: readonly DiffLine[]): SplitRow[] {
  const rows: SplitRow[] = [];
  let removed: DiffLine[] = [];
  let added: DiffLine[] = [];
  const flush = (): void => {
    for (let at = 0; at < Math.max(removed.length, added.length); at += 1) {
      rows.push({ before: removed[at] ?? null, after: added[at] ?? null });
    }
    [removed, added] = [[], []];
  };
  for (const line of lines) {
    if (line.kind === 'removed') {
      if (added.length > 0) flush();
      removed.push(line);
    } else if (line.kind === 'added') added.push(line);
    else {
      flush();
      rows.push({ before: line, after: line });
    }
  }
  flush();
  return rows;
}

/** A text in three parts, of which the middle one differs from the other text. */
export type Parts = readonly [same: string, changed: string, same: string];

/** Where two lines differ: for the eye. Null if nearly everything does. */
export function changedParts(before: string, after: string): { readonly before: Parts; readonly after: Parts } | null {
  const max = Math.min(before.length, after.length);
  let start = 0;
  while (start < max && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < max - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  if (start + end < MIN_SHARED * Math.max(before.length, after.length)) return null;
  const parts = (text: string): Parts => [
    text.slice(0, start),
    text.slice(start, text.length - end),
    text.slice(text.length - end),
  ];
  return { before: parts(before), after: parts(after) };
}

const MIN_SHARED = 0.35;
