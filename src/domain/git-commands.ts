/**
 * Which git commands may be asked for, and how they are read: `git add`, `git commit -m` and `git push` with a few harmless
 * options. They are taken apart here and put together anew where they run, so no text of a caller's reaches a shell, or
 * git as an option.
 */
import { AppError } from '../contracts/errors.ts';
import type { GitStep } from '../contracts/host-door-git.ts';

/** What is done when nobody says otherwise. */
export const DEFAULT_GIT_COMMANDS: readonly string[] = ['git add .', 'git commit -m "{commitMessage}"', 'git push'];
/** Template of a message for which nobody gave one. */
export const DEFAULT_COMMIT_TEMPLATE = 'Auto-commit: {requirementName}';

/** The steps of these commands. @throws AppError invalid_input, one field (`commands.<index>`) for each that is refused */
export function parseGitCommands(commands: readonly string[]): GitStep[] {
  const steps: GitStep[] = [];
  const fields: { path: string; message: string }[] = [];
  for (const [index, command] of commands.entries()) {
    const step = parseStep(command);
    if (typeof step === 'string') fields.push({ path: `commands.${index}`, message: step });
    else steps.push(step);
  }
  const [first] = fields;
  if (first === undefined) return steps;
  throw new AppError('invalid_input', `${first.path}: ${first.message}.`, { details: { fields } });
}

/** A step, or what is wrong. */
function parseStep(command: string): GitStep | string {
  const words = splitWords(command);
  if (words === null) return 'is no single command: quotes must end, and nothing of a shell may be in it';
  const [program, verb, ...rest] = words;
  if (program !== 'git') return 'must begin with git';
  if (verb === 'add') return parseAdd(rest);
  if (verb === 'commit') return parseCommit(rest);
  return verb === 'push' ? parsePush(rest) : 'must be git add, git commit or git push';
}

function parseAdd(words: readonly string[]): GitStep | string {
  const [only] = words;
  if (words.length === 1 && (only === '.' || only === '-A' || only === '--all'))
    return { kind: 'add', what: 'everything' };
  if (words.length === 1 && (only === '-u' || only === '--update')) return { kind: 'add', what: 'tracked' };
  const paths = only === '--' ? words.slice(1) : words;
  const wrong = paths.find((path) => !isInside(path));
  if (paths.length === 0) return 'must say what to add';
  return wrong === undefined ? { kind: 'add', what: paths } : `must not have ${JSON.stringify(wrong.slice(0, 100))}`;
}

function parseCommit(words: readonly string[]): GitStep | string {
  const messages: string[] = [];
  let all = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '-a' || word === '--all') all = true;
    else if (word === '-m' || word === '--message' || word === '-am') {
      const message = words[at + 1];
      if (message === undefined) return 'lacks its message';
      all ||= word === '-am';
      messages.push(message);
      at += 1;
    } else if (word.startsWith('--message=')) messages.push(word.slice('--message='.length));
    else return `must not have ${JSON.stringify(word.slice(0, 100))}`;
  }
  return messages.length === 0 ? 'must have a message: -m' : { kind: 'commit', message: messages.join('\n\n'), all };
}

function parsePush(words: readonly string[]): GitStep | string {
  const names = words.filter((word) => word !== '-u' && word !== '--set-upstream');
  const wrong = names.find((name) => !isPlainName(name));
  if (wrong !== undefined) return `must not have ${JSON.stringify(wrong.slice(0, 100))}`;
  if (names.length > 2) return 'takes a remote and a branch';
  return { kind: 'push', remote: names[0] ?? null, branch: names[1] === 'HEAD' ? null : (names[1] ?? null) };
}

/** A relative path that stays below where it begins, and no option. */
function isInside(path: string): boolean {
  if (path === '' || /^[-:/~]/.test(path) || /[\p{Cc}\\]/u.test(path)) return false;
  return path.split('/').every((part) => part !== '..' && part.toLowerCase() !== '.git');
}

/** The name of a remote or a branch: no address, no refspec, no force. */
function isPlainName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._/-]{0,199}$/.test(name) && !name.includes('..') && !name.includes('//');
}

/** Words as a shell splits them, without anything that it would expand; null: not a plain command. */
function splitWords(text: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (const char of text.trim()) {
    if (quote !== '') {
      if (char === quote) quote = '';
      else word = `${word ?? ''}${char}`;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (/[;&|<>`$\\()*?[\]#!]/.test(char)) return null;
    else word = `${word ?? ''}${char}`;
  }
  if (quote !== '') return null;
  return word === null ? words : [...words, word];
}
