/**
 * The journal as every open stream reads it: one reader for all of them keeps the newest events, written out, so that what
 * happens costs one query and not one for each stream. Whoever is further behind reads the database at its own pace.
 */
import type { EventType, JournalEvent } from '../../contracts/events.ts';
import type { BatchId } from '../../contracts/ids.ts';
import { topicFits } from '../../contracts/topics.ts';
import type { Logger } from '../../platform/logger.ts';
import type { EventStore } from '../../store/store.ts';
import { toEventView } from '../views/small-views.ts';

const EVENTS_PER_READ = 200;
const KEPT_EVENTS = 2000;

/** An event, written out once for all streams. */
export interface FeedEvent {
  readonly seq: number;
  readonly type: EventType;
  readonly batch: BatchId | null;
  /** JSON. */
  readonly text: string;
}

/** What a stream wants to hear of. */
export interface FeedFilter {
  /** null: of every batch. */
  readonly batch: BatchId | null;
  /** Empty: everything. */
  readonly topics: readonly string[];
}

/** What comes after a place of the journal. */
export interface FeedPage {
  readonly events: readonly FeedEvent[];
  /** Everything up to this number was looked at. */
  readonly upTo: number;
  /** There was as much as one look takes: there may be more. */
  readonly isFull: boolean;
}

/** See {@link createJournalFeed}. */
export interface JournalFeed {
  /** Calls `listener` whenever events may have come. Gives the function that ends it. */
  subscribe(listener: () => void): () => void;
  /** The events that fit among the next 200 after `seq`. */
  after(seq: number, filter: FeedFilter): Promise<FeedPage>;
}

type Journal = Pick<EventStore, 'after' | 'onAppend' | 'lastSeq' | 'lookEveryMs'>;

/** A feed over the journal; it reads only while somebody listens. */
export function createJournalFeed(journal: Journal, logger: Logger): JournalFeed {
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  let newest: Newest | null = null;
  return {
    subscribe: (listener) => {
      // An own function per subscription: the same listener may be given twice.
      const own = (): void => listener();
      listeners.add(own);
      newest ??= keepNewest(journal, logger, tell);
      return () => {
        listeners.delete(own);
        if (listeners.size > 0) return;
        newest?.close();
        newest = null;
      };
    },
    after: async (seq, filter) => {
      const found = newest?.after(seq) ?? (await journal.after(seq, { limit: EVENTS_PER_READ })).map(toFeedEvent);
      return {
        events: found.filter((event) => fits(event, filter)),
        upTo: found.at(-1)?.seq ?? seq,
        isFull: found.length === EVENTS_PER_READ,
      };
    },
  };
}

interface Newest {
  /** null: that is too long ago. */
  after(seq: number): readonly FeedEvent[] | null;
  close(): void;
}

/** Keeps the newest events without a gap, from now on, until it is closed. */
function keepNewest(journal: Journal, logger: Logger, tell: () => void): Newest {
  let kept: FeedEvent[] = [];
  /** Everything after this number is kept; null: not known yet. */
  let since: number | null = null;
  let isClosed = false;

  const pull = async (): Promise<void> => {
    if (since === null) {
      since = await journal.lastSeq();
      // Whoever looked before may have missed what came before we began.
      tell();
    }
    const found = (await journal.after(kept.at(-1)?.seq ?? since, { limit: EVENTS_PER_READ })).map(toFeedEvent);
    if (found.length === 0 || isClosed) return;
    kept.push(...found);
    if (kept.length > 2 * KEPT_EVENTS) {
      since = kept.at(-KEPT_EVENTS - 1)?.seq ?? since;
      kept = kept.slice(-KEPT_EVENTS);
    }
    tell();
    if (found.length === EVENTS_PER_READ) await pull();
  };

  let isReading = false;
  let isAsked = false;
  const read = async (): Promise<void> => {
    isAsked = true;
    if (isReading) return;
    isReading = true;
    while (isAsked && !isClosed) {
      isAsked = false;
      await pull().catch((err: unknown) => logger.warn({ err }, 'the journal could not be read for the streams'));
    }
    isReading = false;
  };
  const timer = setInterval(() => void read(), journal.lookEveryMs);
  const unsubscribe = journal.onAppend(() => void read());
  void read();
  return {
    after: (seq) => {
      if (since === null || seq < since) return null;
      const at = indexAfter(kept, seq);
      return kept.slice(at, at + EVENTS_PER_READ);
    },
    close: () => {
      isClosed = true;
      clearInterval(timer);
      unsubscribe();
    },
  };
}

/** Index of the first event after `seq`; they are in order. */
function indexAfter(events: readonly FeedEvent[], seq: number): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle]?.seq ?? Infinity) <= seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

function fits({ batch, type }: FeedEvent, filter: FeedFilter): boolean {
  return (filter.batch === null || filter.batch === batch) && topicFits(filter.topics, type);
}

function toFeedEvent(event: JournalEvent): FeedEvent {
  const { seq, type, batch } = event;
  return { seq, type, batch, text: JSON.stringify(toEventView(event)) };
}
