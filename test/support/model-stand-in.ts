/**
 * A stand-in on loopback of the API behind a coding agent. A test registers a script under a name; the base URL carries
 * that name, so one server plays many scripts at a time. How requests are read and replies written is the dialect's.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Headers of a reply. */
export type Headers = Readonly<Record<string, string>>;

/** An answer of the model, a failure of the API, or silence. */
export type Reply =
  | { readonly kind: 'answer'; readonly text?: string; readonly tool?: ToolCall; readonly headers?: Headers }
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly type: string;
      readonly message: string;
      readonly headers?: Headers;
      /** Members of the error beyond type and message. */
      readonly more?: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'silence' };

/** A tool call of the model. */
export interface ToolCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** One request for a message: how many tool results follow the last prompt, and how many requests came before. */
export interface Asked {
  readonly toolResults: number;
  readonly earlier: number;
  /** The whole conversation as JSON. */
  readonly conversation: string;
}

/** Decides on the reply to one request. */
export type Script = (asked: Asked) => Reply;

/** What a dialect gets to see of a request. */
export interface Posted {
  /** Behind the script's name, without a leading slash and without the query. */
  readonly path: string;
  readonly body: string;
}

/** How one API speaks. */
export interface Dialect {
  /** Tool results after the last prompt; null: no request for a message, then {@link other} answers. */
  toolResults(posted: Posted): number | null;
  send(response: ServerResponse, reply: Reply, posted: Posted): void;
  /** Anything else that the agent asks for. */
  other(response: ServerResponse, posted: Posted): void;
}

/** The running server. */
export interface StandIn {
  /** Registers a script; returns the base URL that plays it. */
  play(name: string, script: Script): string;
  close(): Promise<void>;
}

/** A reply with text only, which ends the turn. */
export function say(text: string, headers: Headers = {}): Reply {
  return { kind: 'answer', text, headers };
}

/** A reply that calls a tool. */
export function call(name: string, input: ToolCall['input']): Reply {
  return { kind: 'answer', tool: { name, input } };
}

/** A failure of the API. */
export function fail(
  status: number,
  type: string,
  message: string,
  headers: Headers = {},
): Extract<Reply, { kind: 'error' }> {
  return { kind: 'error', status, type, message, headers };
}

/** Plays the replies one per tool result, the last one for ever. */
export function turns(...replies: [Reply, ...Reply[]]): Script {
  return ({ toolResults }) => replies[Math.min(toolResults, replies.length - 1)] ?? replies[0];
}

/** Starts the server on a free loopback port. */
export async function startStandIn(dialect: Dialect): Promise<StandIn> {
  const scripts = new Map<string, { script: Script; requests: number }>();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, name = '', ...rest] = (request.url ?? '').split('?')[0]?.split('/') ?? [];
    const posted = { path: rest.join('/'), body: await readBody(request) };
    const playing = scripts.get(name);
    if (request.method !== 'POST' || playing === undefined)
      return void response.writeHead(request.method === 'HEAD' ? 200 : 404).end();
    const toolResults = dialect.toolResults(posted);
    if (toolResults === null) return dialect.other(response, posted);
    const reply = playing.script({ toolResults, earlier: playing.requests, conversation: posted.body });
    playing.requests += 1;
    if (reply.kind !== 'silence') dialect.send(response, reply, posted);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return {
    play(name, script) {
      scripts.set(name, { script, requests: 0 });
      return `http://127.0.0.1:${address.port}/${name}`;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, body: object, headers: Headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

let ids = 0;
/** An id that was not given before. */
export function newId(prefix: string): string {
  ids += 1;
  return `${prefix}_${String(ids).padStart(20, '0')}`;
}

async function readBody(request: IncomingMessage): Promise<string> {
  request.setEncoding('utf8');
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}
