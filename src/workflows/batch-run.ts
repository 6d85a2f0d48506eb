/** A batch at work: its state, its world, and what is remembered only within one execution. Runs in the workflow sandbox. */
import type { AgentOutcome } from '../contracts/outcome.ts';
import type { EventType, JournalEntry } from '../contracts/events.ts';
import type { TaskId } from '../contracts/ids.ts';
import type { WorkOrder } from '../contracts/order.ts';
import type { AttemptRecord, BatchState, TaskDetails, TaskState } from '../contracts/state.ts';
import type { Step } from '../contracts/vocabulary.ts';
import { detailsOf } from '../domain/batch-state.ts';
import type { LoopPorts } from './ports.ts';
import { Recorder } from './recorder.ts';

/** Why the running task is to be stopped. */
export type StopReason = 'pause' | 'cancelTask' | 'cancelBatch';

/** One execution of a batch workflow. */
export class BatchRun {
  readonly state: BatchState;
  readonly ports: LoopPorts;
  readonly recorder: Recorder;
  /** Tasks begun in this execution: bounds its history. */
  tasksBegun = 0;
  /** Cancelled tasks whose work is still in the tree. */
  readonly toSalvage: TaskId[] = [];
  #stop: StopReason | null = null;

  constructor(state: BatchState, ports: LoopPorts) {
    this.state = state;
    this.ports = ports;
    this.recorder = new Recorder(state, ports);
  }

  /** Why the running task is to be stopped; null: it is not. */
  get stop(): StopReason | null {
    return this.#stop;
  }

  /** Stops the running task; a cancellation outweighs a pause. */
  requestStop(reason: StopReason): void {
    if (this.#stop === null || this.#stop === 'pause') this.#stop = reason;
    this.ports.interrupt();
  }

  /** Called when the stopped task was dealt with. */
  stopDone(): void {
    this.#stop = null;
  }

  /** Journal entry of a task; `what` makes the id unique within the task. */
  taskEvent(task: TaskState, what: string, type: EventType, data: JournalEntry['data'] = {}): void {
    this.recorder.event({
      id: `${task.id}:${task.attempt ?? 0}:${what}`,
      type,
      task: task.id,
      data: { name: task.name ?? null, ...data },
    });
  }

  /** Journal entry of the batch; repeated commands carry their number. */
  batchEvent(what: string, type: EventType, data: JournalEntry['data'] = {}): void {
    this.recorder.event({
      id: `${this.state.batch}:${what}`,
      type,
      task: null,
      data: { name: this.state.name, ...data },
    });
  }

  /** Puts the task's pipeline to a step; `quiet` steps are over in milliseconds and get no record of their own. */
  step(task: TaskState, step: Step | null, quiet = false): TaskDetails {
    const details = detailsOf(this.state, task);
    details.step = step;
    details.stepSinceMs = step === null ? null : this.ports.now();
    if (quiet) this.ports.changed();
    else this.recorder.touch(task.id);
    return details;
  }
}

/** Ends whatever still runs of an attempt when it is not known which step it was at. */
export async function endRuns(run: BatchRun, order: WorkOrder): Promise<AgentOutcome> {
  const go = { step: 'agent', prompt: 'attempt', sessionId: null, priorCostUsd: null, round: -1 } as const;
  return await run.ports.host('stop').endAgent({ order, go });
}

/** Adds the figures of one run of the agent to its task and attempt. */
export function addFigures(details: TaskDetails, outcome: AgentOutcome): void {
  const { figures } = outcome;
  if (figures.sessionId !== details.sessionId && figures.sessionId !== null) {
    details.sessionId = figures.sessionId;
    details.sessionCostUsd = null;
  }
  details.sessionCostUsd = sum(details.sessionCostUsd, figures.costUsd);
  details.costUsd = sum(details.costUsd, figures.costUsd);
  updateAttempt(details, (attempt) => ({
    ...attempt,
    sessionId: figures.sessionId ?? attempt.sessionId,
    costUsd: sum(attempt.costUsd, figures.costUsd),
    tokens: sum(attempt.tokens, figures.tokens),
    turns: sum(attempt.turns, figures.turns),
    deniedTools: [...new Set([...attempt.deniedTools, ...figures.deniedTools])].slice(-20),
  }));
}

/** Changes the record of the present attempt. */
export function updateAttempt(details: TaskDetails, change: (attempt: AttemptRecord) => AttemptRecord): void {
  const last = details.attempts.at(-1);
  if (last !== undefined) details.attempts[details.attempts.length - 1] = change(last);
}

function sum(left: number | null, right: number | null): number | null {
  if (left === null) return right;
  return right === null ? left : left + right;
}
