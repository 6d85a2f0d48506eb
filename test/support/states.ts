/** States of batches and tasks for tests without a server. */
import { asId } from '../../src/contracts/ids.ts';
import type { BatchState, TaskState } from '../../src/contracts/state.ts';
import type { TaskStatus } from '../../src/contracts/vocabulary.ts';
import { RANK_STEP } from '../../src/domain/batch-state.ts';
import { newBatchState } from '../../src/domain/new-batch.ts';

/** The task with that number, in its place. */
export function taskState(number: number, status: TaskStatus = 'queued'): TaskState {
  const id = asId('task', `t_${String(number).padStart(10, '0')}`);
  return { id, name: `n${number}`, status, rank: number * RANK_STEP };
}

/** A batch of `count` queued tasks, idle. */
export function batchState(count: number, changes: Partial<BatchState> = {}): BatchState {
  const state = newBatchState({
    installation: asId('installation', 'i_0000000000'),
    batch: asId('batch', 'b_0000000000'),
    host: asId('host', 'test-0000'),
    project: asId('project', 'p_0000000000'),
    epoch: 1,
    name: 'night',
    onFailure: 'continue',
    accounts: {},
    tasks: Array.from({ length: count }, (_, number) => taskState(number)),
  });
  return Object.assign(state, changes);
}
