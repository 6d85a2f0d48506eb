/** Output of the scripted agent, in the shapes that Claude Code 2.1.329 writes. */
import { writeSync } from 'node:fs';
import { cwd, stderr } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

const INPUT_TOKENS_PER_TURN = 1000;
const OUTPUT_TOKENS_PER_TURN = 200;
const PAUSE = new Int32Array(new SharedArrayBuffer(4));

/** Writes all bytes to stdout before it returns: nothing may be lost when the process is ended right after. */
export function writeOut(data) {
  let bytes = typeof data === 'string' ? Buffer.from(data) : data;
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(1, bytes));
    } catch (error) {
      if (error.code === 'EPIPE') return; // Like Claude: works on when nobody reads.
      if (error.code !== 'EAGAIN') throw error;
      Atomics.wait(PAUSE, 0, 0, 2);
    }
  }
}

/** One line on stderr. */
export function complain(text) {
  stderr.write(`${text}\n`);
}

/** Writes events and keeps the figures of this process. */
export class Stream {
  sessionId = '';
  session = null;
  turns = 0;
  extraTurns = 0;
  denials = [];
  lingerMs = 0;
  lastText = 'Done.';
  /** Like Claude: an answer is structured only where a schema was given, else it is text. */
  wantsSchema = false;
  structured = undefined;
  #ids = 0;

  emit(event) {
    writeOut(`${JSON.stringify({ ...event, session_id: this.sessionId, uuid: this.#nextId('event') })}\n`);
  }

  init() {
    this.emit({
      type: 'system',
      subtype: 'init',
      cwd: cwd(),
      model: 'scripted',
      permissionMode: 'acceptEdits',
      tools: [],
      claude_code_version: 'scripted',
    });
  }

  text(text) {
    this.lastText = text;
    this.#assistant([{ type: 'text', text }]);
  }

  answer(value) {
    const text = JSON.stringify(value);
    if (!this.wantsSchema) return this.text(text);
    this.toolResult(this.tool('StructuredOutput', value), 'Structured output provided successfully');
    this.structured = value;
    this.lastText = text;
  }

  /** Reports a tool call; returns its id for `toolResult`. */
  tool(name, input) {
    const id = this.#nextId('tool');
    this.#assistant([{ type: 'tool_use', id, name, input }]);
    return id;
  }

  toolResult(id, content, isError = false) {
    const block = { tool_use_id: id, type: 'tool_result', content, is_error: isError };
    this.emit({ type: 'user', message: { role: 'user', content: [block] }, parent_tool_use_id: null });
  }

  deny(name) {
    const denial = { tool_name: name, tool_use_id: this.#nextId('tool'), tool_input: {} };
    this.denials.push(denial);
    this.emit({ type: 'system', subtype: 'permission_denied', ...denial });
  }

  /** An error of the API as Claude reports it: a synthetic answer, then a result with subtype "success". */
  fail(text, { error, status = null, ...more }) {
    const api = { api_error_status: status, ...more };
    const message = {
      id: this.#nextId('message'),
      type: 'message',
      role: 'assistant',
      model: '<synthetic>',
      content: [{ type: 'text', text }],
    };
    this.emit({
      type: 'assistant',
      message,
      error,
      is_api_error_message: true,
      timestamp: new Date().toISOString(),
      ...api,
    });
    this.result({ subtype: 'success', terminal_reason: 'api_error', result: text, ...api });
  }

  succeed() {
    const structured = this.structured === undefined ? {} : { structured_output: this.structured };
    const result = this.lastText;
    this.result({ subtype: 'success', is_error: false, terminal_reason: 'completed', result, ...structured });
  }

  result(fields) {
    const usage = {
      input_tokens: this.turns * INPUT_TOKENS_PER_TURN,
      output_tokens: this.turns * OUTPUT_TOKENS_PER_TURN,
    };
    this.emit({
      type: 'result',
      is_error: true,
      num_turns: this.turns + this.extraTurns,
      total_cost_usd: this.session?.costUsd ?? 0,
      usage,
      permission_denials: this.denials,
      ...fields,
    });
  }

  /** Stays after the result as long as the script asked for. */
  async linger() {
    if (this.lingerMs > 0) await sleep(this.lingerMs);
  }

  #assistant(content) {
    const usage = { input_tokens: INPUT_TOKENS_PER_TURN, output_tokens: OUTPUT_TOKENS_PER_TURN };
    const message = {
      id: this.#nextId('message'),
      type: 'message',
      role: 'assistant',
      model: 'scripted',
      content,
      usage,
    };
    this.emit({ type: 'assistant', message, parent_tool_use_id: null });
  }

  #nextId(kind) {
    this.#ids += 1;
    return `${kind}_${this.#ids}`;
  }
}
