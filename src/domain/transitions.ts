/** The only place that says which status may follow which. Runs in the workflow sandbox: pure. */
import type { BatchStatus, TaskStatus } from '../contracts/vocabulary.ts';

const BATCH: Readonly<Record<BatchStatus, readonly BatchStatus[]>> = {
  idle: ['running', 'cancelled'],
  running: ['paused', 'completed', 'cancelled', 'idle'],
  paused: ['running', 'completed', 'cancelled'],
  completed: ['running'],
  cancelled: [],
};

const TASK: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
  idle: ['queued', 'cancelled'],
  queued: ['running', 'idle', 'skipped', 'cancelled'],
  running: ['queued', 'waiting', 'completed', 'failed', 'cancelled'],
  waiting: ['running', 'queued', 'idle', 'skipped', 'cancelled'],
  completed: [],
  failed: ['queued'],
  skipped: ['queued'],
  cancelled: ['queued'],
};

/** True if a batch may go from one status to the other. */
export function mayBatchBecome(from: BatchStatus, to: BatchStatus): boolean {
  return BATCH[from].includes(to);
}

/** True if a task may go from one status to the other. */
export function mayTaskBecome(from: TaskStatus, to: TaskStatus): boolean {
  return TASK[from].includes(to);
}
