/** Requirements as people sort them: their states in words, and what can be done with them. */
import type { RequirementView } from '../../../src/contracts/views.ts';
import { taskTone } from './words.ts';
import type { Tone } from './words.ts';

/** Groups of requirements, in the order in which they are offered as filters. */
export const REQUIREMENT_GROUPS = {
  pending: 'Pending',
  taken: 'In a batch',
  running: 'Running',
  completed: 'Completed',
  failed: 'Failed',
  other: 'Not by default',
} as const;
/** One of them. */
export type RequirementGroup = keyof typeof REQUIREMENT_GROUPS;

/** How a requirement stands. */
export interface RequirementState {
  readonly group: RequirementGroup;
  readonly tone: Tone;
  readonly word: string;
  /** More about it; null: nothing. */
  readonly detail: string | null;
}

const WORDS: Readonly<Record<RequirementView['status'], string>> = {
  idle: 'Pending',
  queued: 'Queued',
  running: 'Running',
  waiting: 'Waiting',
  completed: 'Completed',
  failed: 'Failed last time',
  skipped: 'Skipped last time',
  cancelled: 'Cancelled last time',
};

const GROUPS: Readonly<Record<RequirementView['status'], RequirementGroup>> = {
  idle: 'pending',
  queued: 'taken',
  running: 'running',
  waiting: 'running',
  completed: 'completed',
  failed: 'failed',
  skipped: 'pending',
  cancelled: 'pending',
};

/** See {@link RequirementState}. */
export function requirementState(item: RequirementView): RequirementState {
  if (item.problem !== null) return { group: 'other', tone: 'bad', word: 'Cannot be used', detail: item.problem };
  if (item.undelivered !== null) {
    return { group: 'completed', tone: 'good', word: 'Completed', detail: `On ${item.undelivered}, not merged` };
  }
  if (item.status === 'idle' && item.batchId !== null) {
    return { group: 'taken', tone: 'idle', word: 'In a batch', detail: 'Not started yet' };
  }
  if (item.status === 'idle' && item.slashCommandReason !== null) {
    return {
      group: 'other',
      tone: 'off',
      word: 'Slash command',
      detail: `Runs only when named: ${item.slashCommandReason}`,
    };
  }
  return { group: GROUPS[item.status], tone: taskTone(item.status), word: WORDS[item.status], detail: null };
}

/** True if it can be put into a batch now. */
export function isFree(item: RequirementView): boolean {
  return (
    item.problem === null &&
    item.undelivered === null &&
    !['queued', 'running', 'waiting'].includes(item.status) &&
    (item.status !== 'idle' || item.batchId === null)
  );
}

/** True if it is taken when everything is: slash commands run only when they are named. */
export function isDefault(item: RequirementView): boolean {
  return isFree(item) && item.slashCommandReason === null;
}

/** True if a batch has it, so that it keeps its name. */
export function isTaken(item: RequirementView): boolean {
  return item.batchId !== null && (item.status === 'idle' || !isFree(item));
}

/** A file name made of a title: lower case, hyphens, at most 60 characters; empty if nothing is left. */
export function nameOfTitle(title: string): string {
  return title
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60)
    .replace(/-$/, '');
}

/** The first heading of a text, or its first line that says something; empty: there is none. */
export function titleOfText(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  const heading = lines.find((line) => /^#{1,6}\s+\S/.test(line)) ?? lines.find((line) => line !== '') ?? '';
  return heading.replace(/^#{1,6}(\s+|$)/, '').trim();
}
