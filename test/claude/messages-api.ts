/** The Anthropic Messages API on loopback, as much of it as Claude Code needs. */
import type { ServerResponse } from 'node:http';
import { newId, sendJson, startStandIn } from '../support/model-stand-in.ts';
import type { Headers, Posted, Reply, StandIn } from '../support/model-stand-in.ts';

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
export async function startMessagesApi(): Promise<StandIn> {
  return await startStandIn({
    toolResults: (posted) => (posted.path.endsWith('messages') ? readRequest(posted).toolResults : null),
    send: (response, reply, posted) => send(response, reply, readRequest(posted)),
    other: (response, posted) => sendJson(response, 200, { input_tokens: Math.ceil(posted.body.length / 4) }),
  });
}

interface ParsedRequest {
  readonly model: string;
  readonly stream: boolean;
  readonly toolResults: number;
}

function readRequest({ body }: Posted): ParsedRequest {
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
