/**
 * Reading Claude Code's stream-json, one object per line. Facts of the format (2.1.329, measured): the order of keys is
 * not fixed, `init` is neither first nor unique, a process may write several `result` events of which the last counts.
 */
import type { Phase } from '../../contracts/vocabulary.ts';
import type { AgentEvent, AgentParser, AgentProgress, ParserOptions } from './adapter.ts';
import { deniedTool, isToolError, toolResultText, toolSummary } from './claude-tools.ts';
import { limitFromInfo } from './claude-limits.ts';
import { numberAt, objectAt, objectsAt, parseObject, textAt, textsAt } from './json.ts';
import type { JsonObject } from './json.ts';
import { printable } from './printable.ts';
import { countResultTokens, countTokens, resultCostUsd } from './claude-usage.ts';

/** Longer lines are attachments of the conversation, never a result: not worth the memory of parsing. */
const MAX_LINE_LENGTH = 64 * 1024 * 1024;
const MAX_DENIED = 20;

/** State of one run of Claude Code, read from its output. */
export class ClaudeParser implements AgentParser {
  readonly priorCostUsd: number;
  readonly wantsSchema: boolean;
  sessionId: string | null = null;
  /** The last `result` event. */
  result: JsonObject | null = null;
  /** The last assistant event that reports an error of the API. */
  apiError: JsonObject | null = null;
  /** The last `rate_limit_info`. */
  limitInfo: JsonObject | null = null;
  /** Tokens and turns over all results of this process; null before the first. */
  resultTokens: number | null = null;
  resultTurns: number | null = null;
  #resultCostUsd: number | null = 0;
  #denied = new Map<string, string>();
  /** Calls without an answer yet, by id, as a denial would name them. */
  #openCalls = new Map<string, string>();
  #phase: Phase = 'starting';
  #messageIds = new Set<string>();
  #messageTokens = 0;
  #lastTool: string | null = null;
  #quietSinceResult = false;

  constructor(options: ParserOptions = {}) {
    this.priorCostUsd = options.priorCostUsd ?? 0;
    this.wantsSchema = options.wantsSchema ?? false;
  }

  push(line: string): AgentEvent[] {
    if (line.trim() === '') return [];
    if (line.length > MAX_LINE_LENGTH)
      return [{ type: 'note', text: `a line of ${line.length} characters was left out` }];
    const event = parseObject(line);
    if (event === null) return [{ type: 'note', text: printable(line) }];
    return this.#read(event);
  }

  isFinal(): boolean {
    return this.#quietSinceResult;
  }

