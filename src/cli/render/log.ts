/** An agent's log made readable: Claude's stream of JSON lines as text, every other line as it is. */
import type { Style } from './style.ts';
import { clip, oneLine, stripControls } from './text.ts';
import { costText, durationText, momentText } from './time.ts';

const RESULT_LINES = 6;
const RESULT_WIDTH = 200;
/** A line longer than this is named, not shown. */
const MAX_LINE_CHARACTERS = 1_000_000;

/** Turns pieces of a log into readable lines. */
export interface LogRenderer {
  /** Lines that are complete with this piece. */
  push(text: string): string[];
  /** The rest, when the log has ended. */
  end(): string[];
}

/** What the renderer needs. */
export interface LogRenderOptions {
  readonly style: Style;
  readonly nowMs: number;
}

/** A renderer for one log; holds at most one incomplete line of bounded length. */
export function createLogRenderer(options: LogRenderOptions): LogRenderer {
  let rest = '';
  let dropped = 0;
  const lineDone = (line: string): string[] => {
    if (dropped === 0) return renderLogLine(line, options);
    const length = dropped + line.length;
    dropped = 0;
    return [options.style.dim(`(a line of ${length} characters; see --raw)`)];
  };
  return {
    push: (text) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      const lines = parts.flatMap(lineDone);
      if (rest.length > MAX_LINE_CHARACTERS) {
        dropped += rest.length;
        rest = '';
      }
      return lines;
    },
    end: () => {
      const last = rest;
      rest = '';
      return last === '' && dropped === 0 ? [] : lineDone(last);
    },
  };
}

/** Readable lines for one line of a log; none for events that tell a reader nothing. */
export function renderLogLine(line: string, options: LogRenderOptions): string[] {
  if (line.length > MAX_LINE_CHARACTERS) return [options.style.dim(`(a line of ${line.length} characters; see --raw)`)];
  const event = parseEvent(line);
  if (event === null) return [stripControls(line)];
  switch (event['type']) {
    case 'system':
      return systemLines(event, options);
    case 'assistant':
      return blocksOf(event).flatMap((block) => assistantLines(block, options));
    case 'user':
      return blocksOf(event).flatMap((block) => toolResultLines(block, options));
    case 'result':
      return resultLines(event, options);
    case 'rate_limit_event':
      return rateLimitLines(event, options);
    default:
      return [];
  }
}

type Fields = Readonly<Record<string, unknown>>;

function parseEvent(line: string): Fields | null {
  if (!line.trimStart().startsWith('{')) return null;
  try {
    const parsed: unknown = JSON.parse(line);
    return isFields(parsed) && typeof parsed['type'] === 'string' ? parsed : null;
  } catch {
    return null;
  }
}

function systemLines(event: Fields, { style }: LogRenderOptions): string[] {
  switch (event['subtype']) {
    case 'init':
      return [
        style.dim(
          `session ${text(event['session_id'])}, model ${text(event['model'])}, ${text(event['permissionMode'])}`,
        ),
      ];
    case 'api_retry': {
      const status = event['error_status'] === null ? '' : ` ${text(event['error_status'])}`;
      const wait = typeof event['retry_delay_ms'] === 'number' ? ` in ${durationText(event['retry_delay_ms'])}` : '';
      const count = `${text(event['attempt'])} of ${text(event['max_retries'])}`;
      return [style.warn(`API error${status} ${text(event['error'])}: try ${count}${wait}`)];
    }
    case 'model_fallback':
    case 'informational':
      return [style.warn(text(event['content']))];
    default:
      return [];
  }
}

function assistantLines(block: Fields, { style }: LogRenderOptions): string[] {
  switch (block['type']) {
    case 'text': {
      const said = stripControls(typeof block['text'] === 'string' ? block['text'] : '').trim();
      return said === '' ? [] : said.split('\n');
    }
    case 'thinking':
      return [
        style.dim(
          `(thinking) ${clip(oneLine(typeof block['thinking'] === 'string' ? block['thinking'] : ''), RESULT_WIDTH)}`,
        ),
      ];
    case 'tool_use':
      return [`${style.command(`▸ ${text(block['name'])}`)} ${toolInput(block['input'])}`.trimEnd()];
    default:
      return [];
  }
}

/** The one value that says most; else all of it, shortened. */
function toolInput(input: unknown): string {
  if (!isFields(input)) return '';
  for (const key of ['command', 'file_path', 'path', 'pattern', 'url', 'query', 'description', 'prompt']) {
    const value = input[key];
    if (typeof value === 'string') return clip(oneLine(value), RESULT_WIDTH);
  }
  return Object.keys(input).length === 0 ? '' : clip(oneLine(JSON.stringify(input)), RESULT_WIDTH);
}

function toolResultLines(block: Fields, { style }: LogRenderOptions): string[] {
  if (block['type'] !== 'tool_result') return [];
  const failed = block['is_error'] === true;
  const lines = stripControls(contentText(block['content'])).trim().split('\n');
  const shown = lines.slice(0, RESULT_LINES).map((line) => `  ${clip(line, RESULT_WIDTH)}`);
  if (lines.length > RESULT_LINES) shown.push(`  … ${lines.length - RESULT_LINES} lines more`);
  return shown.filter((line) => line.trim() !== '').map((line) => (failed ? style.bad(line) : style.dim(line)));
}

function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) => (isFields(part) && typeof part['text'] === 'string' ? part['text'] : '(not text)'))
    .join('\n');
}

function resultLines(event: Fields, { style }: LogRenderOptions): string[] {
  const parts = [
    typeof event['num_turns'] === 'number' ? `${event['num_turns']} turns` : '',
    typeof event['duration_ms'] === 'number' ? durationText(event['duration_ms']) : '',
    typeof event['total_cost_usd'] === 'number' ? costText(event['total_cost_usd']) : '',
  ];
  const figures = parts.filter((part) => part !== '').join(', ');
  const said = typeof event['result'] === 'string' ? stripControls(event['result']).trim() : '';
  const failed = event['is_error'] === true;
  const head = `${failed ? 'Ended with an error' : 'Done'} (${text(event['subtype'])}${figures === '' ? '' : `; ${figures}`})`;
  return [failed ? style.bad(head) : style.good(head), ...(failed && said !== '' ? said.split('\n') : [])];
}

function rateLimitLines(event: Fields, { style, nowMs }: LogRenderOptions): string[] {
  const info = event['rate_limit_info'];
  if (!isFields(info) || info['status'] === 'allowed') return [];
  const resetsAt = info['resetsAt'];
  // Claude gives the reset in seconds since 1970.
  const reset =
    typeof resetsAt === 'number' ? `, resets ${momentText(new Date(resetsAt * 1000).toISOString(), { nowMs })}` : '';
  return [style.warn(`usage limit ${text(info['status'])} ${text(info['rateLimitType'])}`.trimEnd() + reset)];
}

function blocksOf(event: Fields): Fields[] {
  const { message } = event;
  if (!isFields(message)) return [];
  if (typeof message['content'] === 'string') return [{ type: 'text', text: message['content'] }];
  return Array.isArray(message['content']) ? message['content'].filter(isFields) : [];
}

function text(value: unknown): string {
  if (typeof value === 'string') return clip(oneLine(value), RESULT_WIDTH);
  return typeof value === 'number' ? String(value) : '';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
