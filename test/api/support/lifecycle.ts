/** What tests of a batch's life do with a stack: look, command, and change a workflow's state as it would itself. */
import type { BatchId, TaskId } from '../../../src/contracts/ids.ts';
import { asId } from '../../../src/contracts/ids.ts';
import type { BatchState } from '../../../src/contracts/state.ts';
import { BatchViewSchema } from '../../../src/contracts/views.ts';
import type { BatchView } from '../../../src/contracts/views.ts';
import { emptyDetails } from '../../../src/domain/batch-state.ts';
import type { Answer, Stack } from './stack.ts';

export const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];

export const idOf = (batch: BatchView): BatchId => asId('batch', batch.id);

/** Id of the batch's task of that name. Throws when there is none. */
export function taskId(batch: BatchView, name: string): TaskId {
  const found = batch.tasks.find((task) => task.name === name);
  if (found === undefined) throw new Error(`no task ${name}`);
  return asId('task', found.id);
}

export async function show(stack: Stack, batch: { id: string }): Promise<BatchView> {
  return BatchViewSchema.parse((await stack.send('GET', `/api/batches/${batch.id}`)).body);
}

export function send(stack: Stack, batch: BatchView, what: string, body: object = {}): Promise<Answer> {
  return stack.send('POST', `/api/batches/${batch.id}/${what}`, body);
}

/** Changes a workflow's state, and records it. */
export async function change(stack: Stack, batch: BatchView, effect: (state: BatchState) => void): Promise<void> {
  const state = stack.batches.states.get(idOf(batch));
  if (state === undefined) throw new Error('no such workflow');
  effect(state);
  await stack.batches.record(idOf(batch));
}

/** Ends a batch: the named tasks failed, the others completed. */
export async function end(stack: Stack, batch: BatchView, ...failed: string[]): Promise<void> {
  await change(stack, batch, (state) => {
    for (const task of state.tasks) {
      const didFail = failed.includes(task.name ?? '');
      task.status = didFail ? 'failed' : 'completed';
      task.attempt = 2;
      if (didFail) task.spent = 2;
      const salvageRef = didFail ? 'refs/nightloom/salvage/x' : null;
      state.details[task.id] = { ...emptyDetails(), costUsd: 0.5, durationMs: 7, startedAtMs: 9, salvageRef };
    }
    state.status = 'completed';
    state.completedAtMs = 1000;
    state.closing = true;
  });
}