  progress(): AgentProgress {
    return {
      phase: this.#phase,
      turns: this.resultTurns ?? this.#messageIds.size,
      lastTool: this.#lastTool,
      tokens: this.resultTokens ?? (this.#messageIds.size === 0 ? null : this.#messageTokens),
      costUsd: this.costUsd(),
    };
  }

  /**
   * US dollars of this run alone; null before a result. The CLI's total is over all runs of the session; versions that
   * also tell the cost since the result before are taken at their word.
   */
  costUsd(): number | null {
    const total = numberAt(this.result, 'total_cost_usd');
    if (total === null) return null;
    // A total below what was spent before belongs to a conversation that began anew.
    const difference = total < this.priorCostUsd ? total : total - this.priorCostUsd;
    return Math.round((this.#resultCostUsd ?? difference) * 1e8) / 1e8;
  }

  /** Tool calls that were denied, newest last. */
  deniedTools(): string[] {
    return [...this.#denied.values()].slice(-MAX_DENIED);
  }

  #read(event: JsonObject): AgentEvent[] {
    this.sessionId = textAt(event, 'session_id') ?? this.sessionId;
    switch (event['type']) {
      case 'system':
        return this.#readSystem(event);
      case 'assistant':
        return this.#readAssistant(event);
      case 'user':
        return this.#readUser(event);
      case 'rate_limit_event':
        return this.#readLimit(event);
      case 'result':
        return this.#readResult(event);
      default:
        return [];
    }
  }

  #readSystem(event: JsonObject): AgentEvent[] {
    switch (event['subtype']) {
      case 'init':
        this.#resume('thinking');
        return [
          {
            type: 'init',
            sessionId: this.sessionId,
            model: textAt(event, 'model'),
            version: textAt(event, 'claude_code_version'),
          },
        ];
      case 'api_retry': {
        this.#resume('retrying');
        const reason = [textAt(event, 'error'), numberAt(event, 'error_status')]
          .filter((part) => part !== null)
          .join(' ');
        return [
          { type: 'retry', attempt: numberAt(event, 'attempt'), delayMs: numberAt(event, 'retry_delay_ms'), reason },
        ];
      }
      case 'permission_denied':
        return [{ type: 'note', text: `denied: ${this.#deny(event)}` }];
      case 'compact_boundary':
        return [{ type: 'note', text: 'the conversation was compacted' }];
      case 'model_fallback':
      case 'informational':
      case 'session_writes_lost':
        return [{ type: 'note', text: textAt(event, 'content') ?? String(event['subtype']) }];
      default:
        return [];
    }
  }

  #readAssistant(event: JsonObject): AgentEvent[] {
    this.#resume('thinking');
    const message = objectAt(event, 'message');
    const isApiError = event['is_api_error_message'] === true || textAt(event, 'error') !== null;
    if (isApiError) this.apiError = event;
    const events = objectsAt(message, 'content').flatMap((block) => this.#readBlock(block));
    if (isApiError || textAt(message, 'model') === '<synthetic>') return events;
    // An answer of the model: whatever failed before was overcome.
    this.apiError = null;
    const id = textAt(message, 'id');
    // One event per content block, all with the usage of their message.
    if (id === null || this.#messageIds.has(id)) return events;
    this.#messageIds.add(id);
    const tokens = countTokens(objectAt(message, 'usage'));
    this.#messageTokens += tokens;
    return [...events, { type: 'usage', tokens }];
  }

  #readBlock(block: JsonObject): AgentEvent[] {
    if (block['type'] === 'text') {
      const text = textAt(block, 'text');
      return text === null ? [] : [{ type: 'text', text }];
    }
    if (block['type'] !== 'tool_use') return [];
    const name = textAt(block, 'name') ?? 'unknown';
    this.#phase = 'tool';
    this.#lastTool = printable(name, 100);
    const input = objectAt(block, 'input');
    this.#openCalls.set(textAt(block, 'id') ?? '', deniedTool({ tool_name: name, tool_input: input }));
    return [{ type: 'tool', name, summary: toolSummary(input) }];
  }

  #readUser(event: JsonObject): AgentEvent[] {
    this.#resume('thinking');
    const results = objectsAt(objectAt(event, 'message'), 'content').filter(({ type }) => type === 'tool_result');
    for (const result of results) this.#openCalls.delete(textAt(result, 'tool_use_id') ?? '');
    return results.map((block) => ({ type: 'tool_result', ok: !isToolError(block), summary: toolResultText(block) }));
  }

  #readLimit(event: JsonObject): AgentEvent[] {
    this.limitInfo = objectAt(event, 'rate_limit_info') ?? this.limitInfo;
    const { window, resetAtMs } = limitFromInfo(this.limitInfo);
    return [{ type: 'limit', status: textAt(this.limitInfo, 'status') ?? 'unknown', window, resetAtMs }];
  }

  #readResult(event: JsonObject): AgentEvent[] {
    this.result = event;
    this.#quietSinceResult = true;
    this.#phase = 'finishing';
    this.resultTurns = (this.resultTurns ?? 0) + (numberAt(event, 'num_turns') ?? 0);
    this.resultTokens = (this.resultTokens ?? 0) + countResultTokens(event);
    const costUsd = resultCostUsd(event);
    this.#resultCostUsd = costUsd === null || this.#resultCostUsd === null ? null : this.#resultCostUsd + costUsd;
    for (const denial of objectsAt(event, 'permission_denials')) this.#deny(denial);
    const text = textAt(event, 'result') ?? textsAt(event, 'errors').join('; ');
    const structured = objectAt(event, 'structured_output');
    return [
      {
        type: 'final',
        ok: event['is_error'] === false && event['subtype'] === 'success',
        text,
        ...(structured === null ? {} : { structured }),
      },
    ];
  }

  /** Notes a denied call and returns its text. The event of a denial names no input, the call before it does. */
  #deny(denial: JsonObject): string {
    const id = textAt(denial, 'tool_use_id');
    const text = (id === null ? undefined : this.#openCalls.get(id)) ?? deniedTool(denial);
    this.#denied.set(id ?? text, text);
    return text;
  }

  /** The agent works (again): a result before this was not the last one. */
  #resume(phase: Phase): void {
    this.#quietSinceResult = false;
    this.#phase = phase;
  }
}
