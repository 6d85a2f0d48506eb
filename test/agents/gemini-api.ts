/** The Gemini API on loopback, as much of it as Gemini CLI needs: streamed and whole answers, function calls, errors. */
import type { ServerResponse } from 'node:http';
import { sendJson, startStandIn } from '../support/model-stand-in.ts';
import type { Posted, Reply, StandIn } from '../support/model-stand-in.ts';

/** Starts the server; its base URLs end where the CLI adds `/v1beta/models/...`. */
export async function startGeminiApi(): Promise<StandIn> {
  return await startStandIn({
    toolResults: (posted) => (/:(?:stream)?generateContent$/i.test(posted.path) ? toolResultsOf(posted) : null),
    send,
    other: (response) => sendJson(response, 200, { totalTokens: 10 }),
  });
}

interface Content {
  readonly role?: string;
  readonly parts?: readonly object[];
}

function toolResultsOf({ body }: Posted): number {
  const { contents = [] }: { contents?: Content[] } = JSON.parse(body);
  let count = 0;
  for (const { role, parts = [] } of contents.toReversed()) {
    if (role !== 'user') continue;
    const results = parts.filter((part) => 'functionResponse' in part).length;
    if (results === 0) break;
    count += results;
  }
  return count;
}

function send(response: ServerResponse, reply: Reply, posted: Posted): void {
  if (reply.kind === 'silence') return;
  if (reply.kind === 'error') {
    const error = { code: reply.status, message: reply.message, status: reply.type, ...reply.more };
    return sendJson(response, reply.status, { error }, reply.headers);
  }
  const { text, tool } = reply;
  const parts = [
    ...(text === undefined ? [] : [{ text }]),
    ...(tool === undefined ? [] : [{ functionCall: { name: tool.name, args: tool.input } }]),
  ];
  const body = {
    candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', index: 0 }],
    usageMetadata: { promptTokenCount: 1000, candidatesTokenCount: 200, totalTokenCount: 1200 },
    modelVersion: 'stand-in',
  };
  if (!posted.path.includes('stream')) return sendJson(response, 200, body, reply.headers);
  response.writeHead(200, { 'content-type': 'text/event-stream', ...reply.headers });
  response.end(`data: ${JSON.stringify(body)}\n\n`);
}
