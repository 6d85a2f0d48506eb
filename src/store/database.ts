/** The tables as Kysely sees them. Instants are RFC 3339 text of fixed width (sorts as time); JSON is text. */
import type { Generated } from 'kysely';
import type { ControlTables } from './control-tables.ts';
import type { EventType } from '../contracts/events.ts';
import type { BatchId, HostId, IdeaId, ProjectId, TaskId } from '../contracts/ids.ts';
import type { BatchStatus, IdeaStatus, NoticeKind, OnFailure, TaskKind, TaskStatus } from '../contracts/vocabulary.ts';

/** Registered repositories; unique (host, path). */
export interface ProjectTable {
  id: ProjectId;
  name: string;
  path: string;
  host: HostId;
  /** JSON SettingsOverrides. */
  settings: string;
  trusted_sha256: string | null;
  created_at: string;
  removed_at: string | null;
}

/** Batches as their workflow last recorded them. */
export interface BatchTable {
  id: BatchId;
  name: string;
  host: HostId;
  project: ProjectId;
  epoch: number;
  seq: number;
  status: BatchStatus | 'creating';
  on_failure: OnFailure;
  /** JSON SettingsOverrides. */
  flags: string;
  /** JSON BatchHead; null while `creating`. */
  head: string | null;
  /** Number of the last command that the workflow applied. */
  command_number: number;
  created_at: string;
  recorded_at: string;
  /** When the user deleted it; it can be restored for a while. */
  deleted_at: string | null;
  /** 1: of one task that runs by itself, which no list of batches shows. */
  solo: Generated<number>;
}

/** Tasks: definition, inbox columns and how the workflow last recorded them. `deleted_at` is the inbox's soft delete. */
export interface TaskTable {
  id: TaskId;
  type: TaskKind;
  status: TaskStatus;
  /** Revision of the input: the sha256 of what was frozen for it. */
  version: string;
  params: string;
  /** JSON TaskNeeds; null: it needs no other task. */
  context: string | null;
  /** JSON of what the last attempt left as its result. */
  result: string | null;
  /** JSON TaskFailure of a failed task. */
  error: string | null;
  created_at: string;
  started_at: string | null;
  completed_at: string | null;
  read_at: string | null;
  deleted_at: string | null;
  batch: BatchId;
  project: ProjectId;
  name: string;
  title: string;
  rank: number;
  attempt: number;
  spent: number;
  /** How often it was moved to another batch. */
  hops: number;
  cost_usd: number | null;
  /** JSON TaskDetails; null until anything was recorded. */
  details: string | null;
  /** When its end came into the inbox; null: it is no matter for the inbox. */
  inbox_at: string | null;
}

/** What the inbox says of batches. `id` is that of the journal entry it was made of. */
export interface NoticeTable {
  id: string;
  kind: NoticeKind;
  batch: BatchId;
  at: string;
  message: string;
  resolved_at: string | null;
  read_at: string | null;
  deleted_at: string | null;
}

/** One row per attempt; key (task, number). */
export interface AttemptTable {
  task: TaskId;
  number: number;
  started_at: string;
  ended_at: string | null;
  /** JSON AttemptRecord. */
  record: string;
}

/** Which open task has a requirement; key (project, requirement). */
export interface OpenRequirementTable {
  project: ProjectId;
  requirement: string;
  task: TaskId;
  batch: BatchId;
}

/** The journal. */
export interface EventTable {
  seq: Generated<number>;
  id: string;
  type: EventType;
  at: string;
  batch: BatchId | null;
  task: TaskId | null;
  data: string;
}

/** Commands to batches with their numbers; unique (batch, number). */
export interface CommandTable {
  id: string;
  batch: BatchId;
  type: string;
  number: number;
  /** JSON CommandAnswer; null until answered. */
  answer: string | null;
  created_at: string;
}

/** Ideas. */
export interface IdeaTable {
  id: IdeaId;
  project: ProjectId;
  title: string;
  body: string;
  status: IdeaStatus;
  /** Name of the requirement that was made of it. */
  requirement: string | null;
  task: TaskId | null;
  created_at: string;
  updated_at: string;
  implemented_at: string | null;
}

/** What was implemented; one row for each completed task that was to change something. */
export interface ImplementationTable {
  task: TaskId;
  project: ProjectId;
  batch: BatchId;
  kind: TaskKind;
  name: string;
  title: string;
  at: string;
  attempt: number;
  agent: string | null;
  session: string | null;
  commit_id: string | null;
  /** JSON array of paths; null: nobody looked them up yet. */
  files: string | null;
}

/** Key and value. */
export interface SystemTable {
  key: string;
  value: string;
}

/** All tables. */
export interface Database extends ControlTables {
  projects: ProjectTable;
  batches: BatchTable;
  tasks: TaskTable;
  attempts: AttemptTable;
  open_requirements: OpenRequirementTable;
  events: EventTable;
  commands: CommandTable;
  system: SystemTable;
  notices: NoticeTable;
  ideas: IdeaTable;
  implementation_log: ImplementationTable;
}
