/** `docs/errors.md`, made from the error catalogue. */
import {
  CATEGORIES,
  ERRORS,
  EXIT_TASK_FAILED,
  EXIT_UNREACHABLE,
  isErrorCode,
} from '../src/contracts/error-catalogue.ts';
import type { ErrorCategory } from '../src/contracts/error-catalogue.ts';
import { statusOf } from '../src/api/plugins/problem.ts';
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

const CATEGORY_NAMES = [
  'input',
  'not_found',
  'conflict',
  'environment',
  'limit',
  'transient',
  'cancelled',
  'internal',
] as const satisfies readonly ErrorCategory[];

/** The document, Markdown. */
export function errorsDocument(): string {
  return `# Errors

Made from \`src/contracts/errors.ts\` by \`npm run docs\`; do not edit.

The API answers with \`application/problem+json\` whose \`code\` is one of the codes below, \`--json\` on the command line
prints the same, and the batch keeps it as the failure of a task. The category of a code decides everything else.

${tableRow('category', 'means', 'HTTP status', 'exit code', 'tried again by itself')}
| --- | --- | --- | --- | --- |
${CATEGORY_NAMES.map(categoryRow).join('\n')}

Two exit codes belong to no error: ${EXIT_TASK_FAILED} when everything was done but some task failed, ${EXIT_UNREACHABLE} when the stack cannot be reached.
${CATEGORY_NAMES.map(section).join('')}`;
}

function categoryRow(name: ErrorCategory): string {
  const { http, exit, retryable } = CATEGORIES[name];
  return tableRow(`\`${name}\``, MEANINGS[name], `${http}`, `${exit}`, retryable ? 'yes' : 'no');
}

function section(category: ErrorCategory): string {
  const rows = Object.entries(ERRORS).filter(([, row]) => row.category === category);
  return `
## ${category}

${tableRow('code', 'means', 'next')}
| --- | --- | --- |
${rows.map(([code, { summary, hint }]) => tableRow(anchored(code, category), summary, hint)).join('\n')}
`;
}

/** The code with an anchor of its own, and its HTTP status where that is not the one of its category. */
function anchored(code: string, category: ErrorCategory): string {
  const status = isErrorCode(code) ? statusOf(code) : CATEGORIES[category].http;
  return `<a id="${code}"></a>\`${code}\`${status === CATEGORIES[category].http ? '' : ` (${status})`}`;
}
