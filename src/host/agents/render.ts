/** Readable logs: one line per event, as `nightloom logs` prints them. */
import { assertNever } from '../../contracts/vocabulary.ts';
import type { AgentEvent, AgentParser } from './adapter.ts';
import { printable } from './printable.ts';

/** One line without a line feed and without control characters; null for events that a reader can do without. */
export function renderEvent(event: AgentEvent): string | null {
  const line = describe(event);
  return line === null ? null : printable(line, 1000);
}

/** The lines for one line of output. */
export function renderLine(parser: AgentParser, line: string): string[] {
  return parser
    .push(line)
    .map(renderEvent)
    .filter((text) => text !== null);
}

function describe(event: AgentEvent): string | null {
  switch (event.type) {
    case 'init':
      return `start: session ${event.sessionId ?? 'unknown'}, model ${event.model ?? 'default'}`;
    case 'text':
      return event.text;
    case 'tool':
      return `> ${event.name}${event.summary === '' ? '' : `: ${event.summary}`}`;
    case 'tool_result':
      return `< ${event.ok ? 'ok' : 'error'}${event.summary === '' ? '' : `: ${event.summary}`}`;
    case 'retry':
      return `retry${event.attempt === null ? '' : ` ${event.attempt}`}: ${event.reason}${delay(event.delayMs)}`;
    case 'limit':
      return `limit: ${event.window ?? 'usage'} ${event.status}${reset(event.resetAtMs)}`;
    case 'usage':
      return null;
    case 'note':
      return `note: ${event.text}`;
    case 'final':
      return `end (${event.ok ? 'ok' : 'error'}): ${event.text}`;
    default:
      return assertNever(event);
  }
}

function delay(delayMs: number | null): string {
  return delayMs === null ? '' : `, again in ${(delayMs / 1000).toFixed(1)} s`;
}

function reset(resetAtMs: number | null): string {
  return resetAtMs === null ? '' : `, resets ${new Date(resetAtMs).toISOString()}`;
}
