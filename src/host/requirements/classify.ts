/** What a Markdown file of `.claude/commands` is: a requirement, a slash command of Claude Code, or neither. Pure. */
import { createHash } from 'node:crypto';

/** What the content of a requirement file says. */
export interface Classification {
  readonly sha256: string;
  /** First heading or first line, at most 200 characters. */
  readonly title: string;
  /** Decoded content; empty when it is not UTF-8. */
  readonly text: string;
  /** Why it is never part of a default or of `--all`; null for a plain requirement. */
  readonly slashCommandReason: string | null;
  /** Why it cannot be run; null if it can. */
  readonly problem: string | null;
}

/** Larger files are no requirements. */
export const MAX_REQUIREMENT_BYTES = 1_000_000;

const MAX_TITLE_CHARACTERS = 200;
/** Front matter keys of slash commands (Claude Code documentation, "Slash commands"). */
const SLASH_COMMAND_KEYS = ['description', 'argument-hint', 'allowed-tools', 'model'] as const;
/** A number after the dollar that goes on, such as `$50` or `$5.00`, is a price and no argument. */
const ARGUMENT = /\$(ARGUMENTS\b|\d(?!\d|[.,]\d))/;

/** Judges a file by its name (with `/` for subfolders) and bytes. */
export function classify(name: string, bytes: Uint8Array): Classification {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const fallback = name.slice(0, MAX_TITLE_CHARACTERS);
  if (bytes.byteLength > MAX_REQUIREMENT_BYTES) {
    const problem = 'It is larger than 1 MB.';
    return { sha256, title: fallback, text: '', slashCommandReason: folderReason(name), problem };
  }
  const text = decode(bytes);
  if (text === null) {
    return { sha256, title: fallback, text: '', slashCommandReason: folderReason(name), problem: 'It is not UTF-8.' };
  }
  const frontMatter = readFrontMatter(text);
  const problem = text.slice(frontMatter.length).trim() === '' ? 'It is empty.' : null;
  return {
    sha256,
    title: titleOf(text.slice(frontMatter.length)) ?? fallback,
    text,
    slashCommandReason: folderReason(name) ?? frontMatterReason(frontMatter) ?? argumentReason(text),
    problem,
  };
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** The block between two `---` lines at the very start, with both; empty when there is none. */
function readFrontMatter(text: string): string {
  return /^---[ \t]*\r?\n(?:[^]*?\r?\n)?---[ \t]*(?:\r?\n|$)/.exec(text)?.[0] ?? '';
}

function folderReason(name: string): string | null {
  return name.includes('/') ? 'It lies in a subfolder.' : null;
}

function frontMatterReason(frontMatter: string): string | null {
  const key = SLASH_COMMAND_KEYS.find((candidate) => new RegExp(`^${candidate}[ \\t]*:`, 'm').test(frontMatter));
  return key === undefined ? null : `Its front matter has "${key}".`;
}

function argumentReason(text: string): string | null {
  const found = ARGUMENT.exec(text)?.[0];
  return found === undefined ? null : `It takes arguments (${found}).`;
}

function titleOf(body: string): string | null {
  const lines = body.split(/\r?\n/).map((line) => line.trim());
  const heading = lines.find((line) => /^#{1,6}\s+\S/.test(line));
  const first = lines.find((line) => line !== '');
  const title = (heading ?? first)?.replace(/^#{1,6}\s+/, '').replace(/\s+#+$/, '');
  return title === undefined ? null : Array.from(title).slice(0, MAX_TITLE_CHARACTERS).join('');
}
