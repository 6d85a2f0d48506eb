/** The OpenAI Responses API on loopback, as much of it as Codex needs: streamed answers, function calls, errors. */
import type { ServerResponse } from 'node:http';
import { newId, sendJson, startStandIn } from '../support/model-stand-in.ts';
import type { Posted, Reply, StandIn } from '../support/model-stand-in.ts';

/** Starts the server; its base URLs end where Codex adds `/responses`. */
export async function startResponsesApi(): Promise<StandIn> {
  return await startStandIn({
    toolResults: (posted) => (posted.path === 'responses' ? toolResultsOf(posted) : null),
    send,
    other: (response) => sendJson(response, 404, { error: { message: 'not here' } }),
  });
}

function toolResultsOf({ body }: Posted): number {
  const { input = [] }: { input?: { type?: string; role?: string }[] } = JSON.parse(body);
  let count = 0;
  for (const item of input.toReversed()) {
    if (item.role === 'user') break;
    if (item.type?.endsWith('_call_output') === true) count += 1;
  }
  return count;
}

function send(response: ServerResponse, reply: Reply): void {
  if (reply.kind === 'silence') return;
  if (reply.kind === 'error') {
    const error = { type: reply.type, message: reply.message, code: reply.type, ...reply.more };
    return sendJson(response, reply.status, { error }, reply.headers);
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', ...reply.headers });
  const event = (type: string, data: object): void => {
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  };
  const id = newId('resp');
  event('response.created', { response: { id } });
  for (const item of itemsOf(reply)) {
    event('response.output_item.added', { item });
    event('response.output_item.done', { item });
  }
  const usage = {
    input_tokens: 1000,
    input_tokens_details: { cached_tokens: 100 },
    output_tokens: 200,
    output_tokens_details: { reasoning_tokens: 50 },
    total_tokens: 1200,
  };
  event('response.completed', { response: { id, usage } });
  response.end();
}

function itemsOf(reply: Extract<Reply, { kind: 'answer' }>): object[] {
  const { text, tool } = reply;
  return [
    ...(text === undefined
      ? []
      : [{ type: 'message', role: 'assistant', id: newId('msg'), content: [{ type: 'output_text', text }] }]),
    ...(tool === undefined
      ? []
      : [
          {
            type: 'function_call',
            id: newId('fc'),
            call_id: newId('call'),
            name: tool.name,
            arguments: JSON.stringify(tool.input),
          },
        ]),
  ];
}
