/**
 * State of a batch workflow: its input when it is created, when it continues as new and when it is reopened.
 * Types only; small on purpose (at most 600 KB for 10,000 tasks): what a closed task did lives in SQL.
 */
import type { BatchId, HostId, InstallationId, ProjectId, TaskId } from './ids.ts';
import type { CheckResult, TaskFailureCode } from './outcome.ts';
import type {
  BatchStatus,
  HoldReason,
  OnFailure,
  ExtraUsage,
  OnUsageLimit,
  Step,
  TaskKind,
  TaskStatus,
  Verdict,
  WaitKind,
  WhenNeededFailed,
} from './vocabulary.ts';

/** Why a running batch is not working now, and until when (null: until somebody or something ends it). */
export interface Hold {
  readonly reason: HoldReason;
  readonly sinceMs: number;
  readonly untilMs: number | null;
  /** For people; at most 500 characters. */
  readonly message: string;
}

/** Why a task failed. */
export interface TaskFailure {
  readonly code: TaskFailureCode;
  readonly message: string;
  readonly step: Step;
}

/** A wait that the report names; `untilMs` null while it lasts. */
export interface Wait {
  readonly kind: WaitKind;
  readonly fromMs: number;
  readonly untilMs: number | null;
}

/** What the loop knows of a task at every moment. Optional fields are absent at their zero value, to stay small. */
export interface TaskState {
  readonly id: TaskId;
  /** Requirement name, for the Temporal Web UI; absent in batches of more than 500 tasks. */
  readonly name?: string;
  /** Absent: the batch's first project. */
  readonly project?: ProjectId;
  /** Absent: `requirement`. */
  readonly kind?: TaskKind;
  status: TaskStatus;
  /** Place in the list: tasks are kept sorted by it; a moved task gets a number between its neighbours'. */
  rank: number;
  /** Number of the last attempt that was started; absent: none. */
  attempt?: number;
  /** Attempts that count against the retry budget; absent: none. */
  spent?: number;
  /** How often it was moved to another batch; absent: never. The higher number owns the task's row. */
  hops?: number;
  /** Tasks of this batch that must be completed first; absent: none. */
  readonly after?: readonly TaskId[];
  /** When one of those did not end well: be skipped (absent), run all the same, or hold the batch. */
  readonly whenNeededFailed?: WhenNeededFailed;
}

/** A task on its way to another batch. */
export interface TransferredTask {
  readonly state: TaskState;
  /** What is known of earlier goes: session, costs, waits. null: there was none. */
  readonly details: TaskDetails | null;
  /** Where the task belongs, so that the target need not share the source's first project. */
  readonly project: ProjectId;
}

/** Tasks that left this batch's list and are not acknowledged by their new batch yet. */
export interface Transfer {
  readonly to: BatchId;
  readonly tasks: readonly TransferredTask[];
  readonly sinceMs: number;
  /** How often it was sent. */
  sent: number;
}

/** Tasks that are to leave once their agent was stopped and their work is kept. */
export interface Parking {
  readonly to: BatchId;
  readonly transferId: string;
  readonly taskIds: readonly TaskId[];
}

/** How one attempt went, as it is recorded. */
export interface AttemptRecord {
  readonly number: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  readonly agent: string;
  readonly sessionId: string | null;
  /** Verdict kind or failure code once it ended. */
  readonly outcome: string | null;
  readonly message: string | null;
  readonly costUsd: number | null;
  readonly tokens: number | null;
  readonly turns: number | null;
  readonly fixes: number;
  readonly deniedTools: readonly string[];
  readonly checks: readonly CheckResult[];
}

/** What is carried of a task only while it is open or not yet recorded. */
export interface TaskDetails {
  step: Step | null;
  stepSinceMs: number | null;
  startedAtMs: number | null;
  completedAtMs: number | null;
  /** Sum over all attempts. */
  durationMs: number;
  costUsd: number | null;
  agent: string | null;
  sessionId: string | null;
  /** What that session cost so far: agents report the sum over all its runs. */
  sessionCostUsd: number | null;
  /** How often it was continued after running out of turns. */
  continuations: number;
  /** How often its machine or shim was lost. */
  losses: number;
  /** Back-offs in a row. */
  backoffs: number;
  /** Not to be started before this; null: at once. */
  notBeforeMs: number | null;
  /** Agent that worked on it before the present one took over; absent: none did. */
  tookOverFrom?: string;
  /** Whether a broken session was replaced by a fresh one already. */
  freshened: boolean;
  /** Tree id of the last failed verification, for the no-progress brake. */
  lastFailedTree: string | null;
  failure: TaskFailure | null;
  verified: Verdict;
  commit: string | null;
  salvageRef: string | null;
  waits: Wait[];
  /** The attempts since the last successful record: the newest is last. */
  attempts: AttemptRecord[];
  /** Notes for the report: what was left alone, denied, restored. At most 10. */
  notes: string[];
}

/** An agent that may work in a project, with the account whose limits it meets. */
export interface AgentAccount {
  readonly agent: string;
  readonly account: string;
}

