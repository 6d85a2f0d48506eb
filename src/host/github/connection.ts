/** A connection to one repository of GitHub: who asks, how long to wait for a limit, and what is tried again. */
import { z } from 'zod';
import { toGithubError } from './errors.ts';
import type { RepositoryName } from './repository.ts';

/** What a connection is made of. */
export interface ConnectionOptions {
  /** Checked address of the API. */
  readonly apiUrl: string;
  readonly repository: RepositoryName;
  /** Secret. */
  readonly token: string;
  readonly userAgent: string;
  readonly now: () => number;
  /** Longest wait for a limit, in milliseconds; what takes longer is an error with `retryAt`. Default 20,000. */
  readonly maxWaitMs?: number;
  /** Ends every request. */
  readonly signal?: AbortSignal;
}

/** An answer that was parsed. */
export interface Answer<Data> {
  readonly data: Data;
  /** For the next `if-none-match`; null when there was none. */
  readonly etag: string | null;
}

/** Requests below one repository. Every method throws the github_ codes of the catalogue. */
export interface Connection {
  readonly repository: RepositoryName;
  /** `what` names the request in errors: `Reading issue 12`. */
  get<Data>(path: string, schema: z.ZodType<Data>, what: string, query?: Query): Promise<Data>;
  /** The text of an answer in another media type, cut to `maxBytes` characters. */
  getText(path: string, accept: string, what: string): Promise<string>;
  /** null when nothing changed since `etag`. */
  getChanged<Data>(
    path: string,
    schema: z.ZodType<Data>,
    what: string,
    query: Query,
    etag: string | null,
  ): Promise<Answer<Data> | null>;
  /** All pages, at most `maxItems`. */
  list<Item>(path: string, schema: z.ZodType<Item>, what: string, query: Query, maxItems?: number): Promise<Item[]>;
  /** Changes something. Never tried again here: whether it was done has to be looked up first. */
  write<Data>(method: Write, path: string, body: object, schema: z.ZodType<Data>, what: string): Promise<Data>;
}

type Query = Readonly<Record<string, string | number>>;
type Write = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

const DEFAULT_MAX_WAIT_MS = 20_000;
const REQUEST_TIMEOUT_MS = 30_000;
const READ_TRIES_AGAIN = 2;
const PER_PAGE = 100;
const DEFAULT_MAX_ITEMS = 1000;
const API_VERSION = '2022-11-28';

/** Opens a connection; nothing is sent before the first request. */
export async function connectGithub(options: ConnectionOptions): Promise<Connection> {
  const { repository, now } = options;
  const octokit = await makeOctokit(options);
  const base = `/repos/${repository.owner}/${repository.name}`;
  const place = `${repository.owner}/${repository.name}`;

  const send = async (method: Write | 'GET', path: string, parameters: object, what: string): Promise<Sent> => {
    try {
      const { data, headers, status } = await octokit.request({
        method,
        url: `${base}${path}`,
        ...parameters,
        ...(method === 'GET' ? {} : NEVER_AGAIN),
        headers: { 'x-github-api-version': API_VERSION, ...headersOf(parameters) },
      });
      return { data, headers, status };
    } catch (error) {
      options.signal?.throwIfAborted();
      throw toGithubError(error, `${what} of ${place}`, now());
    }
  };
  const parse = <Data>(schema: z.ZodType<Data>, sent: Sent, what: string): Data => {
    const parsed = schema.safeParse(sent.data);
    if (parsed.success) return parsed.data;
    throw toGithubError(new Error(`the answer has another form: ${z.prettifyError(parsed.error)}`), what, now());
  };

  return {
    repository,
    get: async (path, schema, what, query = {}) => parse(schema, await send('GET', path, query, what), what),
    getText: async (path, accept, what) =>
      parse(z.string(), await send('GET', path, { headers: { accept } }, what), what),
    getChanged: async (path, schema, what, query, etag) => {
      const headers = etag === null ? {} : { 'if-none-match': etag };
      const sent = await unlessUnchanged(() =>
        octokit.request({ method: 'GET', url: `${base}${path}`, ...query, headers }),
      ).catch((error: unknown) => {
        throw toGithubError(error, `${what} of ${place}`, now());
      });
      if (sent === null) return null;
      return { data: parse(schema, sent, what), etag: sent.headers.etag ?? null };
    },
    list: async (path, schema, what, query, maxItems = DEFAULT_MAX_ITEMS) => {
      const items: z.output<typeof schema>[] = [];
      for (let page = 1; ; page += 1) {
        const sent = await send('GET', path, { ...query, per_page: PER_PAGE, page }, what);
        items.push(...parse(z.array(schema), sent, what));
        if (items.length >= maxItems || !/rel="next"/.test(sent.headers.link ?? '')) return items.slice(0, maxItems);
      }
    },
    write: async (method, path, body, schema, what) => parse(schema, await send(method, path, body, what), what),
  };
}

async function makeOctokit(options: ConnectionOptions) {
  // Loaded when it is needed: a host worker without GitHub stays small.
  const { Octokit } = await import('octokit');
  const { apiUrl, token, userAgent, maxWaitMs = DEFAULT_MAX_WAIT_MS } = options;
  const isShort = (seconds: number, _request: object, _octokit: object, times: number): boolean =>
    seconds * 1000 <= maxWaitMs && times < 2;
  return new Octokit({
    baseUrl: apiUrl,
    auth: token,
    userAgent,
    log: QUIET,
    retry: { retries: READ_TRIES_AGAIN },
    throttle: {
      // What one token sends is spaced together, wherever it is sent from.
      id: `${apiUrl} ${token}`,
      onRateLimit: isShort,
      onSecondaryRateLimit: isShort,
      // GitHub asks for a second between two changes; the plugin's three for what notifies people are its own.
      triggersNotification: () => false,
    },
    request: {
      fetch: (url: string, init: RequestInit) => fetch(url, { ...init, signal: signalOf(options.signal) }),
    },
  });
}

interface Sent {
  readonly data: unknown;
  readonly headers: { readonly etag?: string | undefined; readonly link?: string | undefined };
  readonly status: number;
}

/** Only for writes: with any number here the plugin also tries again what is refused for good. */
const NEVER_AGAIN = { request: { retries: 0 } } as const;
const QUIET = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {}

function signalOf(signal: AbortSignal | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  return signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
}

function headersOf(parameters: object): Record<string, string> {
  const headers = 'headers' in parameters ? parameters.headers : null;
  return z.record(z.string(), z.string()).catch({}).parse(headers);
}

/** 304 comes as an error. */
async function unlessUnchanged(ask: () => Promise<Sent>): Promise<Sent | null> {
  try {
    return await ask();
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'status' in error && error.status === 304) return null;
    throw error;
  }
}
