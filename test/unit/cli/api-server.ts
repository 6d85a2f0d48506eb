/** A small HTTP server with the routes of the contract and answers that a test gives, to see what commands make of them. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CATEGORIES, ERRORS, isErrorCode } from '../../../src/contracts/error-catalogue.ts';
import type { ErrorCode } from '../../../src/contracts/error-catalogue.ts';
import { routes, streams } from '../../../src/contracts/http.ts';
import type { RouteAnswer, RouteName } from '../../../src/contracts/http.ts';
import type { EventView } from '../../../src/contracts/views.ts';

/** A request as it arrived. */
export interface Call {
  readonly route: RouteName;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What a route answers; throw a {@link Refusal} for a problem. */
export type Answers = { [Name in RouteName]?: (call: Call) => RouteAnswer<Name> };

/** Answers with problem+json. */
export class Refusal extends Error {
  readonly code: ErrorCode;
  readonly details: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

export interface ApiServer {
  readonly url: string;
  readonly token: string;
  readonly calls: Call[];
  /** Names of the routes called, in order. */
  called(): RouteName[];
  close(): Promise<void>;
}

const TOKEN = 'nl_test-token';

export async function startApi(answers: Answers, events: readonly EventView[] = []): Promise<ApiServer> {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    void handle(request, response, { answers, events, calls });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    token: TOKEN,
    calls,
    called: () => calls.map((call) => call.route),
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface Surroundings {
  readonly answers: Answers;
  readonly events: readonly EventView[];
  readonly calls: Call[];
}

async function handle(request: IncomingMessage, response: ServerResponse, around: Surroundings): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://x');
  if (url.pathname === streams.events) return sendEvents(request, response, around.events);
  const found = matchRoute(request.method ?? 'GET', url.pathname);
  if (found === null) return sendProblem(response, new Refusal('route_not_found', `No route ${url.pathname}.`));
  if (found.route !== 'health' && request.headers.authorization !== `Bearer ${TOKEN}`) {
    return sendProblem(response, new Refusal('unauthorized', 'The token is wrong.'));
  }
  const body = await readBody(request);
  const call: Call = { ...found, query: Object.fromEntries(url.searchParams), body };
  around.calls.push(call);
  const answer = around.answers[found.route];
  try {
    if (answer === undefined) throw new Refusal('internal', `The test gives no answer for ${found.route}.`);
    send(response, 200, 'application/json', answer(call));
  } catch (error) {
    sendProblem(response, error instanceof Refusal ? error : new Refusal('internal', String(error)));
  }
}

function matchRoute(method: string, path: string): Pick<Call, 'route' | 'params'> | null {
  for (const [name, row] of Object.entries(routes)) {
    const pattern = new RegExp(`^${row.path.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}$`);
    const match = row.method === method ? pattern.exec(path) : null;
    if (match === null || !isRoute(name)) continue;
    const params = Object.entries(match.groups ?? {}).map(([key, value]) => [key, decodeURIComponent(value)]);
    return { route: name, params: Object.fromEntries(params) };
  }
  return null;
}

function isRoute(name: string): name is RouteName {
  return Object.hasOwn(routes, name);
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? null : JSON.parse(text);
}

function sendEvents(request: IncomingMessage, response: ServerResponse, events: readonly EventView[]): void {
  const after = Number(request.headers['last-event-id'] ?? 0);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of events.filter(({ seq }) => seq > after)) {
    response.write(`id: ${event.seq}\nevent: journal\ndata: ${JSON.stringify(event)}\n\n`);
  }
  response.write(': open\n\n');
}

function sendProblem(response: ServerResponse, refusal: Refusal): void {
  const row = isErrorCode(refusal.code) ? ERRORS[refusal.code] : ERRORS.internal;
  const status = CATEGORIES[row.category].http;
  send(response, status, 'application/problem+json', {
    type: `https://example.invalid/errors/${refusal.code}`,
    title: row.summary,
    status,
    detail: refusal.message,
    code: refusal.code,
    hint: row.hint,
    details: refusal.details,
  });
}

function send(response: ServerResponse, status: number, type: string, value: unknown): void {
  response.writeHead(status, { 'content-type': type });
  response.end(JSON.stringify(value));
}
