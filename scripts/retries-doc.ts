/** `docs/retries.md`, made from the table of what is done again and from the options of our activities. */
import { RETRY_RULES } from '../src/domain/retry-table.ts';
import type { RetryRule } from '../src/domain/retry-table.ts';
import * as options from '../src/workflows/activity-options.ts';
import { tableRow } from './markdown.ts';

type Options = (typeof options)[keyof typeof options];

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

const NO_BOUND = 'no bound';

const AFTERWARDS: Readonly<Record<RetryRule['afterwards'], string>> = {
  fail: 'the task fails',
  hold: 'the batch is held',
  never: 'it goes on waiting',
};

/** The document, Markdown. */
export function retriesDocument(): string {
  return `# What is tried again

Made from \`src/domain/retry-table.ts\` and \`src/workflows/activity-options.ts\` by \`npm run docs\`; do not edit.

## Tasks

What follows when an agent's run ends neither well nor simply badly. Only the first row spends one of the \`attempts\` of a task.

${tableRow('end', 'spends an attempt', 'session', 'pauses', 'in a row, at most', 'then', 'because')}
| --- | --- | --- | --- | --- | --- | --- |
${Object.values<RetryRule>(RETRY_RULES).map(ruleRow).join('\n')}

## Activities

How Temporal repeats our own steps when a worker, a disk or the network fails. None of these spends an attempt of a task.
The reason for each number stands beside it in the source.

${tableRow('options', 'one try', 'all tries', 'heartbeat', 'waits for a worker', 'pauses', 'tries')}
| --- | --- | --- | --- | --- | --- | --- |
${Object.entries(options)
  .map(([name, value]) => optionsRow(name, value))
  .join('\n')}
`;
}

function ruleRow(rule: RetryRule): string {
  return tableRow(
    rule.when,
    rule.spendsAttempt ? 'yes' : 'no',
    rule.session,
    rule.pausesMs.map(duration).join(', '),
    rule.atMost === null ? NO_BOUND : `${rule.atMost}`,
    AFTERWARDS[rule.afterwards],
    rule.reason,
  );
}

function optionsRow(name: string, options: Options): string {
  const { retry } = options;
  return tableRow(
    `\`${name}\``,
    `${options.startToCloseTimeout ?? NO_BOUND}`,
    `${options.scheduleToCloseTimeout ?? NO_BOUND}`,
    `${'heartbeatTimeout' in options ? options.heartbeatTimeout : 'none'}`,
    `${options.scheduleToStartTimeout ?? NO_BOUND}`,
    `${retry?.initialInterval} x${retry?.backoffCoefficient} up to ${retry?.maximumInterval}`,
    `${retry?.maximumAttempts ?? NO_BOUND}`,
  );
}

function duration(ms: number): string {
  const unit = UNITS.find(([, size]) => ms >= size && ms % size === 0);
  if (unit === undefined) return ms === 0 ? 'none' : `${ms} ms`;
  return `${ms / unit[1]} ${unit[0]}`;
}
