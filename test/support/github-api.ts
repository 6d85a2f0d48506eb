/**
 * A stand-in of GitHub's REST API for one repository: real HTTP on loopback, with tokens, pages, ETags, rate limits and
 * faults as GitHub has them, and a bare git repository behind it.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerRequest, NOT_FOUND } from './github/routes.ts';
import type { ApiAnswer } from './github/routes.ts';
import { RepositoryState } from './github/state.ts';

/** A request that the stand-in got, in the order of arrival. */
export interface LoggedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

/** Something that goes wrong. The first that fits a request is used up by it. */
export interface Fault {
  readonly method?: string;
  /** Matched against the path with its query. */
  readonly path?: RegExp;
  /** How often; default once. */
  readonly times?: number;
  /**
   * `instead`: nothing is done, the answer is this one. `afterwards`: it is done, and the connection ends without an
   * answer: what a client sees of a server that died late.
   */
  readonly what:
    | {
        readonly kind: 'instead';
        readonly status: number;
        readonly headers?: Record<string, string>;
        readonly message?: string;
      }
    | { readonly kind: 'afterwards' };
}

/** The stand-in, listening. */
export interface GithubApi {
  /** Address of the API. */
  readonly url: string;
  readonly token: string;
  readonly repository: RepositoryState;
  readonly requests: readonly LoggedRequest[];
  /** Requests that changed something and were carried out: `POST /issues/1/comments`. */
  writes(): string[];
  fail(fault: Fault): void;
  /** Nothing goes wrong any more. */
  mend(): void;
  /** Requests that are left before the primary limit; `resetsAtMs` is when there are plenty again. */
  limit(remaining: number, resetsAtMs: number): void;
  close(): Promise<void>;
}

const PLENTY = 5000;
const MAX_PER_PAGE = 100;

/** The answers of GitHub for faults that tests often want. */
export const FAULTS = {
  serverError: { kind: 'instead', status: 502, message: 'Server Error' },
  diesAfterwards: { kind: 'afterwards' },
  forbidden: { kind: 'instead', status: 403, message: 'Resource not accessible by personal access token' },
  secondaryLimit: (seconds: number) => ({
    kind: 'instead' as const,
    status: 403,
    headers: { 'retry-after': String(seconds) },
    message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
  }),
} as const satisfies Record<string, Fault['what'] | ((seconds: number) => Fault['what'])>;

