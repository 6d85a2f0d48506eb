/** Entries of the inbox in words, and where they lead. */
import type { InboxEntry } from '../../../src/contracts/inbox-routes.ts';
import type { Tone } from './words.ts';

/** A state with its word. */
export interface EntryState {
  readonly tone: Tone;
  readonly word: string;
}

const NOTICES: Readonly<Record<Extract<InboxEntry, { source: 'notice' }>['notice'], EntryState>> = {
  held: { tone: 'wait', word: 'Needs you' },
  paused: { tone: 'wait', word: 'Paused' },
  completed: { tone: 'good', word: 'Completed' },
};

/** What it is about. */
export function entryTitle(entry: InboxEntry): string {
  return entry.source === 'task' ? entry.name : entry.batchName;
}

/** How it stands. */
export function entryState(entry: InboxEntry): EntryState {
  if (entry.source === 'task')
    return entry.status === 'failed' ? { tone: 'bad', word: 'Failed' } : { tone: 'good', word: 'Done' };
  return entry.resolvedAt === null ? NOTICES[entry.notice] : { tone: 'off', word: 'Over' };
}

/** Why, in one sentence; empty: there is nothing more to say. */
export function entryDetail(entry: InboxEntry): string {
  return entry.source === 'task' ? (entry.failure?.message ?? '') : entry.message;
}

/** The page that it leads to. A result is opened on the page that its task was started from. */
export function entryPath(entry: InboxEntry): string {
  if (entry.source === 'notice') return `/batches/${entry.batchId}`;
  const from = ownPath(entry.context?.['returnPath']);
  if (from === null || entry.status !== 'completed') return `/tasks/${entry.taskId}`;
  return `${from}${from.includes('?') ? '&' : '?'}result=${entry.taskId}`;
}

/** A path of this dashboard; null for everything else: it comes from whoever made the task. */
function ownPath(value: unknown): string | null {
  return typeof value === 'string' && /^\/(?![/\\])[^#\s]*$/.test(value) ? value : null;
}
