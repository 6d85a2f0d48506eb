/** The journal: one append-only list of what happened, the source of live views and the inbox. Free of zod. */
import type { BatchId, TaskId } from './ids.ts';

/** Every kind of journal entry. */
export const EVENT_TYPES = [
  'batch.created',
  'batch.started',
  'batch.paused',
  'batch.resumed',
  'batch.held',
  'batch.released',
  'batch.completed',
  'batch.cancelled',
  'batch.deleted',
  'batch.restored',
  'batch.edited',
  'task.added',
  'task.removed',
  'task.moved',
  'task.started',
  'task.step',
  'task.progress',
  'task.waiting',
  'task.completed',
  'task.failed',
  'task.skipped',
  'task.cancelled',
  'context.cleaned',
  'requirement.changed',
  'idea.changed',
  'inbox.changed',
  'system.note',
] as const;
/** One of {@link EVENT_TYPES}. */
export type EventType = (typeof EVENT_TYPES)[number];

/** Other names of entries, by which they can be asked for, too. */
export const EVENT_ALIASES: Readonly<Partial<Record<EventType, string>>> = {
  'task.completed': 'task-completed',
  'task.failed': 'task-failed',
  'task.cancelled': 'task-cancelled',
  'task.progress': 'progress',
  'context.cleaned': 'context-cleaned',
};

/** An entry before it has its place in the journal. */
export interface JournalEntry {
  /** Made of content (`<task>:<attempt>:<what>`), so that a repeated record inserts nothing twice. */
  readonly id: string;
  readonly type: EventType;
  readonly atMs: number;
  readonly batch: BatchId | null;
  readonly task: TaskId | null;
  /** Small facts for people and views; never prompts or output. */
  readonly data: Readonly<Record<string, string | number | boolean | null>>;
}

/** An entry with its global sequence number, as SSE sends it. */
export interface JournalEvent {
  readonly seq: number;
  readonly id: string;
  readonly type: EventType;
  /** RFC 3339. */
  readonly at: string;
  readonly batch: BatchId | null;
  readonly task: TaskId | null;
  readonly data: Readonly<Record<string, string | number | boolean | null>>;
}
