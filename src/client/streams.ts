/** Live streams that outlive a lost connection: each begins again where it ended. */
import { AppError } from '../contracts/errors.ts';
import type { LogRangeView } from '../contracts/log-views.ts';
import type { EventView } from '../contracts/views.ts';
import type { Protocol } from './protocol.ts';
import { parseEvents } from './sse.ts';
import type { ServerSentEvent } from './sse.ts';

const FIRST_PAUSE_MS = 250;
const LAST_PAUSE_MS = 5000;

/** Opens a stream; throws AppError like every call. */
export type Connect = (
  path: string,
  query: Readonly<Record<string, string | number>>,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
) => Promise<Response>;

/** Which events. */
export interface EventsOptions {
  /** Replay begins after this sequence number; 0: from the first one; absent: only what is new. */
  readonly after?: number;
  readonly batch?: string;
  /** Event types, or their first parts (`task`); empty or absent: all. */
  readonly topics?: readonly string[];
  /** Ends the stream without an error. */
  readonly signal?: AbortSignal;
}

/** Which log. */
export interface FollowLogOptions {
  readonly task: string;
  readonly attempt: number;
  readonly step: string;
  /** Default `stdout`. */
  readonly stream?: 'stdout' | 'stderr';
  /** Byte to begin at; default 0. */
  readonly offset?: number;
  /** Longest time without a connection, in milliseconds; absent: any time. */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Journal events, for ever, each once and in order; a lost connection is made again. Ends when `signal` is aborted.
 * @throws AppError as the API refuses; stack_unreachable if the first connection fails
 */
export async function* followEvents(
  protocol: Protocol,
  connect: Connect,
  options: EventsOptions,
): AsyncGenerator<EventView, void, undefined> {
  let lastId = options.after === undefined ? null : String(options.after);
  const { batch, topics = [] } = options;
  const query = {
    ...(batch === undefined ? {} : { batch }),
    ...(topics.length === 0 ? {} : { topics: topics.join(',') }),
  };
  const open = (): Promise<Response> =>
    connect(protocol.streams.events, query, lastId === null ? {} : { 'last-event-id': lastId }, options.signal);
  for await (const { event, data, id } of reconnecting(open, options.signal)) {
    lastId = id ?? lastId;
    if (event === 'journal') yield protocol.readEvent(data);
  }
}

/**
 * Ranges of a log until its run has ended and everything was read, or `signal` is aborted.
 * @throws AppError task_not_found, run_not_found; stack_unreachable if the first connection fails, or when the
 * patience is over
 */
export async function* followLogRanges(
  protocol: Protocol,
  connect: Connect,
  options: FollowLogOptions,
): AsyncGenerator<LogRangeView, void, undefined> {
  const { task, attempt, step, stream = 'stdout', signal } = options;
  let offset = options.offset ?? 0;
  const path = protocol.streams.followLog.replace(':id', encodeURIComponent(task));
  const open = (): Promise<Response> => connect(path, { attempt, step, stream, offset }, {}, signal);
  for await (const { event, data } of reconnecting(open, signal, options.patienceMs)) {
    if (event === 'end') return;
    if (event !== 'log') continue;
    const range = protocol.readLogRange(data);
    offset = range.nextOffset;
    yield range;
  }
}

async function* reconnecting(
  open: () => Promise<Response>,
  signal: AbortSignal | undefined,
  patienceMs = Infinity,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  let response = await unlessAborted(open, signal);
  let pauseMs = FIRST_PAUSE_MS;
  while (response !== null) {
    try {
      for await (const event of parseEvents(response.body ?? new ReadableStream())) {
        pauseMs = FIRST_PAUSE_MS;
        yield event;
      }
    } catch (error) {
      if (AppError.is(error)) throw error;
      // A broken connection; everything else was raised by the consumer and does not come here.
    }
    response = null;
    const lostAtMs = performance.now();
    while (response === null && !isAborted(signal)) {
      await pause(pauseMs, signal);
      pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS);
      response = await again(open, signal, performance.now() - lostAtMs > patienceMs);
    }
  }
}

/** A function, because TypeScript takes a property for constant over an await. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

async function unlessAborted(open: () => Promise<Response>, signal: AbortSignal | undefined): Promise<Response | null> {
  if (isAborted(signal)) return null;
  try {
    return await open();
  } catch (error) {
    if (isAborted(signal)) return null;
    throw error;
  }
}

/** null: not now. @throws AppError when the API itself refuses, or nothing answers and `isLast` */
async function again(
  open: () => Promise<Response>,
  signal: AbortSignal | undefined,
  isLast: boolean,
): Promise<Response | null> {
  try {
    return await unlessAborted(open, signal);
  } catch (error) {
    const mayPass = AppError.is(error) && (error.category === 'transient' || error.category === 'limit');
    if (isLast || !mayPass) throw error;
    return null;
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}