/** What the loop must know of a project's settings; resolved and frozen on the host when the workspace is prepared. */
export interface Policy {
  readonly maxAttempts: number;
  readonly maxFixes: number;
  readonly maxContinuations: number;
  readonly onUsageLimit: OnUsageLimit;
  /** Absent: `wait`. */
  readonly extraUsage?: ExtraUsage;
  /** Longest wait at a limit, after which the batch pauses and asks; null: no bound. */
  readonly maxWaitMs: number | null;
  readonly agent: string;
  /** The agent and those that may stand in for it, in this order; absent: none may. */
  readonly agents?: readonly AgentAccount[];
  /** Wall time of one agent run. */
  readonly agentTimeoutMs: number;
  readonly verifyCommands: number;
  /** Sum of the verification commands' time-outs. */
  readonly verifyTimeoutMs: number;
  readonly git: boolean;
  readonly delivery: 'branch' | 'push';
}

/** A prepared workspace of the batch in one project. */
export interface WorkspaceState {
  readonly branch: string | null;
  readonly base: string;
  readonly policy: Policy;
  /** Commands that were red before anything was done. */
  readonly redBaseline: readonly string[];
  /** True once the batch was closed: the tree is gone, and a reopened batch prepares it anew. */
  readonly closed?: true;
}

/** Why a batch waits. */
export type LaneWait =
  | { readonly why: 'lanes_full'; readonly place: number }
  | {
      readonly why: 'account_held';
      readonly place: number;
      readonly reason: HoldReason;
      readonly untilMs: number;
      readonly message: string;
    }
  | { readonly why: 'probing'; readonly place: number };

/** A batch's place in the lanes of its host. */
export interface LaneState {
  readonly status: 'none' | 'asked' | 'held';
  /** Number of the last request; answers to older ones are ignored. */
  readonly request: number;
  /** Why it waits; null while nobody said. */
  readonly wait: LaneWait | null;
  /** True while this batch tries the account for all others after a hold. */
  probe: boolean;
  /** Account it was asked for; absent where the project has but one. */
  readonly account?: string;
}

/** What a command was answered; kept so that a repeated command gets the same answer. */
export interface CommandAnswer {
  readonly result: 'applied' | 'superseded';
  readonly status: BatchStatus;
  /** Task that was running when the command was applied: after a pause it is the one that still ends. */
  readonly running: TaskId | null;
}

/** Answer to a transfer. */
export type TransferVerdict = 'accepted' | 'refused';

/** Limits of a batch that stand over those of its projects' settings; null: theirs. */
export interface BatchEdits {
  readonly attempts: number | null;
  readonly maxFixes: number | null;
  readonly onUsageLimit: OnUsageLimit | null;
}

/** The whole state of a batch workflow. */
export interface BatchState {
  readonly v: 1;
  readonly installation: InstallationId;
  readonly batch: BatchId;
  readonly host: HostId;
  readonly epoch: number;
  name: string;
  /** The first project: the one of every task that names none. */
  readonly project: ProjectId;
  onFailure: OnFailure;
  /** Limits that were changed since it was made; absent: none. */
  edits?: BatchEdits;
  status: BatchStatus;
  hold: Hold | null;
  tasks: TaskState[];
  /** By task id; see {@link TaskDetails}. */
  details: Record<string, TaskDetails>;
  lane: LaneState;
  /** By transfer id: what is on its way out. */
  transfers: Record<string, Transfer>;
  /** What is to go out once it is stopped and kept. */
  parking: Parking[];
  /** The last 500 transfers that came in, with the verdict, so that a repeated one is answered alike. */
  received: [string, TransferVerdict][];
  /** Account of the agent by project id: its limits are shared by all batches of that account. */
  accounts: Readonly<Record<string, string>>;
  /** By project id: its agents in the order of preference, as known when the batch was made; absent: no choice. */
  agents?: Readonly<Record<string, readonly AgentAccount[]>>;
  /** By account: until when it cannot be used. Kept only where there is a choice of agents. */
  accountHolds?: Readonly<Record<string, Hold>>;
  /** A hold that another batch met and that applies before the next task. */
  pendingHold: Hold | null;
  /** The user wants the account tried although it is held. */
  skipAccount: boolean;
  /** By project id, once prepared. */
  workspaces: Record<string, WorkspaceState>;
  /** Number of the last record that was begun. */
  seq: number;
  /** Number of the last start, pause, resume or cancel that was applied. */
  commandNumber: number;
  /** The last 500 commands: id and answer. */
  answers: [string, CommandAnswer][];
  startedAtMs: number | null;
  completedAtMs: number | null;
  /** Set in the same step as the decision to close: handlers that add work refuse after it. */
  closing: boolean;
  /** Holds in a row that a probe did not end: decides how long the next one waits. */
  probes: number;
  /** For the report: what happened to the batch itself. At most 20. */
  notes: string[];
}

/** Result of a batch workflow. */
export interface BatchResult {
  readonly status: BatchStatus;
  readonly completed: number;
  readonly failed: number;
}
