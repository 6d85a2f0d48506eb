/** Live journal: every reader walks it by sequence number at its own pace. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { AppError } from '../../contracts/errors.ts';
import { streams } from '../../contracts/http.ts';
import { topicsQuery } from '../../contracts/event-routes.ts';
import type { ApiDeps } from '../deps.ts';
import { parseInput } from '../register.ts';
import { findBatch } from '../services/lookup.ts';
import type { FeedFilter, JournalFeed } from './journal-feed.ts';
import { createJournalFeed } from './journal-feed.ts';
import type { EventStream, StreamRegistry } from './sse.ts';

const seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const row = {
  params: z.object({}),
  query: z.object({ after: seq.optional(), batch: z.string().max(200).optional(), topics: topicsQuery }),
  body: z.object({}),
};

/** Registers the stream of events. `Last-Event-ID` wins over `?after=`; with neither only new events are sent. */
export function eventStream(app: FastifyInstance, deps: ApiDeps, registry: StreamRegistry): void {
  const feed = createJournalFeed(deps.store.events, deps.logger);
  app.get(streams.events, { schema: { hide: true } }, async (request, reply) => {
    const { query } = parseInput(row, { params: {}, query: request.query });
    const batch = query.batch === undefined ? null : (await findBatch(deps.store, query.batch)).id;
    const last = lastEventId(request.headers['last-event-id']);
    const after = last ?? query.after ?? (await deps.store.events.lastSeq());
    const stream = registry.open(reply);
    void follow(feed, stream, after, { batch, topics: query.topics?.split(',') ?? [] }).catch((err: unknown) => {
      if (!stream.closed.aborted) deps.logger.error({ err }, 'a stream of events broke');
      stream.end();
    });
  });
}

async function follow(feed: JournalFeed, stream: EventStream, after: number, filter: FeedFilter): Promise<void> {
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
    for (const { seq: id, text } of page.events) await stream.send({ event: 'journal', id, text });
    last = page.upTo;
    // What was left out is behind us too: a reader that comes back need not look at it again.
    stream.mark(last);
    // Told while we read: then what was read may lack it.
    if (page.isFull || isTold) continue;
    const { promise, resolve } = Promise.withResolvers<void>();
    wake = resolve;
    stream.closed.addEventListener('abort', wake, { once: true });
    await promise;
    stream.closed.removeEventListener('abort', wake);
  }
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
