/** The store as the rest of the system sees it: one table family per member. Implemented on Kysely. */
import type { JournalEntry, JournalEvent } from '../contracts/events.ts';
import type { BatchId, HostId, InstallationId, ProjectId, TaskId } from '../contracts/ids.ts';
import type { BatchRecord } from '../contracts/record.ts';
import type { SettingsOverrides } from '../contracts/settings.ts';
import type { BatchState, CommandAnswer, TaskDetails, TaskState } from '../contracts/state.ts';
import type { BatchStatus, OnFailure, TaskKind, TaskStatus, WhenNeededFailed } from '../contracts/vocabulary.ts';
import type { EditableBatch } from '../domain/edit-batch.ts';
import type { AuditStore, IdempotencyStore, SettingStore, WebhookStore } from './control-store.ts';
import type { IdeaStore, ImplementationLog } from './idea-store.ts';
import type { InboxStore } from './inbox-store.ts';
import type { MetricsStore } from './metrics.ts';
import type { TaskStore } from './task-store.ts';

/** A registered repository. */
export interface ProjectRow {
  readonly id: ProjectId;
  readonly name: string;
  /** Real path of the repository's top level on its host. */
  readonly path: string;
  readonly host: HostId;
  /** Dashboard settings. */
  readonly settings: SettingsOverrides;
  /** sha256 of the project file that the user trusted; null: none was there. */
  readonly trustedSha256: string | null;
  readonly createdAtMs: number;
}

/** A task as it was asked for: immutable. */
export interface TaskDefinition {
  readonly id: TaskId;
  readonly project: ProjectId;
  readonly kind: TaskKind;
  /** Of the requirement; for other kinds what the task is called. */
  readonly name: string;
  readonly title: string;
  /** sha256 of what is frozen: the requirement, or `{kind, params}` as canonical JSON. */
  readonly sha256: string;
  /** As checked; empty for a requirement. */
  readonly params: Readonly<Record<string, unknown>>;
  /** What it needs; absent: nothing. */
  readonly needs?: TaskNeeds;
  /** Of a task by itself: what its maker wants back with it; absent: nothing. */
  readonly context?: Readonly<Record<string, unknown>>;
}

/** Tasks of the same batch that must be completed before a task gets its turn. */
export interface TaskNeeds {
  readonly after: readonly TaskId[];
  readonly whenNeededFailed: WhenNeededFailed;
}

/** A batch as it was asked for. */
export interface NewBatch {
  readonly id: BatchId;
  readonly name: string;
  readonly host: HostId;
  readonly project: ProjectId;
  readonly epoch: number;
  readonly onFailure: OnFailure;
  readonly flags: SettingsOverrides;
  readonly createdAtMs: number;
  readonly tasks: readonly TaskDefinition[];
}

/** A batch row: how the workflow last recorded it. `creating` rows are not confirmed by their workflow yet. */
export interface BatchRow {
  readonly id: BatchId;
  readonly name: string;
  readonly host: HostId;
  readonly project: ProjectId;
  readonly epoch: number;
  readonly seq: number;
  readonly status: BatchStatus | 'creating';
  readonly flags: SettingsOverrides;
  readonly createdAtMs: number;
  readonly recordedAtMs: number;
  /** When the user deleted it; null: not. */
  readonly deletedAtMs: number | null;
  /** null while `creating`. Without tasks and details. */
  readonly head: BatchRecord['head'] | null;
}

/** A task row: definition and how the workflow last recorded it. */
export interface TaskRow {
  readonly definition: TaskDefinition;
  readonly batch: BatchId;
  readonly state: TaskState;
  /** null until anything was recorded of it. */
  readonly details: TaskDetails | null;
  readonly createdAtMs: number;
  /** When its end came into the inbox; null: it is no matter for the inbox. */
  readonly inboxAtMs: number | null;
  readonly readAtMs: number | null;
  /** When the user dismissed it from the inbox. */
  readonly dismissedAtMs: number | null;
}

/** One page of rows, with the cursor of the next one. */
export interface Page<Row> {
  readonly items: Row[];
  readonly nextCursor: string | null;
}

/** Counts of a batch's tasks by status. */
export type StatusCounts = Readonly<Partial<Record<TaskStatus, number>>>;

/** What is counted of a batch. */
export interface BatchFigures {
  readonly counts: StatusCounts;
  /** US dollars; null: no agent said. */
  readonly costUsd: number | null;
}

/** Registered repositories. */
export interface ProjectStore {
  /** The same path again gives the same project (with its present name). */
  add(project: ProjectRow): Promise<ProjectRow>;
  list(): Promise<ProjectRow[]>;
  get(id: ProjectId): Promise<ProjectRow | null>;
  setSettings(id: ProjectId, settings: SettingsOverrides): Promise<ProjectRow | null>;
  setTrusted(id: ProjectId, sha256: string | null): Promise<void>;
  /** Marks it removed; rows of its tasks stay. */
  remove(id: ProjectId): Promise<void>;
}

