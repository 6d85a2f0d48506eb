/**
 * A stand-in of the Anthropic Messages API on loopback, as much of it as Claude Code needs. A test registers a script
 * under a name; the base URL carries that name, so one server plays many scripts at a time.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** An answer of the model, a failure of the API, or silence. */
export type Reply =
  | { readonly kind: 'answer'; readonly text?: string; readonly tool?: ToolCall; readonly headers?: Headers }
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly type: string;
      readonly message: string;
      readonly headers?: Headers;
    }
  | { readonly kind: 'silence' };
type Headers = Readonly<Record<string, string>>;

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

/** The running server. */
export interface MessagesApi {
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
export function fail(status: number, type: string, message: string, headers: Headers = {}): Reply {
  return { kind: 'error', status, type, message, headers };
}

/** Headers of a subscription whose five-hour window is used up; `resetAtSeconds` is epoch seconds. */
export function exhausted(resetAtSeconds: number, weeklyResetAtSeconds: number): Headers {
  const prefix = 'anthropic-ratelimit-unified';
  return {
    [`${prefix}-status`]: 'rejected',
    [`${prefix}-reset`]: String(resetAtSeconds),
    [`${prefix}-representative-claim`]: 'five_hour',
    [`${prefix}-5h-status`]: 'rejected',
    [`${prefix}-5h-reset`]: String(resetAtSeconds),
    [`${prefix}-5h-utilization`]: '1.0',
    [`${prefix}-7d-status`]: 'allowed',
    [`${prefix}-7d-reset`]: String(weeklyResetAtSeconds),
    [`${prefix}-7d-utilization`]: '0.3',
    [`${prefix}-overage-status`]: 'rejected',
    [`${prefix}-overage-disabled-reason`]: 'org_level_disabled',
  };
}

/** Starts the server on a free loopback port. */
export async function startMessagesApi(): Promise<MessagesApi> {
  const scripts = new Map<string, { script: Script; requests: number }>();
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, name = '', ...rest] = (request.url ?? '').split('?')[0]?.split('/') ?? [];
    const body = await readBody(request);
    const playing = scripts.get(name);
    if (request.method !== 'POST' || playing === undefined)
      return void response.writeHead(request.method === 'HEAD' ? 200 : 404).end();
    if (rest.join('/') !== 'v1/messages') return sendJson(response, 200, { input_tokens: Math.ceil(body.length / 4) });
    const parsed = readRequest(body);
    const reply = playing.script({ toolResults: parsed.toolResults, earlier: playing.requests, conversation: body });
    playing.requests += 1;
    send(response, reply, parsed);
  };
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

interface ParsedRequest {
  readonly model: string;
  readonly stream: boolean;
  readonly toolResults: number;
}

function readRequest(body: string): ParsedRequest {
  const parsed: {
    model: string;
    stream?: boolean;
    messages: { role: string; content: string | { type: string }[] }[];
  } = JSON.parse(body);
  let toolResults = 0;
  for (const message of parsed.messages.toReversed()) {
    if (message.role !== 'user') continue;
    if (typeof message.content === 'string' || !message.content.some(({ type }) => type === 'tool_result')) break;
    toolResults += 1;
  }
  return { model: parsed.model, stream: parsed.stream === true, toolResults };
}

function send(response: ServerResponse, reply: Reply, request: ParsedRequest): void {
  if (reply.kind === 'silence') return;
  if (reply.kind === 'error') {
    return sendJson(
      response,
      reply.status,
      { type: 'error', error: { type: reply.type, message: reply.message } },
      reply.headers,
    );
  }
  const content = [
    ...(reply.text === undefined ? [] : [{ type: 'text', text: reply.text }]),
    ...(reply.tool === undefined ? [] : [{ type: 'tool_use', id: newId('toolu'), ...reply.tool }]),
  ];
  const message = {
    id: newId('msg'),
    type: 'message',
    role: 'assistant',
    model: request.model,
    content,
    stop_reason: reply.tool === undefined ? 'end_turn' : 'tool_use',
    stop_sequence: null,
    usage: { input_tokens: 1000, output_tokens: 200, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
  };
  if (!request.stream) return sendJson(response, 200, message, reply.headers);
  response.writeHead(200, { 'content-type': 'text/event-stream', ...reply.headers });
  const event = (type: string, data: object): void => {
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  };
  event('message_start', { message: { ...message, content: [], stop_reason: null } });
  for (const [index, block] of content.entries()) {
    const isText = 'text' in block;
    event('content_block_start', { index, content_block: isText ? { ...block, text: '' } : { ...block, input: {} } });
    const delta = isText
      ? { type: 'text_delta', text: block.text }
      : { type: 'input_json_delta', partial_json: JSON.stringify('input' in block ? block.input : {}) };
    event('content_block_delta', { index, delta });
    event('content_block_stop', { index });
  }
  event('message_delta', {
    delta: { stop_reason: message.stop_reason, stop_sequence: null },
    usage: { output_tokens: 200 },
  });
  event('message_stop', {});
  response.end();
}

function sendJson(response: ServerResponse, status: number, body: object, headers: Headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<string> {
  request.setEncoding('utf8');
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

let ids = 0;
function newId(prefix: string): string {
  ids += 1;
  return `${prefix}_${String(ids).padStart(20, '0')}`;
}