/** Starts a stand-in with the repository `octo/app`, whose git side is the bare repository `directory`. */
export async function startGithubApi(options: {
  readonly directory: string;
  readonly nowMs?: () => number;
}): Promise<GithubApi> {
  const nowMs = options.nowMs ?? Date.now;
  const repository = new RepositoryState('octo', 'app', options.directory, nowMs);
  const token = `ghp_${createHash('sha256').update(options.directory).digest('hex').slice(0, 36)}`;
  const requests: LoggedRequest[] = [];
  const faults: { fault: Fault; left: number }[] = [];
  const limits = { remaining: PLENTY, resetsAtMs: 0 };
  let url = '';

  const takeFault = (method: string, path: string): Fault | null => {
    const found = faults.find(
      ({ fault, left }) =>
        left > 0 && (fault.method ?? method) === method && (fault.path === undefined || fault.path.test(path)),
    );
    if (found === undefined) return null;
    found.left -= 1;
    return found.fault;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url: path = '/', headers: asked } = request;
    const body = await readJson(request);
    const fault = takeFault(method, path);
    const log = (status: number): void => {
      requests.push({ method, path, status, headers: asked, body });
    };
    const send = ({ status, headers, text }: Reply): void => {
      log(status);
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers, ...limitHeaders() });
      response.end(status === 304 || status === 204 ? undefined : text);
    };
    if (fault?.what.kind === 'instead') {
      const { status, headers = {}, message = 'Something went wrong' } = fault.what;
      return send(refusal(status, message, headers));
    }
    const refused = gate(asked);
    if (refused !== null) return send(refused);
    const reply = replyOf(page(answerOf(method, path, request, body), path, url));
    const isRead = method === 'GET' && reply.status === 200;
    if (isRead && asked['if-none-match'] === reply.headers['etag']) return send({ ...reply, status: 304 });
    limits.remaining -= 1;
    if (fault === null) return send(reply);
    log(reply.status);
    response.destroy();
  };

  const gate = ({ authorization }: IncomingMessage['headers']): Reply | null => {
    const given = /^(?:bearer|token) +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (given !== token) return refusal(401, 'Bad credentials');
    if (limits.remaining > 0) return null;
    if (limits.resetsAtMs > nowMs()) return refusal(403, 'API rate limit exceeded for user ID 1.');
    limits.remaining = PLENTY;
    return null;
  };

  const answerOf = (method: string, path: string, request: IncomingMessage, body: unknown): ApiAnswer => {
    const { pathname, searchParams } = new URL(path, url);
    if (method === 'GET' && pathname === '/user') return { status: 200, body: { login: repository.bot, type: 'User' } };
    const prefix = `/repos/${repository.owner}/${repository.name}`;
    if (pathname !== prefix && !pathname.startsWith(`${prefix}/`)) return NOT_FOUND;
    const accept = request.headers.accept ?? '';
    return answerRequest(repository, {
      method,
      path: pathname.slice(prefix.length),
      query: searchParams,
      accept,
      body,
      url,
    });
  };

  const limitHeaders = (): Record<string, string> => ({
    'x-ratelimit-limit': String(PLENTY),
    'x-ratelimit-remaining': String(limits.remaining),
    'x-ratelimit-reset': String(Math.ceil(limits.resetsAtMs / 1000)),
  });

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      response.writeHead(422).end(JSON.stringify({ message: String(error) }));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen({ host: '127.0.0.1', port: 0 }, resolve);
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The stand-in has no port.');
  url = `http://127.0.0.1:${address.port}`;
  return {
    url,
    token,
    repository,
    requests,
    writes: () =>
      requests
        .filter(({ method, status }) => method !== 'GET' && status < 300)
        .map(({ method, path }) => `${method} ${path.replace(`/repos/${repository.owner}/${repository.name}`, '')}`),
    fail: (fault) => {
      faults.push({ fault, left: fault.times ?? 1 });
    },
    mend: () => {
      faults.length = 0;
    },
    limit: (remaining, resetsAtMs) => {
      Object.assign(limits, { remaining, resetsAtMs });
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

function refusal(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers, text: JSON.stringify({ message, status: String(status) }) };
}

/** An answer as it is sent, with the hash that says whether it is the same as before. */
function replyOf({ answer, headers }: { answer: ApiAnswer; headers: Record<string, string> }): Reply {
  const text = 'text' in answer ? answer.text : JSON.stringify('list' in answer ? answer.list : answer.body);
  const hash = createHash('sha256')
    .update(`${JSON.stringify(headers)}${text}`)
    .digest('hex');
  return { status: answer.status, headers: { ...headers, etag: `"${hash.slice(0, 32)}"` }, text };
}

/** Cuts a list into the page that was asked for, with the links that lead on. */
function page(answer: ApiAnswer, path: string, url: string): { answer: ApiAnswer; headers: Record<string, string> } {
  if (!('list' in answer)) return { answer, headers: {} };
  const asked = new URL(path, url);
  const size = Math.min(Number(asked.searchParams.get('per_page') ?? 30), MAX_PER_PAGE);
  const at = Number(asked.searchParams.get('page') ?? 1);
  const last = Math.max(1, Math.ceil(answer.list.length / size));
  const link = (to: number, rel: string): string => {
    asked.searchParams.set('page', String(to));
    return `<${asked.href}>; rel="${rel}"`;
  };
  const links = [
    ...(at > 1 ? [link(at - 1, 'prev'), link(1, 'first')] : []),
    ...(at < last ? [link(at + 1, 'next'), link(last, 'last')] : []),
  ];
  const items = answer.list.slice((at - 1) * size, at * size);
  return {
    answer: { status: answer.status, list: items },
    headers: links.length === 0 ? {} : { link: links.join(', ') },
  };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? null : JSON.parse(text);
}
