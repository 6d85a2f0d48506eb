/** Looking through a whole log, on the server. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { RouteAnswer } from '../../../src/contracts/http.ts';
import { api } from './api.ts';
import type { LogPlace } from './log-window.ts';

/** Lines with the text in them. */
export type LogMatches = RouteAnswer<'searchLog'>;

/** So many are shown of a search. */
export const SHOWN_MATCHES = 200;
/** What errors are called: by agents in their own words, by tools in theirs. */
const ERROR_WORDS = ['"is_error":true', 'error', 'failed', 'panic', 'exception', 'traceback', 'fatal'] as const;
/** A log of so many goes is long; the search says where it stopped. */
const MAX_GOES = 64;

/** The first matches of `text`, whatever its case. */
export function logSearchQuery(place: LogPlace, text: string) {
  return queryOptions({
    queryKey: ['log-search', place, text],
    queryFn: ({ signal }) => find(place, text, SHOWN_MATCHES, signal),
    enabled: text !== '',
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
}

/** Byte of the first line that speaks of an error; null: none does. */
export async function findFirstError(place: LogPlace, signal: AbortSignal): Promise<number | null> {
  const found = await Promise.all(ERROR_WORDS.map((word) => find(place, word, 1, signal)));
  const offsets = found.flatMap(({ matches }) => matches.map(({ offset }) => offset));
  return offsets.length === 0 ? null : Math.min(...offsets);
}

/** Goes on until there are enough matches: the server looks at a long log in several goes. */
async function find(place: LogPlace, text: string, limit: number, signal: AbortSignal): Promise<LogMatches> {
  const { task, ...query } = place;
  const matches: LogMatches['matches'] = [];
  let from = { offset: 0, line: 1 };
  for (let go = 0; ; go += 1) {
    const answer = await api.call('searchLog', {
      params: { id: task },
      query: { ...query, ...from, q: text, ignoreCase: 'true', limit: limit - matches.length },
      signal,
    });
    matches.push(...answer.matches);
    if (answer.next === null || matches.length >= limit || go >= MAX_GOES) return { ...answer, matches };
    from = answer.next;
  }
}
