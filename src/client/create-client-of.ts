/** The API as functions: one call per row of the route table, and the live streams. Runs in Node and in browsers. */
import type { RouteAnswer, RouteBody, RouteName, RouteQuery } from '../contracts/http.ts';
import type { LogRangeView } from '../contracts/log-views.ts';
import type { EventView } from '../contracts/views.ts';
import { readJson, toAppError, unreachable } from './problem.ts';
import type { Protocol } from './protocol.ts';
import { followEvents, followLogRanges } from './streams.ts';
import type { Connect, EventsOptions, FollowLogOptions } from './streams.ts';

/** Where the API is. */
export interface ClientOptions {
  /** For example `http://127.0.0.1:4600`. */
  readonly baseUrl: string;
  /** null: a page of the API itself, which carries a cookie. */
  readonly token: string | null;
  /** Default: the global one. */
  readonly fetch?: typeof fetch;
  /** Longest wait for an answer; default 120,000. Streams have none. */
  readonly timeoutMs?: number;
}

/** What a call carries besides its route. */
export interface CallInput<Name extends RouteName> {
  /** Values for `:name` parts of the path. */
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: RouteQuery<Name>;
  readonly body?: RouteBody<Name>;
  /** Which state the change is made from, as `If-Match`: a sha256, or `*` for any. */
  readonly ifMatch?: string;
  /** Ends the call from outside. */
  readonly signal?: AbortSignal;
}

/** See {@link createClientOf}. */
export interface Client {
  /** @throws AppError with the code of the API's problem; stack_unreachable when nothing (of ours) answers */
  call<Name extends RouteName>(route: Name, input?: CallInput<Name>): Promise<RouteAnswer<Name>>;
  /** Journal events, replayed after `after` and then live; connects again by itself. */
  events(options: EventsOptions): AsyncIterable<EventView>;
  /** Ranges of one log until its run has ended; connects again by itself. */
  followLog(options: FollowLogOptions): AsyncIterable<LogRangeView>;
}

const DEFAULT_TIMEOUT_MS = 120_000;

/** A client of the API at `baseUrl` that speaks `protocol`. Keeps no connection and no state. */
export function createClientOf(protocol: Protocol, options: ClientOptions): Client {
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const headers: Readonly<Record<string, string>> =
    options.token === null ? { 'x-requested-with': 'nightloom' } : { authorization: `Bearer ${options.token}` };
  const doFetch = options.fetch ?? fetch;

  const send = async (url: string, init: RequestInit): Promise<Response> => {
    let response: Response;
    try {
      response = await doFetch(url, { ...init, redirect: 'error' });
    } catch (cause) {
      throw unreachable(baseUrl, cause);
    }
    if (!response.ok) throw await toAppError(response);
    return response;
  };
  const connect: Connect = (path, query, extra, signal) =>
    send(`${baseUrl}${path}${queryText(query)}`, {
      headers: { ...headers, ...extra, accept: 'text/event-stream' },
      signal: signal ?? null,
    });

  return {
    call: async (name, input = {}) => {
      const row = protocol.routes[name];
      const url = `${baseUrl}${fillPath(row.path, input.params ?? {})}${queryText(input.query ?? {})}`;
      const timeout = AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
      const signal = input.signal === undefined ? timeout : AbortSignal.any([input.signal, timeout]);
      const response = await send(
        url,
        requestInit(row.method, { ...headers, ...matchHeader(input.ifMatch) }, input.body, signal),
      );
      return protocol.readAnswer(name, await readJson(response));
    },
    events: (events) => followEvents(protocol, connect, events),
    followLog: (log) => followLogRanges(protocol, connect, log),
  };
}

function requestInit(
  method: string,
  headers: Readonly<Record<string, string>>,
  body: unknown,
  signal: AbortSignal,
): RequestInit {
  if (method === 'GET' || method === 'DELETE') return { method, headers, signal };
  const json = { ...headers, 'content-type': 'application/json' };
  return { method, headers: json, signal, body: JSON.stringify(body ?? {}) };
}

function matchHeader(ifMatch: string | undefined): Readonly<Record<string, string>> {
  if (ifMatch === undefined) return {};
  return { 'if-match': ifMatch === '*' ? '*' : `"${ifMatch}"` };
}

function fillPath(path: string, params: Readonly<Record<string, string>>): string {
  return path.replaceAll(/:(\w+)/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined || value === '') throw new TypeError(`The path ${path} needs a value for ${name}`);
    return encodeURIComponent(value);
  });
}

function queryText(query: object): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) pairs.set(name, String(value));
  }
  const text = pairs.toString();
  return text === '' ? '' : `?${text}`;
}
