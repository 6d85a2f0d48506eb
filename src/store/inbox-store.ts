/** The inbox as the rest of the system sees it. */
import type { BatchId, ProjectId, TaskId } from '../contracts/ids.ts';
import type { TaskFailure } from '../contracts/state.ts';
import type { NoticeKind, TaskKind, TaskStatus } from '../contracts/vocabulary.ts';
import type { Page } from './store.ts';

interface Entry {
  /** A task's id, or that of the journal entry that a notice was made of. */
  readonly id: string;
  readonly batch: BatchId;
  readonly batchName: string;
  readonly project: ProjectId;
  readonly atMs: number;
  readonly readAtMs: number | null;
  /** When the user dismissed it. */
  readonly deletedAtMs: number | null;
}

/** One entry of the inbox. */
export type InboxRow =
  | (Entry & {
      readonly source: 'task';
      readonly task: TaskId;
      readonly kind: TaskKind;
      readonly status: TaskStatus;
      readonly name: string;
      readonly title: string;
      readonly failure: TaskFailure | null;
      /** What the task was made with: where its result is to be opened. null: nothing was given. */
      readonly context: Readonly<Record<string, unknown>> | null;
    })
  | (Entry & {
      readonly source: 'notice';
      readonly notice: NoticeKind;
      readonly message: string;
      /** When the batch went on; null: it still asks, or there is nothing to ask. */
      readonly resolvedAtMs: number | null;
    });

/** What the user does with an entry; absent: stays as it is. */
export interface InboxMarks {
  readonly read?: boolean;
  readonly deleted?: boolean;
}

/** See `src/domain/inbox.ts` for what comes into it. Every change is told in the journal with the exact number of unread ones. */
export interface InboxStore {
  /** Unread entries that are not dismissed; those of deleted batches do not count. */
  unread(): Promise<number>;
  /** Newest first. @throws AppError invalid_input for a forged cursor */
  list(filter: {
    readonly show: 'current' | 'unread' | 'deleted';
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<Page<InboxRow>>;
  /** Marks a task (whether in the inbox or not) or a notice; false: there is none with that id. */
  mark(id: string, marks: InboxMarks, atMs: number): Promise<boolean>;
  /** Marks everything as read; how many were not. */
  readAll(atMs: number): Promise<number>;
  /** Forgets notices, and tasks by themselves, that were dismissed before `beforeMs`; how many. */
  purge(beforeMs: number, atMs: number): Promise<number>;
}
