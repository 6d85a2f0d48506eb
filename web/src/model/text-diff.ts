/** Two texts line by line. */
import type { DiffLine, SplitRow } from './diff.ts';
import { splitRows } from './diff.ts';

/** More pairs of lines than this are not compared: what differs is then shown as one piece. */
const MAX_PAIRS = 4_000_000;

/** Both texts side by side; equal lines stand beside each other. */
export function compareTexts(before: string, after: string): SplitRow[] {
  return splitRows(diffLines(before.split('\n'), after.split('\n')));
}

function diffLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const lines: DiffLine[] = before.slice(0, start).map((text, at) => same(text, at, at));
  lines.push(...changedLines(before.slice(start, before.length - end), after.slice(start, after.length - end), start));
  for (let at = end; at > 0; at -= 1) {
    lines.push(same(before.at(-at) ?? '', before.length - at, after.length - at));
  }
  return lines;
}

/** By the longest common subsequence. */
function changedLines(before: readonly string[], after: readonly string[], offset: number): DiffLine[] {
  const width = after.length + 1;
  if (before.length * width > MAX_PAIRS) {
    return [
      ...before.map((text, at) => removed(text, at + offset)),
      ...after.map((text, at) => added(text, at + offset)),
    ];
  }
  const longest = new Uint32Array((before.length + 1) * width);
  const at = (i: number, j: number): number => longest[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      longest[i * width + j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [left, right] = [before[i], after[j]];
    if (left !== undefined && left === right) lines.push(same(left, i++ + offset, j++ + offset));
    else if (left !== undefined && (right === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push(removed(left, i++ + offset));
    } else if (right !== undefined) lines.push(added(right, j++ + offset));
  }
  return lines;
}

function same(text: string, before: number, after: number): DiffLine {
  return { kind: 'same', before: before + 1, after: after + 1, text };
}

function removed(text: string, at: number): DiffLine {
  return { kind: 'removed', before: at + 1, after: null, text };
}

function added(text: string, at: number): DiffLine {
  return { kind: 'added', before: null, after: at + 1, text };
}
