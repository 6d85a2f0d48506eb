/** The batch object of `--json`, read as the product's own schema says. */
import { BatchViewSchema, TaskDetailSchema } from '../../../src/contracts/views.ts';
import type { BatchView, TaskDetail, TaskView } from '../../../src/contracts/views.ts';
import { until } from './user.ts';
import type { CallOptions, User } from './user.ts';

/** A document as a batch. Throws when it is none. */
export function asBatch(doc: unknown): BatchView {
  return BatchViewSchema.parse(doc);
}

/** The task of that name. Throws when there is none. */
export function taskOf(batch: BatchView, name: string): TaskView {
  const found = batch.tasks.find((task) => task.name === name);
  if (found === undefined) throw new Error(`No task ${name} in ${batch.name}`);
  return found;
}

/** `batch show`. */
export async function showBatch(user: User, batch: string, options?: CallOptions): Promise<BatchView> {
  return asBatch((await user.json(['batch', 'show', batch], options)).doc);
}

/** `task show`. */
export async function showTask(user: User, task: string, options?: CallOptions): Promise<TaskDetail> {
  return TaskDetailSchema.parse((await user.json(['task', 'show', task], options)).doc);
}

/** Waits until the batch is as `wanted` says. */
export function untilBatch(
  user: User,
  batch: string,
  wanted: (batch: BatchView) => boolean,
  options?: CallOptions,
): Promise<BatchView> {
  return until(`batch ${batch}`, async () => {
    const found = await showBatch(user, batch, options);
    return wanted(found) ? found : null;
  });
}

/** `run` to its end with the scripted agent. */
export async function runToEnd(
  user: User,
  directory: string,
  args: readonly string[] = [],
): Promise<{ exit: number; batch: BatchView; err: string }> {
  const { exit, doc, err } = await user.json(['run', '--yes', '--agent', 'scripted', ...args], { cwd: directory });
  return { exit, batch: asBatch(doc), err };
}