/** Batches, with the tasks and requirements they take. */
export interface BatchStore {
  /**
   * Row `creating` plus its task rows and open requirements, in one transaction.
   * @throws AppError already_queued with `details.requirements` [{name, batch, task}] when a requirement is open elsewhere
   */
  create(batch: NewBatch): Promise<void>;
  /** After the workflow exists. */
  confirm(id: BatchId, head: BatchRecord['head']): Promise<void>;
  /** Undoes a creation whose workflow does not exist. */
  abandon(id: BatchId): Promise<void>;
  /** More tasks for an existing batch. @throws AppError already_queued */
  addTasks(id: BatchId, tasks: readonly TaskDefinition[], firstRank: number, atMs: number): Promise<void>;
  /** Undoes {@link addTasks} of tasks the workflow refused. */
  dropTasks(id: BatchId, tasks: readonly TaskId[]): Promise<void>;
  get(id: BatchId): Promise<BatchRow | null>;
  /**
   * Marks the tasks' requirements as open again, before their workflow is told: in one transaction, all or none.
   * @throws AppError task_not_found (not of this batch); already_queued as {@link create}
   */
  retryTasks(id: BatchId, tasks: readonly TaskId[]): Promise<void>;
  /** Undoes {@link retryTasks} of tasks the workflow refused: those that are final are open no longer. */
  dropRetries(tasks: readonly TaskId[]): Promise<void>;
  /** Edits a batch whose workflow has ended; false: it is not any more as in `row`. */
  edit(row: BatchRow, change: Partial<EditableBatch>): Promise<boolean>;
  /** Hides the batch and its tasks from lists; null shows them again. */
  setDeleted(id: BatchId, atMs: number | null): Promise<void>;
  /**
   * Newest first. `deleted` true: only deleted ones, else none of them. `closedSinceMs`: of the completed and cancelled
   * only those that were recorded since then.
   */
  list(filter: {
    status?: BatchStatus;
    project?: ProjectId;
    sinceMs?: number;
    deleted?: boolean;
    closedSinceMs?: number;
    limit: number;
    cursor?: string;
  }): Promise<Page<BatchRow>>;
  creating(): Promise<BatchRow[]>;
  /** Batches that are not completed or cancelled; also deleted ones whose end is not recorded yet. */
  open(): Promise<BatchRow[]>;
  /** Names by id; without those that there are not. */
  names(ids: readonly BatchId[]): Promise<Map<BatchId, string>>;
  figures(ids: readonly BatchId[]): Promise<Map<BatchId, BatchFigures>>;
  remove(id: BatchId): Promise<void>;
  /** The whole state rebuilt from the rows: every field of BatchState. null: unknown or still creating. */
  state(id: BatchId): Promise<BatchState | null>;
  /** Makes the batch's epoch `from + 1` if it is still `from`; false: somebody else opened it elsewhere meanwhile. */
  raiseEpoch(id: BatchId, from: number): Promise<boolean>;
}

/** The journal. */
export interface EventStore {
  /** Insert or ignore by id. */
  append(entries: readonly JournalEntry[]): Promise<void>;
  after(seq: number, filter: { batch?: BatchId; limit: number }): Promise<JournalEvent[]>;
  /** The newest `limit` notes of the stack itself, oldest first. */
  systemNotes(limit: number): Promise<JournalEvent[]>;
  lastSeq(): Promise<number>;
  /** Called after a commit that wrote events in this process; returns the function that ends it. */
  onAppend(listener: () => void): () => void;
  /** How often a live reader looks by itself for what other processes wrote, in milliseconds. */
  readonly lookEveryMs: number;
}

/** Numbers and answers of user commands, by their ids. */
export interface CommandStore {
  /** Next number for a command, remembered under its id; the same id again gives the same row. */
  begin(command: {
    id: string;
    batch: BatchId;
    type: string;
    atMs: number;
  }): Promise<{ number: number; answer: CommandAnswer | null }>;
  finish(id: string, answer: CommandAnswer): Promise<void>;
}

/** Facts about the installation itself, by key. */
export interface SystemStore {
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<void>;
  installation(): Promise<InstallationId | null>;
}

/** What Temporal knows of a batch. */
export interface KnownBatch {
  readonly state: BatchState;
  readonly createdAtMs: number;
  /** As its orders carried them. */
  readonly flags: SettingsOverrides;
  /** Tasks that had an order. */
  readonly definitions: ReadonlyMap<TaskId, TaskDefinition>;
  readonly projects: readonly ProjectRow[];
}

/** What is still missing of a batch that was brought back. */
export interface BroughtBack {
  /** Tasks that never had an order: what they work from is not known, and they cannot run. */
  readonly unnamed: readonly TaskId[];
  /** Ended tasks whose course (cost, attempts, commit) is not known. */
  readonly withoutDetails: readonly TaskId[];
}

/** The whole store. */
export interface Store {
  readonly projects: ProjectStore;
  readonly batches: BatchStore;
  readonly tasks: TaskStore;
  readonly events: EventStore;
  readonly commands: CommandStore;
  readonly system: SystemStore;
  readonly idempotency: IdempotencyStore;
  readonly audit: AuditStore;
  readonly webhooks: WebhookStore;
  readonly settings: SettingStore;
  readonly inbox: InboxStore;
  readonly metrics: MetricsStore;
  readonly ideas: IdeaStore;
  readonly implementationLog: ImplementationLog;
  /**
   * The projection: writes one record in one transaction where `(epoch, seq) <= (new.epoch, new.seq)`; an older one is
   * ignored and answers `false`. Final tasks close their open requirement; tasks in `removed` are deleted.
   */
  record(record: BatchRecord, atMs: number): Promise<boolean>;
  /** Writes a batch as its workflow has it; rows that are newer stay. Rows that are missing are made. */
  bringBack(known: KnownBatch, atMs: number): Promise<BroughtBack>;
  close(): Promise<void>;
}
