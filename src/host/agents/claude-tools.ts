/** Claude's tool calls as short texts for people. */
import { objectAt, objectsAt, textAt } from './json.ts';
import type { JsonObject } from './json.ts';
import { printable } from './printable.ts';

const SUMMARY_LENGTH = 200;
/** The member of a tool's input that says best what the call is about. */
const TELLING_KEYS = [
  'command',
  'file_path',
  'notebook_path',
  'pattern',
  'path',
  'url',
  'query',
  'description',
  'prompt',
];

/** What a call is about, at most 200 characters: the command, the file, else its input as JSON. */
export function toolSummary(input: JsonObject | null): string {
  if (input === null) return '';
  for (const key of TELLING_KEYS) {
    const value = textAt(input, key);
    if (value !== null) return printable(value, SUMMARY_LENGTH);
  }
  const json = JSON.stringify(input);
  return json === '{}' ? '' : printable(json, SUMMARY_LENGTH);
}

/** A denied call like `Bash(rm -rf x)`, from a `permission_denials` entry or a `permission_denied` event. */
export function deniedTool(denial: JsonObject): string {
  const name = printable(textAt(denial, 'tool_name') ?? 'unknown tool', 100);
  const summary = toolSummary(objectAt(denial, 'tool_input') ?? objectAt(denial, 'input'));
  return summary === '' ? name : `${name}(${summary})`;
}

/** True for the result of a call that failed. */
export function isToolError(block: JsonObject): boolean {
  return block['is_error'] === true;
}

/** Beginning of what a tool answered, at most 200 characters. */
export function toolResultText(block: JsonObject): string {
  const text =
    textAt(block, 'content') ??
    objectsAt(block, 'content')
      .map((part) => textAt(part, 'text') ?? '')
      .join(' ');
  return printable(text, SUMMARY_LENGTH);
}
