/** A batch at work: its state, its world, and what is remembered only within one execution. Runs in the workflow sandbox. */
import type { AgentOutcome } from '../contracts/outcome.ts';
import type { EventType, JournalEntry } from '../contracts/events.ts';
import type { AgentGo } from '../contracts/host-work.ts';
import { stageOf } from '../contracts/kinds.ts';
import type { WorkOrder } from '../contracts/order.ts';
import type { AttemptRecord, BatchState, TaskDetails, TaskState } from '../contracts/state.ts';
import type { Step } from '../contracts/vocabulary.ts';
import { addNotes, detailsOf } from '../domain/batch-state.ts';
import { failureOf } from './failures.ts';
import type { LoopPorts } from './ports.ts';
import { Recorder } from './recorder.ts';

/** Why the running task is to be stopped. */
export type StopReason = 'pause' | 'offload' | 'cancelTask' | 'cancelBatch';

/** A cancelled task whose work may still be in the tree, with the details that a record drops from the state. */
export interface CancelledTask {
  readonly task: TaskState;
  readonly details: TaskDetails;
}

/** One execution of a batch workflow. */
export class BatchRun {
  readonly state: BatchState;
  readonly ports: LoopPorts;
  readonly recorder: Recorder;
  /** Tasks begun in this execution: bounds its history. */
  tasksBegun = 0;
  /** Cancelled tasks that were begun before: what they left is still to be looked after. */
  readonly toSalvage: CancelledTask[] = [];
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
    if (this.#stop === null || this.#stop === 'pause' || this.#stop === 'offload') this.#stop = reason;
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

  /**
   * Journal entry of what the task is doing. To be called only where the task is recorded at the same moment, so that it
   * costs no record of its own.
   */
  progress(task: TaskState, step: Step, message: string): void {
    this.taskEvent(task, `progress-${step}`, 'task.progress', { stage: stageOf(step), step, message });
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

const ANY_GO: AgentGo = { step: 'agent', prompt: 'attempt', sessionId: null, priorCostUsd: null, round: -1 };

/**
 * Ends whatever still runs of an attempt; `go` names the run whose end is asked for, if it is known. A host that cannot
 * (nothing was prepared, the order ran out) is noted: the batch goes on, and the next attempt begins with a fence.
 */
export async function endRuns(run: BatchRun, order: WorkOrder, go: AgentGo = ANY_GO): Promise<AgentOutcome> {
  try {
    return await run.ports.host('stop').endAgent({ order, go });
  } catch (error) {
    const failure = failureOf(error);
    if (failure.kind === 'cancelled') throw error;
    addNotes(run.state.notes, [`Ending a task was not confirmed: ${failure.message}`.slice(0, 300)], 20);
    return { verdict: { kind: 'terminated', message: failure.message }, figures: NO_FIGURES };
  }
}

const NO_FIGURES = {
  sessionId: null,
  costUsd: null,
  tokens: null,
  turns: null,
  durationMs: 0,
  deniedTools: [],
} as const;

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

/** The next run begins a session of its own. */
export function forgetSession(details: TaskDetails): void {
  details.sessionId = null;
  details.sessionCostUsd = null;
  details.continuations = 0;
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
