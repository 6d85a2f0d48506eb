/** Text that strangers wrote: what a reader of the page cannot see is taken out, and what was taken out can be shown. */
import { randomBytes } from 'node:crypto';
import { plainText } from '../project/fence.ts';

/** Text without hidden parts. */
export interface CleanText {
  readonly text: string;
  /** What was hidden: comments and definitions as they stood, invisible characters as their number. For people only. */
  readonly removed: readonly string[];
}

/**
 * Default_Ignorable_Code_Point of Unicode: zero-width characters, bidirectional controls, variation selectors, tags. The
 * one that only asks for the coloured form of a sign before it (U+FE0F) is taken out without a word.
 */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;
const COLOURED_FORM = '\u{FE0F}';
/** An HTML comment, also one that is never closed: then the page hides everything after it. */
const COMMENT = /<!--[\s\S]*?(?:-->|$)/g;
/** `[//]: # (text)`: a link definition that no link uses is not shown, and its title can be anything. */
const DEFINITION = /^ {0,3}\[[^\]\n]{1,200}\]:[ \t]*(?:#|<>)[ \t]*(?:\([^\n]*\)|"[^\n]*"|'[^\n]*')?[ \t]*$/gm;
const MAX_SHOWN = 200;

/** `text` as a reader of the page sees it: no control characters, nothing invisible, no comments. */
export function cleanText(text: string): CleanText {
  const removed: string[] = [];
  let invisible = 0;
  const visible = plainText(text).replaceAll(INVISIBLE, (character) => {
    if (character !== COLOURED_FORM) invisible += 1;
    return '';
  });
  // A space in its place: what stood around it cannot come together to a new comment.
  const take = (part: string): string => {
    removed.push(`hidden text removed: ${shorten(part)}`);
    return ' ';
  };
  const shown = visible.replaceAll(COMMENT, take).replaceAll(DEFINITION, take);
  if (invisible > 0) removed.push(`invisible characters removed: ${invisible}`);
  return { text: shown, removed };
}

/** `text` on one line, cut to what fits into a note. */
export function shorten(text: string, max = MAX_SHOWN): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  if (line.length <= max) return line;
  // Not in the middle of a character that takes two units.
  return `${line.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/**
 * `text` between lines that nobody can have written into it: the delimiter is random, and taken anew should it occur.
 * @param label what it is, on the opening line; letters, digits and spaces
 */
export function fenceUntrusted(label: string, text: string, random: () => string = randomDelimiter): string {
  let delimiter = random();
  while (text.includes(delimiter)) delimiter = random();
  const body = text.endsWith('\n') ? text : `${text}\n`;
  return `[${delimiter} begin: ${label}]\n${body}[${delimiter} end]`;
}

function randomDelimiter(): string {
  return `untrusted-${randomBytes(12).toString('hex')}`;
}
