/** Reading the JSON lines of `opencode run --format json` (1.18.33, measured). */
import type { Phase } from '../../contracts/vocabulary.ts';
import type { AgentEvent, AgentParser, AgentProgress } from './adapter.ts';
import { toolResultText, toolSummary } from './claude-tools.ts';
import { numberAt, objectAt, parseObject, textAt } from './json.ts';
import type { JsonObject } from './json.ts';
import { printable } from './printable.ts';

/** State of one run of OpenCode, read from its output. */
export class OpencodeParser implements AgentParser {
  sessionId: string | null = null;
  /** The last error, while nothing of the agent came after it. */
  error: JsonObject | null = null;
  /** True once the model ended its last step by itself. */
  isDone = false;
  lastText: string | null = null;
  #phase: Phase = 'starting';
  #turns = 0;
  #tokens: number | null = null;
  #costUsd: number | null = null;
  #lastTool: string | null = null;

  push(line: string): AgentEvent[] {
    if (line.trim() === '') return [];
    const event = parseObject(line);
    if (event === null) return [{ type: 'note', text: printable(line) }];
    const begins = this.sessionId === null;
    this.sessionId = textAt(event, 'sessionID') ?? this.sessionId;
    const init: AgentEvent[] =
      begins && this.sessionId !== null
        ? [{ type: 'init', sessionId: this.sessionId, model: null, version: null }]
        : [];
    return [...init, ...this.#read(event, objectAt(event, 'part'))];
  }

  isFinal(): boolean {
    return this.isDone || this.error !== null;
  }

  progress(): AgentProgress {
    return {
      phase: this.#phase,
      turns: this.#turns,
      lastTool: this.#lastTool,
      tokens: this.#tokens,
      costUsd: this.#costUsd === null ? null : Math.round(this.#costUsd * 1e8) / 1e8,
    };
  }

  #read(event: JsonObject, part: JsonObject | null): AgentEvent[] {
    switch (event['type']) {
      case 'step_start':
        this.#turns += 1;
        return this.#work('thinking', []);
      case 'text':
        this.lastText = textAt(part, 'text') ?? this.lastText;
        return this.#work('thinking', [{ type: 'text', text: textAt(part, 'text') ?? '' }]);
      case 'tool_use':
        return this.#readCall(part);
      case 'step_finish':
        return this.#finishStep(part);
      case 'error':
        return this.#fail(objectAt(event, 'error'));
      default:
        return [];
    }
  }

  #work(phase: Phase, events: AgentEvent[]): AgentEvent[] {
    this.#phase = phase;
    this.isDone = false;
    this.error = null;
    return events;
  }

  /** A call is told once it was answered. */
  #readCall(part: JsonObject | null): AgentEvent[] {
    const state = objectAt(part, 'state');
    const name = printable(textAt(part, 'tool') ?? 'unknown', 100);
    this.#lastTool = name;
    const answer = textAt(state, 'output') ?? textAt(state, 'error') ?? '';
    return this.#work('tool', [
      { type: 'tool', name, summary: toolSummary(objectAt(state, 'input')) },
      { type: 'tool_result', ok: state?.['status'] === 'completed', summary: toolResultText({ content: answer }) },
    ]);
  }

  #finishStep(part: JsonObject | null): AgentEvent[] {
    const tokens = numberAt(objectAt(part, 'tokens'), 'total');
    if (tokens !== null) this.#tokens = (this.#tokens ?? 0) + tokens;
    const costUsd = numberAt(part, 'cost');
    if (costUsd !== null) this.#costUsd = (this.#costUsd ?? 0) + costUsd;
    const usage: AgentEvent[] = tokens === null ? [] : [{ type: 'usage', tokens }];
    if (part?.['reason'] === 'tool-calls') return this.#work('thinking', usage);
    this.#phase = 'finishing';
    this.isDone = true;
    return [...usage, { type: 'final', ok: true, text: this.lastText ?? '' }];
  }

  #fail(error: JsonObject | null): AgentEvent[] {
    this.error = error ?? {};
    this.isDone = false;
    this.#phase = 'finishing';
    const text = textAt(objectAt(error, 'data'), 'message') ?? textAt(error, 'name') ?? 'unknown error';
    return [{ type: 'final', ok: false, text }];
  }
}
