/** Why tasks cannot be moved to another batch, as far as the rows can tell: for an offload, and for asking before one. */
import { isId } from '../../contracts/ids.ts';
import type { BatchId, TaskId } from '../../contracts/ids.ts';
import type { OffloadCheck } from '../../contracts/lifecycle-routes.ts';
import type { Refusal } from '../../domain/commands.ts';
import { checkOffload } from '../../domain/transfers.ts';
import type { BatchRow } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';
import { newBatchIdOf } from './create-batch.ts';
import { findBatch } from './lookup.ts';

/** What is to be moved where; `to` is absent for a new batch. */
export interface OffloadWish {
  readonly to?: string | undefined;
  readonly taskIds: readonly string[];
  readonly running: boolean;
}

/** Reasons by task id, and a refusal of the whole that names no task. */
export interface OffloadReasons {
  readonly reasons: Readonly<Record<string, string>>;
  readonly whole: Refusal | null;
}

/** What the rows refuse; the command is the one that would be sent. */
export async function offloadReasons(
  deps: ApiDeps,
  source: BatchRow,
  wish: OffloadWish,
  command: { readonly commandId: string; readonly number: number },
): Promise<OffloadReasons> {
  const reasons: Record<string, string> = {};
  const here: TaskId[] = [];
  for (const id of new Set(wish.taskIds)) {
    const reason = isId('task', id) ? await elsewhere(deps, source, wish.to, id) : 'unknown';
    if (reason !== null) reasons[id] = reason;
    else if (isId('task', id)) here.push(id);
  }
  const state = await deps.store.batches.state(source.id);
  if (state === null) return { reasons, whole: null };
  const to = targetOf(wish, command.commandId);
  const refusal = checkOffload(state, { ...command, to, taskIds: here, running: wish.running });
  if (refusal !== null && refusal.details === undefined) return { reasons, whole: refusal };
  return { reasons: { ...reasons, ...refusal?.details }, whole: null };
}

/** Why a batch can take no tasks of `source`; null: it can. */
export function targetReason(target: BatchRow, source: BatchRow): string | null {
  if (target.host !== source.host) return `it is on ${target.host}, they are on ${source.host}`;
  return target.status === 'cancelled' ? 'it is cancelled' : null;
}

/** Each task with why it would be refused; nothing is moved. @throws AppError batch_not_found */
export async function checkBeforeOffload(deps: ApiDeps, source: BatchRow, wish: OffloadWish): Promise<OffloadCheck> {
  const target = wish.to === undefined ? null : await findBatch(deps.store, wish.to);
  const ofTarget = target === null ? null : targetReason(target, source);
  // The number orders commands that are sent, which this one is not.
  const { reasons, whole } = await offloadReasons(deps, source, wish, { commandId: 'check', number: 0 });
  const ofAll = isClosed(source) ? `the batch is ${source.status}` : (whole?.message ?? ofTarget);
  const rows = await deps.store.tasks.ofBatch(source.id);
  const tasks = [...new Set(wish.taskIds)].map((taskId) => ({
    taskId,
    name: rows.find(({ definition }) => definition.id === taskId)?.definition.name ?? null,
    reason: reasons[taskId] ?? ofAll,
  }));
  return { ok: tasks.every(({ reason }) => reason === null), tasks };
}

function isClosed({ status }: BatchRow): boolean {
  return status === 'completed' || status === 'cancelled';
}

function targetOf({ to }: OffloadWish, commandId: string): BatchId {
  return to !== undefined && isId('batch', to) ? to : newBatchIdOf(commandId);
}

/** Why a task that is not in the source cannot be moved from it; null: it is. */
async function elsewhere(deps: ApiDeps, source: BatchRow, to: string | undefined, id: TaskId): Promise<string | null> {
  const task = await deps.store.tasks.get(id);
  if (task === null) return 'unknown';
  if (task.batch === source.id) return null;
  return task.batch === to ? 'already there' : `in batch ${task.batch}`;
}
