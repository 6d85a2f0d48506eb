/** An agent's log as a conversation: messages, tool calls, results. Lines that are no such thing stay as they are. */

/** One entry. `text` is shown as text, whatever is in it. */
export interface Entry {
  readonly kind: 'start' | 'message' | 'thought' | 'call' | 'result' | 'limit' | 'end' | 'output';
  /** Name of a tool, or a word for the entry. */
  readonly title: string | null;
  readonly text: string;
  readonly isError: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

const MAX_TEXT = 4000;

/** The entries of one line of output. An empty line gives none. */
export function toEntries(line: string): Entry[] {
  if (line.trim() === '') return [];
  const value = line.startsWith('{') ? parse(line) : null;
  if (value === null) return [entry('output', null, line)];
  switch (value['type']) {
    case 'system':
      return value['subtype'] === 'init' ? [entry('start', 'Session', initText(value))] : [];
    case 'assistant':
    case 'user':
      return contentOf(value).flatMap(fromContent);
    case 'rate_limit_event':
      return [entry('limit', 'Usage limit', limitText(value))];
    case 'result':
      return [entry('end', 'End', textOf(value['result']), value['is_error'] === true)];
    default:
      return [entry('output', null, line)];
  }
}

function fromContent(part: unknown): Entry[] {
  if (!isFields(part)) return [];
  switch (part['type']) {
    case 'text':
      return [entry('message', null, textOf(part['text']))];
    case 'thinking':
      return [entry('thought', 'Thinking', textOf(part['thinking']))];
    case 'tool_use':
      return [entry('call', textOf(part['name']), callText(part['input']))];
    case 'tool_result':
      return [entry('result', null, resultText(part['content']), part['is_error'] === true)];
    default:
      return [];
  }
}

function contentOf(value: Fields): unknown[] {
  const message = value['message'];
  if (!isFields(message)) return [];
  const { content } = message;
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return Array.isArray(content) ? content : [];
}

/** What a tool is called with: the one thing that says most, else everything. */
function callText(input: unknown): string {
  if (!isFields(input)) return textOf(input);
  const main = input['command'] ?? input['file_path'] ?? input['path'] ?? input['pattern'] ?? input['url'];
  return typeof main === 'string' ? main : JSON.stringify(input);
}

function resultText(content: unknown): string {
  if (!Array.isArray(content)) return textOf(content);
  return content.map((part) => (isFields(part) ? textOf(part['text']) : textOf(part))).join('\n');
}

function initText(value: Fields): string {
  return [value['model'], value['session_id']].filter((each) => typeof each === 'string').join(', ');
}

function limitText(value: Fields): string {
  const info = value['rate_limit_info'];
  if (!isFields(info)) return '';
  const resetsAt = info['resetsAt'];
  const resets = typeof resetsAt === 'number' ? `resets ${new Date(resetsAt * 1000).toLocaleTimeString()}` : '';
  return [textOf(info['status']), resets].filter((each) => each !== '').join(', ');
}

function entry(kind: Entry['kind'], title: string | null, text: string, isError = false): Entry {
  const cut = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}\n… ${text.length - MAX_TEXT} more characters` : text;
  return { kind, title, text: cut, isError };
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

function parse(line: string): Fields | null {
  try {
    const value: unknown = JSON.parse(line);
    return isFields(value) && typeof value['type'] === 'string' ? value : null;
  } catch {
    return null;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
