/** What can be asked of the rows of tasks and their attempts. */
import type { BatchId, HostId, ProjectId, TaskId } from '../contracts/ids.ts';
import type { AttemptRecord } from '../contracts/state.ts';
import type { TaskKind, TaskStatus } from '../contracts/vocabulary.ts';
import type { Page, TaskRow } from './store.ts';

/** The newest task of a requirement. */
export interface LatestTask {
  readonly task: TaskId;
  readonly batch: BatchId;
  readonly status: TaskStatus;
  /** Of the bytes it worked from. */
  readonly sha256: string;
}

/** How fast a batch works. */
export interface BatchPace {
  /** Working time of the newest 50 tasks that ended by themselves. */
  readonly endedMs: readonly number[];
  readonly running: readonly { readonly id: TaskId; readonly name: string; readonly startedAtMs: number | null }[];
}

/** Tasks and their attempts. */
export interface TaskStore {
  get(id: TaskId): Promise<TaskRow | null>;
  /** In the batch's order. */
  ofBatch(id: BatchId): Promise<TaskRow[]>;
  /** Newest first. `unread` true: ends in the inbox that are not read; `dismissed`: only those, or none of them. */
  list(filter: {
    status?: TaskStatus;
    kind?: TaskKind;
    batch?: BatchId;
    project?: ProjectId;
    /** true: only tasks by themselves; false: none of them. */
    alone?: boolean;
    unread?: boolean;
    dismissed?: boolean;
    limit: number;
    cursor?: string;
  }): Promise<Page<TaskRow>>;
  attempts(id: TaskId): Promise<AttemptRecord[]>;
  /** What its last attempt that left any left as its result; null: nothing yet. */
  result(id: TaskId): Promise<unknown>;
  /** Tasks of a host that have ended and whose result nobody asked for yet, oldest first. */
  withoutResult(host: HostId, limit: number): Promise<TaskRow[]>;
  /** Keeps a result, in the place of an earlier one; null: it left none, which is kept too. */
  setResult(id: TaskId, result: unknown): Promise<void>;
  /** The newest attempt of each task of the batch. */
  lastAttempts(id: BatchId): Promise<Map<TaskId, AttemptRecord>>;
  /** The newest attempt of each of these tasks; absent: it had none. */
  lastAttemptsOf(ids: readonly TaskId[]): Promise<Map<TaskId, AttemptRecord>>;
  /** What a forecast is made from. */
  pace(id: BatchId): Promise<BatchPace>;
  /** By requirement name: its newest task, whatever became of it. */
  latestOfRequirements(project: ProjectId): Promise<Map<string, LatestTask>>;
  /** Which open task has the requirement. */
  openRequirements(project: ProjectId): Promise<Map<string, { task: TaskId; batch: BatchId; status: TaskStatus }>>;
}
