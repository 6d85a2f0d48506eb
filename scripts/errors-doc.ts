/** `docs/errors.md`, made from the error catalogue. */
import { CATEGORIES, ERRORS, EXIT_TASK_FAILED, EXIT_UNREACHABLE } from '../src/contracts/errors.ts';
import type { ErrorCategory } from '../src/contracts/errors.ts';
import { tableRow } from './markdown.ts';

const MEANINGS: Readonly<Record<ErrorCategory, string>> = {
  input: 'What was sent or typed has a mistake.',
  not_found: 'There is no such thing.',
  conflict: 'It does not fit the present state.',
  environment: 'The machine or an account needs the user: the batch is held, not failed.',
  limit: 'Too much in too short a time; the answer says when to try again.',
  transient: 'A hiccup: we try again by ourselves.',
  cancelled: 'Someone asked for it.',
  internal: 'A mistake of ours.',
};

/** The document, Markdown. */
export function errorsDocument(): string {
  const categories = Object.entries(MEANINGS).map(([name, meaning]) => categoryRow(name, meaning));
  return `# Errors

Made from \`src/contracts/errors.ts\` by \`npm run docs\`; do not edit.

The API answers with \`application/problem+json\` whose \`code\` is one of the codes below, \`--json\` on the command line
prints the same, and the batch keeps it as the failure of a task. The category of a code decides everything else.

${tableRow('category', 'means', 'HTTP status', 'exit code', 'tried again by itself')}
| --- | --- | --- | --- | --- |
${categories.join('\n')}

Two exit codes belong to no error: ${EXIT_TASK_FAILED} when everything was done but some task failed, ${EXIT_UNREACHABLE} when the stack cannot be reached.
${Object.keys(MEANINGS).map(section).join('')}`;
}

function categoryRow(name: string, meaning: string): string {
  const { http, exit, retryable } = Object.entries(CATEGORIES).find(([category]) => category === name)?.[1] ?? CATEGORIES.internal;
  return tableRow(`\`${name}\``, meaning, `${http}`, `${exit}`, retryable ? 'yes' : 'no');
}

function section(category: string): string {
  const rows = Object.entries(ERRORS).filter(([, row]) => row.category === category);
  const lines = rows.map(([code, { summary, hint }]) => tableRow(`<a id="${code}"></a>\`${code}\``, summary, hint));
  return `
## ${category}

${tableRow('code', 'means', 'next')}
| --- | --- | --- |
${lines.join('\n')}
`;
}
