/** A log as it grows, by byte: a reader that comes back with its offset misses and repeats nothing. */
import type { FastifyInstance } from 'fastify';
import type { LogAddress } from '../../contracts/host-door.ts';
import { routes, streams } from '../../contracts/http.ts';
import type { ApiDeps } from '../deps.ts';
import { parseInput } from '../register.ts';
import { findTask } from '../services/lookup.ts';
import type { EventStream, StreamRegistry } from './sse.ts';
import { waitFor } from './sse.ts';

/** While lines come, the next ones are looked for soon: people watch. A quiet log is looked at less often. */
const POLL_MS = 40;
const QUIET_POLL_MS = 150;
const QUIET_AFTER_MS = 10_000;

/** Registers the stream of a log: `log` events until everything was read and the run has ended, then `end`. */
export function logStream(app: FastifyInstance, deps: ApiDeps, registry: StreamRegistry): void {
  app.get(streams.followLog, { schema: { hide: true } }, async (request, reply) => {
    const { params, query } = parseInput(routes.readLog, request);
    const task = await findTask(deps.store, params.id);
    const { attempt, step, stream: name, offset, maxBytes } = query;
    const address = { task: task.definition.id, attempt, step, stream: name };
    // Also finds out whether there is such a run while an error can still be answered.
    const first = await deps.door.readLog(address, lastEventId(request.headers['last-event-id']) ?? offset, maxBytes);
    const stream = registry.open(reply);
    void follow(deps, stream, address, first, maxBytes).catch((err: unknown) => {
      if (!stream.closed.aborted) deps.logger.error({ err, task: address.task }, 'a stream of a log broke');
      stream.end();
    });
  });
}

async function follow(
  deps: ApiDeps,
  stream: EventStream,
  address: LogAddress,
  first: Awaited<ReturnType<ApiDeps['door']['readLog']>>,
  maxBytes: number,
): Promise<void> {
  let range = first;
  let lastMs = performance.now();
  while (!stream.closed.aborted) {
    const progressed = range.nextOffset > range.offset;
    if (progressed) {
      await stream.send({ event: 'log', id: range.nextOffset, text: JSON.stringify(range) });
      lastMs = performance.now();
    }
    if (range.ended) {
      await stream.send({ event: 'end', id: range.nextOffset, text: JSON.stringify({ totalBytes: range.totalBytes }) });
      stream.end();
      return;
    }
    const isQuiet = performance.now() - lastMs > QUIET_AFTER_MS;
    if (!progressed) await waitFor(isQuiet ? QUIET_POLL_MS : POLL_MS, stream.closed);
    range = await deps.door.readLog(address, range.nextOffset, maxBytes);
  }
}

/** The offset that a browser repeats when it connects again; nonsense counts as none. */
function lastEventId(header: string | string[] | undefined): number | null {
  return typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : null;
}
