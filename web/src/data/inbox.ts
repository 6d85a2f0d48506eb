/** What the inbox shows, and what is new in it. */
import { useEffect, useRef } from 'react';
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import type { InboxEntry } from '../../../src/contracts/inbox-routes.ts';
import { api } from './api.ts';
import { KEYS } from './queries.ts';

/** What of the inbox is shown. */
export type Shown = 'current' | 'unread' | 'deleted';

const PAGE = 100;
const FEW = 8;
/** A task at work ends without an event of its own where its batch goes on. */
const RUNNING_EVERY_MS = 5000;

/** Entries, newest first, with the number of unread ones. */
export function inboxQuery(show: Shown) {
  return queryOptions({
    queryKey: [...KEYS.inbox, show],
    queryFn: ({ signal }) => api.call('listInbox', { query: { show, limit: PAGE }, signal }),
    placeholderData: keepPreviousData,
  });
}

/** The first tasks at work. */
export function runningQuery() {
  return queryOptions({
    queryKey: [...KEYS.inbox, 'running'],
    queryFn: ({ signal }) => api.call('listTasks', { query: { status: 'running', limit: FEW }, signal }),
    refetchInterval: ({ state: { data } }) => ((data?.items.length ?? 0) > 0 ? RUNNING_EVERY_MS : false),
  });
}

/**
 * Tells of each unread entry that was not there when the page was opened, once.
 * @param tell is called in an effect; a new function does not repeat anything
 */
export function useNews(tell: (entry: InboxEntry) => void): void {
  const { data } = useQuery(inboxQuery('unread'));
  const known = useRef<Set<string> | null>(null);
  const latest = useRef(tell);
  useEffect(() => {
    latest.current = tell;
  });
  useEffect(() => {
    if (data === undefined) return;
    const fresh = data.items.filter((entry) => known.current?.has(keyOf(entry)) === false);
    known.current ??= new Set();
    for (const entry of data.items) known.current.add(keyOf(entry));
    for (const entry of fresh.toReversed()) latest.current(entry);
  }, [data]);
}

/** A task that ended anew is news again. */
function keyOf({ id, at }: InboxEntry): string {
  return `${id} ${at}`;
}
