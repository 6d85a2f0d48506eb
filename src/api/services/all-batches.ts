/** One command to many batches: what happens to one does not keep the others from theirs. */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { AppError } from '../../contracts/errors.ts';
import { soloTaskOf } from '../../contracts/ids.ts';
import type { ManyAnswers } from '../../contracts/lifecycle-routes.ts';
import type { CommandAnswerView } from '../../contracts/views.ts';
import type { BatchRow } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';
import { goOn, pause } from './command-batch.ts';

/** Temporal and workers serve this many at a time without any of them waiting for long. */
const AT_ONCE = 8;
const MAX_END_MS = 2000;
const POLL_MS = 20;

/** Pauses every running batch; `now` stops their running tasks, resumable. */
export function pauseAll(deps: ApiDeps, commandId: string | undefined, now: boolean): Promise<ManyAnswers> {
  const id = commandId ?? randomUUID();
  return toAll(deps, 'running', (row) => pause(deps, row, `${id}:${row.id}`, { now }));
}

/** Resumes every paused batch, whoever paused it. */
export function resumeAll(deps: ApiDeps, commandId: string | undefined): Promise<ManyAnswers> {
  const id = commandId ?? randomUUID();
  return toAll(deps, 'paused', (row) => goOn(deps, row, 'resume', `${id}:${row.id}`));
}

async function toAll(
  deps: ApiDeps,
  status: BatchRow['status'],
  send: (row: BatchRow) => Promise<CommandAnswerView>,
): Promise<ManyAnswers> {
  const open = await deps.store.batches.open();
  const rows = open.filter((row) => row.status === status && row.deletedAtMs === null && soloTaskOf(row.id) === null);
  const items: ManyAnswers['items'] = [];
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    const answers = await Promise.all(rows.slice(at, at + AT_ONCE).map((row) => attempt(deps, row, send)));
    items.push(...answers.filter((item) => item !== null));
  }
  return { items };
}

/** null: the batch came to its end meanwhile, so there is nothing to say to it. */
async function attempt(
  deps: ApiDeps,
  row: BatchRow,
  send: (row: BatchRow) => Promise<CommandAnswerView>,
): Promise<ManyAnswers['items'][number] | null> {
  const batch = { batchId: row.id, name: row.name };
  try {
    return { ...batch, answer: await send(row), error: null };
  } catch (error) {
    if (!AppError.is(error)) throw error;
    if (AppError.is(error, 'batch_closing') && (await hasEnded(deps, row))) return null;
    return { ...batch, answer: null, error: { code: error.code, message: error.message } };
  }
}

/** A closing batch still has its last record to write. */
async function hasEnded({ store }: Pick<ApiDeps, 'store'>, row: BatchRow): Promise<boolean> {
  const deadlineMs = performance.now() + MAX_END_MS;
  while (performance.now() < deadlineMs) {
    const status = (await store.batches.get(row.id))?.status;
    if (status === 'completed' || status === 'cancelled') return true;
    await setTimeout(POLL_MS);
  }
  return false;
}
