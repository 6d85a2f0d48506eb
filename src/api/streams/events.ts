/** Live journal: every reader walks it by sequence number at its own pace. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { AppError } from '../../contracts/errors.ts';
import { streams } from '../../contracts/http.ts';
import type { BatchId } from '../../contracts/ids.ts';
import type { ApiDeps } from '../deps.ts';
import { parseInput } from '../register.ts';
import { findBatch } from '../services/lookup.ts';
import { toEventView } from '../views/small-views.ts';
import type { EventStream, StreamRegistry } from './sse.ts';
import { waitFor } from './sse.ts';

/** Events of other processes are seen after this at the latest. */
const POLL_MS = 250;
const EVENTS_PER_READ = 200;

const seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const row = {
  params: z.object({}),
  query: z.object({ after: seq.optional(), batch: z.string().max(200).optional() }),
  body: z.object({}),
};

/** Registers the stream of events. `Last-Event-ID` wins over `?after=`; with neither only new events are sent. */
export function eventStream(app: FastifyInstance, deps: ApiDeps, registry: StreamRegistry): void {
  app.get(streams.events, { schema: { hide: true } }, async (request, reply) => {
    const { query } = parseInput(row, { params: {}, query: request.query });
    const batch = query.batch === undefined ? undefined : (await findBatch(deps.store, query.batch)).id;
    const last = lastEventId(request.headers['last-event-id']);
    const after = last ?? query.after ?? (await deps.store.events.lastSeq());
    const stream = registry.open(reply);
    void follow(deps, stream, after, batch).catch((err: unknown) => {
      if (!stream.closed.aborted) deps.logger.error({ err }, 'a stream of events broke');
      stream.end();
    });
  });
}

async function follow(deps: ApiDeps, stream: EventStream, after: number, batch: BatchId | undefined): Promise<void> {
  const { events } = deps.store;
  const filter = { limit: EVENTS_PER_READ, ...(batch === undefined ? {} : { batch }) };
  let last = after;
  let appended = false;
  const unsubscribe = events.onAppend(() => {
    appended = true;
  });
  stream.closed.addEventListener('abort', unsubscribe, { once: true });
  while (!stream.closed.aborted) {
    appended = false;
    const some = await events.after(last, filter);
    for (const event of some) {
      await stream.send({ event: 'journal', id: event.seq, data: toEventView(event) });
      last = event.seq;
    }
    // Appended while we read: then what was read may lack it.
    const upToDate = some.length < EVENTS_PER_READ && !appended;
    if (upToDate) await waitFor(POLL_MS, stream.closed, (wake) => events.onAppend(wake));
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
