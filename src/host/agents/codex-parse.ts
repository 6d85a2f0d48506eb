/** Reading the JSON lines of `codex exec --json` (0.171.0, measured). */
import type { Phase } from '../../contracts/vocabulary.ts';
import type { AgentEvent, AgentParser, AgentProgress, ParserOptions } from './adapter.ts';
import { numberAt, objectAt, objectsAt, parseObject, textAt } from './json.ts';
import type { JsonObject } from './json.ts';
import { printable } from './printable.ts';

/** "Reconnecting... 2/5 (why)" */
const RECONNECTING = /^Reconnecting\.\.\.\s*(?:(\d+)\/\d+)?\s*([^(]*)(?:\((.*)\))?$/s;
const SUMMARY_LENGTH = 200;

/** State of one run of Codex, read from its output. */
export class CodexParser implements AgentParser {
  sessionId: string | null = null;
  /** How the last turn ended; null before its end. */
  end: 'completed' | 'failed' | null = null;
  /** What the API or Codex itself said went wrong; null: nothing since the last answer. */
  error: string | null = null;
  /** Last message of the agent. */
  lastText: string | null = null;
  readonly #isResumed: boolean;
  /** Calls without an answer yet, by id. */
  readonly #begun = new Set<string>();
  #phase: Phase = 'starting';
  #turns = 0;
  #tokens: number | null = null;
  #lastTool: string | null = null;

  constructor({ isResumed = false }: ParserOptions = {}) {
    this.#isResumed = isResumed;
  }

  push(line: string): AgentEvent[] {
    if (line.trim() === '') return [];
    const event = parseObject(line);
    if (event === null) return [{ type: 'note', text: printable(line) }];
    switch (event['type']) {
      case 'thread.started':
        this.sessionId = textAt(event, 'thread_id') ?? this.sessionId;
        return [{ type: 'init', sessionId: this.sessionId, model: null, version: null }];
      case 'turn.started':
        return this.#work('thinking', []);
      case 'item.started':
        return this.#begin(objectAt(event, 'item'));
      case 'item.completed':
        return this.#complete(objectAt(event, 'item'));
      case 'turn.completed':
        return this.#finish('completed', objectAt(event, 'usage'));
      case 'turn.failed':
        this.error = textAt(objectAt(event, 'error'), 'message') ?? this.error;
        return this.#finish('failed', objectAt(event, 'usage'));
      case 'error':
        return this.#fail(textAt(event, 'message') ?? 'unknown error');
      default:
        return [];
    }
  }

  isFinal(): boolean {
    return this.end !== null;
  }

  progress(): AgentProgress {
    return {
      phase: this.#phase,
      turns: this.#turns,
      lastTool: this.#lastTool,
      tokens: this.#tokens,
      costUsd: null,
    };
  }

  #work(phase: Phase, events: AgentEvent[]): AgentEvent[] {
    this.#phase = phase;
    this.end = null;
    return events;
  }

  #begin(item: JsonObject | null): AgentEvent[] {
    const call = callOf(item);
    if (call === null) return this.#work('thinking', []);
    this.#begun.add(textAt(item, 'id') ?? '');
    this.#lastTool = call.name;
    return this.#work('tool', [{ type: 'tool', ...call }]);
  }

  #complete(item: JsonObject | null): AgentEvent[] {
    const text = textAt(item, 'text') ?? textAt(item, 'message') ?? '';
    switch (item?.['type']) {
      case 'agent_message':
        this.#turns += 1;
        this.lastText = text;
        this.error = null;
        return this.#work('thinking', [{ type: 'text', text }]);
      case 'error':
        return this.#work('thinking', [{ type: 'note', text: printable(text) }]);
      default:
        return this.#completeCall(item);
    }
  }

  /** Some versions tell of a change of files only once it is done: then call and answer come at a time. */
  #completeCall(item: JsonObject | null): AgentEvent[] {
    const call = callOf(item);
    if (call === null) return this.#work('thinking', []);
    this.#turns += 1;
    this.error = null;
    const ok = textAt(item, 'status') !== 'failed' && textAt(item, 'status') !== 'declined';
    const summary = printable(textAt(item, 'aggregated_output') ?? '', SUMMARY_LENGTH);
    const wasTold = this.#begun.delete(textAt(item, 'id') ?? '');
    this.#lastTool = call.name;
    return this.#work('thinking', [
      ...(wasTold ? [] : [{ type: 'tool', ...call } as const]),
      { type: 'tool_result', ok, summary },
    ]);
  }

  #fail(message: string): AgentEvent[] {
    const retry = RECONNECTING.exec(message);
    this.error = retry === null ? message : [retry[2]?.trim(), retry[3]].filter(Boolean).join(': ');
    if (retry === null) return [{ type: 'note', text: printable(message) }];
    const attempt = retry[1] === undefined ? null : Number(retry[1]);
    return this.#work('retrying', [{ type: 'retry', attempt, delayMs: null, reason: printable(this.error) }]);
  }

  #finish(end: 'completed' | 'failed', usage: JsonObject | null): AgentEvent[] {
    this.end = end;
    this.#phase = 'finishing';
    // `input_tokens` holds the cached ones, `output_tokens` the reasoning.
    // Both are sums over the whole session, so a resumed run's own share is not known.
    if (usage !== null && !this.#isResumed)
      this.#tokens = (numberAt(usage, 'input_tokens') ?? 0) + (numberAt(usage, 'output_tokens') ?? 0);
    const ok = end === 'completed';
    return [{ type: 'final', ok, text: (ok ? this.lastText : this.error) ?? '' }];
  }
}

/** A tool call as name and summary; null for items that are none. */
function callOf(item: JsonObject | null): { readonly name: string; readonly summary: string } | null {
  const named = (name: string, summary: string) => ({ name, summary: printable(summary, SUMMARY_LENGTH) });
  switch (item?.['type']) {
    case 'command_execution':
      return named('shell', textAt(item, 'command') ?? '');
    case 'file_change':
      return named(
        'patch',
        objectsAt(item, 'changes')
          .map((change) => textAt(change, 'path') ?? '')
          .join(', '),
      );
    case 'mcp_tool_call':
      return named(`${textAt(item, 'server') ?? 'mcp'}.${textAt(item, 'tool') ?? 'tool'}`, '');
    case 'web_search':
      return named('web_search', textAt(item, 'query') ?? '');
    default:
      return null;
  }
}
