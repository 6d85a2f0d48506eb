/** What comes into the inbox: ends of tasks that concern the user, and what a batch needs or has done. Pure. */
import type { JournalEntry } from '../contracts/events.ts';
import type { NoticeKind, TaskStatus } from '../contracts/vocabulary.ts';

/** What an event means for the notices of its batch. */
export type NoticeChange =
  | { readonly kind: 'add'; readonly notice: NoticeKind; readonly message: string }
  | { readonly kind: 'resolve' };

/** Whom something comes from: a batch, a task by itself, or a try of verification commands, which its page tells of. */
export type Sender = 'batch' | 'task' | 'trial';

/**
 * True if a task's end belongs into the inbox: every failure, and what a task by itself has done; a batch tells of its
 * completed tasks as a whole, and a try of nothing.
 */
export function concernsUser(status: TaskStatus, sender: Sender): boolean {
  if (sender === 'trial') return false;
  return status === 'failed' || (status === 'completed' && sender === 'task');
}

/** What a journal entry does to the notices of its batch; null: nothing. */
export function noticeChange(entry: JournalEntry, sender: Sender): NoticeChange | null {
  if (sender === 'trial') return null;
  switch (entry.type) {
    case 'batch.held':
      return waitsByItself(entry) ? null : { kind: 'add', notice: 'held', message: textOf(entry, 'message') };
    case 'batch.paused':
      // A pause without a reason is the user's own.
      return textOf(entry, 'why') === ''
        ? { kind: 'resolve' }
        : { kind: 'add', notice: 'paused', message: textOf(entry, 'why') };
    case 'batch.completed':
      return sender === 'task' ? { kind: 'resolve' } : { kind: 'add', notice: 'completed', message: '' };
    case 'batch.started':
    case 'batch.resumed':
    case 'batch.released':
    case 'batch.cancelled':
      return { kind: 'resolve' };
    case 'batch.created':
    case 'batch.deleted':
    case 'batch.restored':
    case 'batch.edited':
    case 'idea.changed':
    case 'inbox.changed':
    case 'requirement.changed':
    case 'system.note':
    case 'task.added':
    case 'task.cancelled':
    case 'task.completed':
    case 'task.failed':
    case 'task.moved':
    case 'task.removed':
    case 'task.skipped':
    case 'task.started':
    case 'task.step':
    case 'task.progress':
    case 'context.cleaned':
    case 'task.waiting':
      return null;
  }
}

/** A limit with a known reset and a window end by themselves; everything else may need somebody. */
function waitsByItself({ data }: JournalEntry): boolean {
  return data['reason'] === 'window' || (data['reason'] === 'usage_limit' && typeof data['untilMs'] === 'number');
}

function textOf({ data }: JournalEntry, key: string): string {
  const value = data[key];
  return typeof value === 'string' ? value : '';
}
