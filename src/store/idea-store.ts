/** Ideas and the implementation log as the rest of the system sees them. */
import type { BatchId, IdeaId, ProjectId, TaskId } from '../contracts/ids.ts';
import type { IdeaStatus, TaskKind } from '../contracts/vocabulary.ts';
import type { Page } from './store.ts';

/** What somebody thought of: becomes a requirement, and is implemented when that is completed. */
export interface IdeaRow {
  readonly id: IdeaId;
  readonly project: ProjectId;
  readonly title: string;
  /** Markdown; may be empty. */
  readonly text: string;
  readonly status: IdeaStatus;
  /** Name of the requirement that was made of it; null: none. */
  readonly requirement: string | null;
  /** The task that implemented it; null: none, or the user said so. */
  readonly task: TaskId | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly implementedAtMs: number | null;
}

/** What of an idea is changed; absent: stays as it is. */
export interface IdeaChange {
  readonly title?: string;
  readonly text?: string;
  readonly status?: IdeaStatus;
  readonly requirement?: string | null;
}

/** The part of an idea that users edit: its ETag names it. */
export type EditableIdea = Pick<IdeaRow, 'title' | 'text' | 'status' | 'requirement'>;

/** Ideas. `record` of the store makes those implemented whose requirement is completed. */
export interface IdeaStore {
  /** The same id again adds nothing. */
  add(idea: IdeaRow): Promise<void>;
  get(id: IdeaId): Promise<IdeaRow | null>;
  /** Newest first; those of removed projects are left out. @throws AppError invalid_input for a forged cursor */
  list(filter: {
    readonly project?: ProjectId;
    readonly status?: IdeaStatus;
    readonly requirement?: string;
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<Page<IdeaRow>>;
  /**
   * `implemented` sets its instant, any other status takes it and the task away. null: there is none, or it is not as
   * `from` says; absent: from any.
   */
  change(id: IdeaId, change: IdeaChange, atMs: number, from?: EditableIdea): Promise<IdeaRow | null>;
  /** False: there was none. */
  remove(id: IdeaId): Promise<boolean>;
  /** Ideas follow the file that was made of them. */
  renameRequirement(project: ProjectId, from: string, to: string, atMs: number): Promise<void>;
  /** Ideas whose file was taken away again are as before it was made. */
  forgetRequirement(project: ProjectId, name: string, atMs: number): Promise<void>;
}

/** One completed task: written once, in the transaction that records its completion. */
export interface ImplementationRow {
  readonly task: TaskId;
  readonly project: ProjectId;
  readonly batch: BatchId;
  readonly kind: TaskKind;
  /** Of the requirement, or what the task is called. */
  readonly name: string;
  readonly title: string;
  readonly atMs: number;
  readonly attempt: number;
  readonly agent: string | null;
  readonly session: string | null;
  /** null: it committed nothing. */
  readonly commit: string | null;
  /** Paths that the commit touched; null: nobody looked yet. */
  readonly files: readonly string[] | null;
}

/** What was implemented. */
export interface ImplementationLog {
  /** Newest first. @throws AppError invalid_input for a forged cursor */
  list(filter: {
    readonly project: ProjectId;
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<Page<ImplementationRow>>;
  /** Entries with a commit whose files nobody looked up yet, oldest first. */
  withoutFiles(limit: number): Promise<ImplementationRow[]>;
  setFiles(task: TaskId, files: readonly string[]): Promise<void>;
}
