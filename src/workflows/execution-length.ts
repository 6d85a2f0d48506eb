/** When an execution of a batch is long enough to be continued as new. */
import { patched, workflowInfo } from '@temporalio/workflow';
import type { BatchState } from '../contracts/state.ts';

/**
 * After so many tasks. A worker that comes back replays the executions of all lanes at once, on one thread, each within
 * its workflow task's 10 s: ten tasks are 150 to 350 events, 0.3 to 0.9 s of processor. One that misses the 10 s begins anew.
 */
const TASKS_PER_EXECUTION = 10;
/** Of a long batch: its state, which every execution begins with, has 80 bytes for each of its tasks. */
const LONG_TASKS_PER_EXECUTION = 50;
/** So many executions of ten tasks a batch may have; beyond, they become longer. */
const SHORT_EXECUTIONS = 40;
/** Measured: an execution that is continued sooner than 1.2 s after its start may lose a signal. */
const MIN_EXECUTION_MS = 1200;
/** Executions from before take fifty tasks, whatever the length of their batch. */
const IN_SHORT_EXECUTIONS = 'short-executions';

/** To be asked between tasks, with the number of those that this execution began. Call it once per execution. */
export function executionLength(state: BatchState): (tasksBegun: number) => boolean {
  const isShort = patched(IN_SHORT_EXECUTIONS);
  return (tasksBegun) => {
    const { continueAsNewSuggested, runStartTime } = workflowInfo();
    const mostTasks = isShort ? tasksPerExecution(state) : LONG_TASKS_PER_EXECUTION;
    const isLong = continueAsNewSuggested || tasksBegun >= mostTasks;
    return isLong && Date.now() - runStartTime.getTime() >= MIN_EXECUTION_MS;
  };
}

function tasksPerExecution({ tasks }: BatchState): number {
  const wanted = Math.ceil(tasks.length / SHORT_EXECUTIONS);
  return Math.min(LONG_TASKS_PER_EXECUTION, Math.max(TASKS_PER_EXECUTION, wanted));
}
