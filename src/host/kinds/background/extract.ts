/** Finds the JSON objects that an agent's text may mean as its answer, for agents that no schema binds. Pure. */
import { parseObject } from '../../agents/json.ts';
import type { JsonObject } from '../../agents/json.ts';

/** A text with more opening braces than this is no answer with a few words around it. */
const MAX_TRIES = 500;
const FENCED = /^[ \t]*(`{3,}|~{3,})[ \t]*(?:json|JSON)?[ \t]*\n([\s\S]*?)^[ \t]*\1[ \t]*$/gm;

/** The object that is most likely meant: the last fenced block that is one, else the whole text, else the first balanced object. */
export function extractAnswer(text: string): JsonObject | null {
  const plain = text.replaceAll('\r\n', '\n');
  return lastFenced(plain) ?? parseObject(plain.trim()) ?? firstBalanced(plain);
}

function lastFenced(text: string): JsonObject | null {
  // A block that lacks its last line feed ends with the text.
  const blocks = [...`${text}\n`.matchAll(FENCED)].map((match) => match[2] ?? '');
  for (const block of blocks.toReversed()) {
    const found = parseObject(block);
    if (found !== null) return found;
  }
  return null;
}

function firstBalanced(text: string): JsonObject | null {
  let from = 0;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const start = text.indexOf('{', from);
    if (start === -1) return null;
    const end = endOfObject(text, start);
    const found = end === -1 ? null : parseObject(text.slice(start, end + 1));
    if (found !== null) return found;
    from = start + 1;
  }
  return null;
}

/** Index of the brace that closes the one at `start`, braces in strings aside; -1: none does. */
function endOfObject(text: string, start: number): number {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{') depth += 1;
    else if (character === '}') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return -1;
}
