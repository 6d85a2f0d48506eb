/** A window onto one log: what the browser holds of it, in whole lines with their place in the file. */
import type { LogRangeView } from '../../../src/contracts/log-views.ts';
import { api } from './api.ts';
import { createCell } from './cell.ts';
import type { Cell } from './cell.ts';

/** One line; `offset` is its first byte in the file. */
export interface LogLine {
  readonly offset: number;
  readonly text: string;
}

/** What is held. */
export interface LogState {
  readonly lines: readonly LogLine[];
  /** First byte held; 0: the log from its beginning. */
  readonly start: number;
  readonly totalBytes: number;
  readonly ended: boolean;
  readonly error: unknown;
  readonly loaded: boolean;
}

/** Names a log. */
export interface LogPlace {
  readonly task: string;
  readonly attempt: number;
  readonly step: string;
  readonly stream: 'stdout' | 'stderr';
}

/** See {@link openLog}. */
export interface LogWindow {
  readonly cell: Cell<LogState>;
  /** Reads the piece before the window. */
  readonly earlier: () => Promise<void>;
  readonly close: () => void;
}

const PIECE_BYTES = 262_144;
/** More is dropped at the beginning; it can be read again. */
const MAX_LINES = 40_000;
const EMPTY: LogState = { lines: [], start: 0, totalBytes: 0, ended: false, error: null, loaded: false };
const encoder = new TextEncoder();

/**
 * Opens a log at byte `at` (null: at its end) and follows it. The window is for one look; `close` ends it.
 */
export function openLog(place: LogPlace, at: number | null): LogWindow {
  const cell = createCell<LogState>(EMPTY);
  const closing = new AbortController();
  const { signal } = closing;
  const { task, ...query } = place;
  const readAt = (offset: number, maxBytes = PIECE_BYTES): Promise<LogRangeView> =>
    api.call('readLog', { params: { id: task }, query: { ...query, offset, maxBytes }, signal });
  // The last line may still grow: its text is held back until its line feed is there.
  let rest = { offset: 0, text: '' };

  const append = (range: LogRangeView): void => {
    const before = cell.get();
    const split = splitLines(rest, range.text);
    rest = split.rest;
    const lines = [...before.lines, ...split.lines, ...(range.ended && rest.text !== '' ? [rest] : [])];
    const kept = lines.length > MAX_LINES ? lines.slice(-MAX_LINES) : lines;
    const start = kept.length === lines.length ? before.start : (kept[0]?.offset ?? before.start);
    cell.set({ ...before, lines: kept, start, totalBytes: range.totalBytes, ended: range.ended, loaded: true });
  };
  const begin = async (): Promise<void> => {
    const from = at === null ? -PIECE_BYTES : Math.max(0, at);
    const first = await readAt(from);
    const aligned = first.offset === 0 || at !== null ? first : withoutFirstLine(first);
    rest = { offset: aligned.offset, text: '' };
    cell.set({ ...EMPTY, start: aligned.offset });
    append(aligned);
    if (first.ended) return;
    for await (const range of api.followLog({ ...place, offset: first.nextOffset, signal })) append(range);
    const before = cell.get();
    cell.set({ ...before, ended: true, lines: rest.text === '' ? before.lines : [...before.lines, rest] });
  };
  begin().catch((error: unknown) => {
    if (!signal.aborted) cell.set({ ...cell.get(), error, loaded: true });
  });

  return {
    cell,
    close: () => closing.abort(),
    earlier: async () => {
      const { start } = cell.get();
      if (start === 0) return;
      const from = Math.max(0, start - PIECE_BYTES);
      const piece = await readAt(from, start - from);
      const aligned = piece.offset === 0 ? piece : withoutFirstLine(piece);
      const { lines, rest: last } = splitLines({ offset: aligned.offset, text: '' }, aligned.text);
      const now = cell.get();
      if (now.start !== start) return;
      cell.set({ ...now, start: aligned.offset, lines: [...lines, ...(last.text === '' ? [] : [last]), ...now.lines] });
    },
  };
}

/** Whole lines of `rest` and `text`, and what follows the last line feed. */
function splitLines(rest: LogLine, text: string): { lines: LogLine[]; rest: LogLine } {
  const parts = (rest.text + text).split('\n');
  const last = parts.pop() ?? '';
  let { offset } = rest;
  const lines = parts.map((part) => {
    const line = { offset, text: part };
    offset += encoder.encode(part).length + 1;
    return line;
  });
  return { lines, rest: { offset, text: last } };
}

function withoutFirstLine(range: LogRangeView): LogRangeView {
  const end = range.text.indexOf('\n');
  if (end === -1) return range;
  const skipped = encoder.encode(range.text.slice(0, end + 1)).length;
  return { ...range, offset: range.offset + skipped, text: range.text.slice(end + 1) };
}
