/** Puts foreign text between markers that do not occur in it, so that it cannot end its own quotation. */
import { createHash } from 'node:crypto';

/**
 * `text` between `<name-xxxxxxxx>` and `</name-xxxxxxxx>`. The suffix is made of the text's hash, so the same text
 * gives the same result, and is changed until it does not occur in the text.
 */
export function fence(name: string, text: string): string {
  const tag = tagFor(name, text);
  return `<${tag}>\n${text.endsWith('\n') ? text : `${text}\n`}</${tag}>`;
}

function tagFor(name: string, text: string): string {
  for (let round = 0; ; round += 1) {
    const digest = createHash('sha256').update(`${round}:${text}`).digest('hex').slice(0, 8);
    if (!text.includes(digest)) return `${name}-${digest}`;
  }
}

const ESC = String.fromCharCode(27);
const BEL = String.fromCharCode(7);
/** ECMA-48: control sequences (CSI), operating system commands (OSC) and two-character escapes. */
const ESCAPES = new RegExp(`${ESC}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${BEL}${ESC}]*(?:${BEL}|${ESC}\\\\)?|[@-Z\\\\-_])`, 'g');
/** Control characters but tab and line feed. */
const CONTROLS = /[^\P{Cc}\t\n]/gu;

/** Program output as plain text: no escape sequences, no control characters but tab and line feed. */
export function plainText(text: string): string {
  return text.replaceAll(ESCAPES, '').replaceAll('\r\n', '\n').replaceAll('\r', '\n').replaceAll(CONTROLS, '');
}

/** A name that somebody else chose, on one line and quoted: `"a b"`. */
export function quoted(name: string): string {
  return JSON.stringify(name);
}
