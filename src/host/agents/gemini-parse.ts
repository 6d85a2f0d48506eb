/** Reading Gemini CLI's stream-json (0.61.0, measured). */
import type { Phase } from '../../contracts/vocabulary.ts';
import type { AgentEvent, AgentParser, AgentProgress } from './adapter.ts';
import { toolSummary } from './claude-tools.ts';
import { numberAt, objectAt, parseObject, textAt } from './json.ts';
import type { JsonObject } from './json.ts';
import { printable } from './printable.ts';

const SUMMARY_LENGTH = 200;

/** State of one run of Gemini CLI, read from its output. */
export class GeminiParser implements AgentParser {
  sessionId: string | null = null;
  /** The last `result` event. */
  result: JsonObject | null = null;
  /** What the agent said since its last tool call: texts come in pieces. */
  said = '';
  #phase: Phase = 'starting';
  #turns = 0;
  #lastTool: string | null = null;

  push(line: string): AgentEvent[] {
    if (line.trim() === '') return [];
    const event = parseObject(line);
    if (event === null) return [{ type: 'note', text: printable(line) }];
    switch (event['type']) {
      case 'init':
        this.sessionId = textAt(event, 'session_id') ?? this.sessionId;
        this.#work('thinking');
        return [{ type: 'init', sessionId: this.sessionId, model: textAt(event, 'model'), version: null }];
      case 'message':
        return this.#readMessage(event);
      case 'tool_use':
        return this.#readCall(event);
      case 'tool_result':
        return this.#readAnswer(event);
      case 'error':
        return [{ type: 'note', text: printable(textAt(event, 'message') ?? 'error') }];
      case 'result':
        return this.#finish(event);
      default:
        return [];
    }
  }

  isFinal(): boolean {
    return this.#phase === 'finishing';
  }

  progress(): AgentProgress {
    const tokens = numberAt(objectAt(this.result, 'stats'), 'total_tokens');
    return { phase: this.#phase, turns: this.#turns, lastTool: this.#lastTool, tokens, costUsd: null };
  }

  #work(phase: Phase): void {
    this.#phase = phase;
  }

  #readMessage(event: JsonObject): AgentEvent[] {
    const text = textAt(event, 'content');
    if (event['role'] !== 'assistant' || text === null) return [];
    if (this.said === '') this.#turns += 1;
    this.said += text;
    this.#work('thinking');
    return [{ type: 'text', text }];
  }

  #readCall(event: JsonObject): AgentEvent[] {
    const name = printable(textAt(event, 'tool_name') ?? 'unknown', 100);
    this.said = '';
    this.#turns += 1;
    this.#lastTool = name;
    this.#work('tool');
    return [{ type: 'tool', name, summary: toolSummary(objectAt(event, 'parameters')) }];
  }

  #readAnswer(event: JsonObject): AgentEvent[] {
    this.#work('thinking');
    const text = textAt(event, 'output') ?? textAt(objectAt(event, 'error'), 'message') ?? '';
    return [{ type: 'tool_result', ok: event['status'] === 'success', summary: printable(text, SUMMARY_LENGTH) }];
  }

  #finish(event: JsonObject): AgentEvent[] {
    this.result = event;
    this.#work('finishing');
    const ok = event['status'] === 'success';
    return [{ type: 'final', ok, text: ok ? this.said : (textAt(objectAt(event, 'error'), 'message') ?? '') }];
  }
}
