/** Lines of a log as rows of one of its two views; a line is read once, however often the log grows. */
import type { LogLine } from '../../data/log-lines.ts';
import { toEntries } from '../../model/transcript.ts';
import type { Entry } from '../../model/transcript.ts';

/** The two views of one log. */
export const LOG_VIEWS = ['conversation', 'raw'] as const;
/** One of {@link LOG_VIEWS}. */
export type LogViewName = (typeof LOG_VIEWS)[number];

/** What is drawn as one thing. `entry` null: the line as it is. */
export interface LogRow {
  readonly key: string;
  readonly offset: number;
  readonly entry: Entry | null;
  readonly text: string;
}

const known: Readonly<Record<LogViewName, WeakMap<LogLine, readonly LogRow[]>>> = {
  conversation: new WeakMap(),
  raw: new WeakMap(),
};

/** Rows of these lines. */
export function rowsOf(lines: readonly LogLine[], view: LogViewName): readonly LogRow[] {
  const seen = known[view];
  const rows: LogRow[] = [];
  for (const line of lines) {
    let own = seen.get(line);
    if (own === undefined) {
      own = view === 'raw' ? [rawRow(line)] : conversationRows(line);
      seen.set(line, own);
    }
    for (const row of own) rows.push(row);
  }
  return rows;
}

function rawRow({ offset, text }: LogLine): LogRow {
  return { key: `${offset}`, offset, entry: null, text };
}

function conversationRows({ offset, text }: LogLine): LogRow[] {
  return toEntries(text).map((entry, at) => ({ key: `${offset}.${at}`, offset, entry, text: entry.text }));
}
