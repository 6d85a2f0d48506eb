/** Looking through a whole log: piece by piece, so that a log of any length takes no more memory than a piece. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from './api.ts';
import { closeRest, cutLines } from './log-lines.ts';
import type { LogLine, Rest } from './log-lines.ts';
import type { LogPlace } from './log-window.ts';

/** A line that was looked for. */
export interface LogMatch {
  /** Its first byte. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** What a search has found. */
export interface LogMatches {
  readonly matches: readonly LogMatch[];
}

/** So many are shown of a search. */
export const SHOWN_MATCHES = 200;
const PIECE_BYTES = 1_048_576;
/** What errors are called: by agents in their own words, by tools in theirs. */
const ERROR = /"is_error":\s*true|\b(error|failed|failure|fatal|panic|exception|traceback)\b/i;

/** The first lines with `text` in them, whatever its case. */
export function logSearchQuery(place: LogPlace, text: string) {
  const wanted = text.toLowerCase();
  return queryOptions({
    queryKey: ['log-search', place, text],
    queryFn: async ({ signal }): Promise<LogMatches> => ({
      matches: await look(place, (line) => line.toLowerCase().includes(wanted), SHOWN_MATCHES, signal),
    }),
    enabled: text !== '',
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
}

/** Byte of the first line that speaks of an error; null: none does. */
export async function findFirstError(place: LogPlace, signal: AbortSignal): Promise<number | null> {
  const [first] = await look(place, (line) => ERROR.test(line), 1, signal);
  return first?.offset ?? null;
}

async function look(
  place: LogPlace,
  fits: (line: string) => boolean,
  limit: number,
  signal: AbortSignal,
): Promise<LogMatch[]> {
  const { task, ...query } = place;
  const matches: LogMatch[] = [];
  let rest: Rest = { offset: 0, text: '' };
  let number = 0;
  const take = (lines: readonly LogLine[]): void => {
    for (const { offset, text } of lines) {
      number += 1;
      if (matches.length < limit && fits(text)) matches.push({ offset, line: number, text });
    }
  };
  for (let offset = 0; ;) {
    const piece = await api.call('readLog', {
      params: { id: task },
      query: { ...query, offset, maxBytes: PIECE_BYTES },
      signal,
    });
    const cut = cutLines(rest, piece.text);
    take(cut.lines);
    ({ rest } = cut);
    const isLast = piece.nextOffset >= piece.totalBytes || piece.nextOffset === offset;
    if (isLast) take(closeRest(rest));
    if (isLast || matches.length >= limit) return matches;
    offset = piece.nextOffset;
  }
}
