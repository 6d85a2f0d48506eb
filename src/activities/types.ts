/**
 * The activities as the workflow sees them: one input object each, ids and small results only. Types only, so that
 * workflow code may import them.
 */
import type {
  AgentGo,
  CheckedOut,
  ClosedWorkspace,
  CommitOutcome,
  StartedAgent,
  WorkEnd,
} from '../contracts/host-work.ts';
import type { BatchId, HostId, TaskId } from '../contracts/ids.ts';
import type { WorkOrder } from '../contracts/order.ts';
import type { AgentOutcome, VerifyOutcome } from '../contracts/outcome.ts';
import type { BatchRecord } from '../contracts/record.ts';
import type { TransferVerdict, WorkspaceState } from '../contracts/state.ts';
import type { LaneRequest } from '../domain/lanes.ts';

/** Input of the activities that concern one run of the agent. */
export interface AgentInput {
  readonly order: WorkOrder;
  readonly go: AgentGo;
}

/** Run by the control worker: they have the database and no host. */
export interface ControlActivities {
  /** The signed work order of an attempt. @throws task_not_found, database_busy */
  loadOrder(input: { batch: BatchId; task: TaskId; attempt: number; epoch: number }): Promise<WorkOrder>;
  /** Writes the projection; false: a newer record is there already. */
  record(record: BatchRecord): Promise<boolean>;
  /** Asks the host's lanes for a place; starts them if they do not run. @throws temporal_unreachable */
  requestLane(input: { host: HostId; request: LaneRequest }): Promise<void>;
  /** Whether a closed batch took a transfer; null while it is open or nobody can say. @throws temporal_unreachable */
  transferFate(input: { batch: BatchId; transferId: string }): Promise<TransferVerdict | null>;
  /** Whether the batches' workflows are open, in the order asked. @throws temporal_unreachable */
  batchesOf(input: { batches: readonly BatchId[] }): Promise<('open' | 'closed' | 'unknown')[]>;
}

/** Run by the host worker: they have the machine and no database. Each checks the order first. */
export interface HostActivities {
  /** Worktree, copied files, setup, baseline; once per batch and project, idempotent. @throws setup_failed, environment errors */
  prepareWorkspace(input: { order: WorkOrder }): Promise<WorkspaceState>;
  /** For kinds that prepare: reads what the task is about, and makes its tree. Idempotent. @throws github_*, setup_failed */
  checkoutTask(input: { order: WorkOrder }): Promise<CheckedOut>;
  /** For kinds that respond: tells others how the work ended, each thing once. @throws github_* */
  respondTask(input: { order: WorkOrder; end: WorkEnd }): Promise<{ notes: readonly string[] }>;
  /** Claims the task, sets the tree right, launches the agent detached; never a second one for the same step. */
  startAgent(input: AgentInput): Promise<StartedAgent>;
  /** Re-attaches to the run until it ends. */
  watchAgent(input: AgentInput): Promise<AgentOutcome>;
  /** Ends every process of the attempt and says how the named run ended. */
  endAgent(input: AgentInput): Promise<AgentOutcome>;
  /** Runs the verification commands, each once per round. */
  verify(input: { order: WorkOrder; round: number }): Promise<VerifyOutcome>;
  /**
   * Takes the requirement file out of the tree, makes exactly one commit, then settles the checkout's own copy. Puts the
   * requirement back when the commit fails for good.
   */
  commitTask(input: { order: WorkOrder }): Promise<CommitOutcome>;
  /** Keeps the work of a failed or cancelled attempt as a ref, cleans the tree and frees the claim. */
  salvage(input: {
    order: WorkOrder;
    attempts: 'over' | 'more';
  }): Promise<{ ref: string | null; notes: readonly string[] }>;
  /** Keeps the work of a task that moves to another batch, for that batch to go on with, and frees the claim. */
  parkWork(input: { order: WorkOrder }): Promise<{ notes: readonly string[] }>;
  /** Delivery and removal of clean worktrees at the end of a batch. */
  closeWorkspace(input: { order: WorkOrder; deliver: boolean }): Promise<ClosedWorkspace>;
}
