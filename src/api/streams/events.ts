/** Live journal: every reader walks it by sequence number at its own pace. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { AppError } from '../../contracts/errors.ts';
import { streams } from '../../contracts/http.ts';
import { topicsQuery } from '../../contracts/event-routes.ts';
import type { ApiDeps } from '../deps.ts';
import { parseInput } from '../register.ts';
import { findBatch } from '../services/lookup.ts';
import { createTurns } from './turns.ts';
import type { TakeTurn } from './turns.ts';
import type { FeedEvent, FeedFilter, JournalFeed } from './journal-feed.ts';
import { createJournalFeed } from './journal-feed.ts';
import type { EventStream, StreamRegistry } from './sse.ts';

/** Characters that one reader gets in one piece: as much may be kept in memory for each that does not read. */
const PIECE_LENGTH = 32_768;

const seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const row = {
  params: z.object({}),
  query: z.object({ after: seq.optional(), batch: z.string().max(200).optional(), topics: topicsQuery }),
  body: z.object({}),
};

/** Registers the stream of events. `Last-Event-ID` wins over `?after=`; with neither only new events are sent. */
export function eventStream(app: FastifyInstance, deps: ApiDeps, registry: StreamRegistry): void {
  const feed = createJournalFeed(deps.store.events, deps.logger);
  const takeTurn = createTurns();
  app.get(streams.events, { schema: { hide: true } }, async (request, reply) => {
    const { query } = parseInput(row, { params: {}, query: request.query });
    const batch = query.batch === undefined ? null : (await findBatch(deps.store, query.batch)).id;
    const last = lastEventId(request.headers['last-event-id']);
    const after = last ?? query.after ?? (await deps.store.events.lastSeq());
    const stream = registry.open(reply);
    const filter = { batch, topics: query.topics?.split(',') ?? [] };
    void follow({ feed, takeTurn }, stream, after, filter).catch((err: unknown) => {
      if (!stream.closed.aborted) deps.logger.error({ err }, 'a stream of events broke');
      stream.end();
    });
  });
}

/** A piece after another is sent in a turn of its own: whoever has much to catch up with keeps nobody from what is new. */
async function follow(
  { feed, takeTurn }: { readonly feed: JournalFeed; readonly takeTurn: TakeTurn },
  stream: EventStream,
  after: number,
  filter: FeedFilter,
): Promise<void> {
  let last = after;
  let isTold = false;
  let wake = (): void => undefined;
  const unsubscribe = feed.subscribe(() => {
    isTold = true;
    wake();
  });
  stream.closed.addEventListener('abort', unsubscribe, { once: true });
  while (!stream.closed.aborted) {
    isTold = false;
    const page = await feed.after(last, filter);
    for (const [at, piece] of piecesOf(page.events).entries()) {
      if (at > 0) await takeTurn();
      await stream.send(...piece.map(({ seq: id, text }) => ({ event: 'journal', id, text })));
    }
    last = page.upTo;
    // What was left out is behind us too: a reader that comes back need not look at it again.
    stream.mark(last);
    if (page.isFull) {
      await takeTurn();
      continue;
    }
    // Told while we read: then what was read may lack it.
    if (isTold) continue;
    const { promise, resolve } = Promise.withResolvers<void>();
    wake = resolve;
    stream.closed.addEventListener('abort', wake, { once: true });
    await promise;
    stream.closed.removeEventListener('abort', wake);
  }
}

function piecesOf(events: readonly FeedEvent[]): FeedEvent[][] {
  const pieces: FeedEvent[][] = [];
  let length = Infinity;
  for (const event of events) {
    length += event.text.length;
    if (length > PIECE_LENGTH) {
      pieces.push([]);
      length = event.text.length;
    }
    pieces.at(-1)?.push(event);
  }
  return pieces;
}

function lastEventId(header: string | string[] | undefined): number | null {
  if (header === undefined || header === '') return null;
  const parsed = seq.safeParse(header);
  if (parsed.success) return parsed.data;
  const message = 'must be the id of an event of this stream';
  throw new AppError('invalid_input', `Last-Event-ID ${message}.`, {
    details: { fields: [{ path: 'last-event-id', message }] },
  });
}
