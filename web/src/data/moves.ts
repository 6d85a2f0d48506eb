/**
 * Moving tasks within and between batches. What was asked for is shown at once, laid over what the API says, and goes
 * away with its answer: after a refusal everything is where it was, and a message says why.
 */
import { useSyncExternalStore } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import type { QueryClient } from '@tanstack/react-query';
import { AppError } from '../../../src/contracts/errors.ts';
import type { OffloadAnswer } from '../../../src/contracts/lifecycle-routes.ts';
import type { BatchView, TaskView } from '../../../src/contracts/views.ts';
import { plural } from '../model/format.ts';
import { isMovable, placed, stepsTo } from '../model/queue.ts';
import { notify } from '../ui/notify.tsx';
import { api } from './api.ts';
import { createCell } from './cell.ts';
import { commandId } from './commands.ts';
import { describeError } from './describe-error.ts';
import { batchQuery, KEYS } from './queries.ts';
import { noticeError } from './session.ts';

/** Names a batch for people. */
export interface BatchName {
  readonly id: string;
  readonly name: string;
}

/** What somebody wants. */
export interface MoveWish {
  readonly from: BatchName;
  /** The same batch, another one, or null: a new one. */
  readonly to: BatchName | null;
  readonly tasks: readonly TaskView[];
  /** Among the movable tasks that are there; null: at the end. */
  readonly position: number | null;
  /** Also what runs: it is stopped, and goes on there. */
  readonly running?: boolean;
}

const pending = createCell<readonly MoveWish[]>([]);

/** `batch` as it will be when everything that was asked for has been done. */
export function useMoved(batch: BatchView | undefined): BatchView | undefined {
  const wishes = useSyncExternalStore(pending.subscribe, pending.get);
  if (batch === undefined || wishes.length === 0) return batch;
  return wishes.reduce(laidOver, batch);
}

function laidOver(batch: BatchView, { from, to, tasks, position }: MoveWish): BatchView {
  if (to?.id === batch.id) return { ...batch, tasks: placed(batch.tasks, tasks, position) };
  if (from.id !== batch.id) return batch;
  const ids = new Set(tasks.map(({ id }) => id));
  return { ...batch, tasks: batch.tasks.filter(({ id }) => !ids.has(id)) };
}

/** A function that moves, shows it at once, and says how it ended. Resolves to true if it worked. */
export function useMove(): (wish: MoveWish) => Promise<boolean> {
  const queries = useQueryClient();
  return async (wish) => {
    pending.set([...pending.get(), wish]);
    try {
      notify({ tone: 'info', text: await carryOut(queries, wish) });
      return true;
    } catch (error) {
      noticeError(error);
      notify({ tone: 'error', ...refusal(wish, error) });
      return false;
    } finally {
      await renew(queries, wish);
      pending.set(pending.get().filter((each) => each !== wish));
    }
  };
}

async function carryOut(queries: QueryClient, wish: MoveWish): Promise<string> {
  const { from, to } = wish;
  if (to?.id === from.id) return await reorder(queries, from, wish);
  const answer = await api.call('offload', {
    params: { id: from.id },
    body: {
      commandId: commandId(),
      taskIds: wish.tasks.map(({ id }) => id),
      running: wish.running ?? false,
      ...(to === null ? { newBatch: {} } : { to: to.id }),
    },
  });
  const hasArrived = answer.tasks.every(({ result }) => result === 'moved');
  if (to === null || wish.position === null || !hasArrived) return arrived(wish, answer);
  await reorder(queries, to, wish);
  return `${what(wish)} moved to ${to.name}, place ${wish.position + 1}.`;
}

/** From the batch as it is now: what was seen may be old. */
async function reorder(queries: QueryClient, batch: BatchName, wish: MoveWish): Promise<string> {
  const fresh = await queries.fetchQuery({ ...batchQuery(batch.id), staleTime: 0 });
  const ids = new Set(wish.tasks.map(({ id }) => id));
  const gone = wish.tasks.find(({ id }) => !fresh.tasks.some((task) => task.id === id && isMovable(task)));
  if (gone !== undefined) throw new AppError('illegal_transition', `${gone.name} does not wait any more.`);
  const here = fresh.tasks.filter(({ id }) => ids.has(id));
  const moving = wish.tasks.flatMap(({ id }) => here.filter((task) => task.id === id));
  const order = (tasks: readonly TaskView[]): string[] => tasks.filter(isMovable).map(({ id }) => id);
  const wanted = order(placed(fresh.tasks, moving, wish.position));
  for (const step of stepsTo(order(fresh.tasks), wanted, ids)) {
    await api.call('moveTask', { params: { id: batch.id }, body: { commandId: commandId(), ...step } });
  }
  const first = wanted.findIndex((id) => ids.has(id));
  return `${what(wish)} ${wish.tasks.length === 1 ? 'is' : 'are'} now at place ${first + 1} of ${wanted.length}.`;
}

function arrived(wish: MoveWish, { target, tasks }: OffloadAnswer): string {
  const stayed = tasks.filter(({ result }) => result === 'stayed');
  const [first] = stayed;
  if (first !== undefined) {
    const rest = plural(tasks.length - stayed.length, 'task');
    return `${first.name} stays: ${first.reason ?? 'it was refused'}. ${rest} moved to ${target.name}.`;
  }
  const isUnderWay = tasks.some(({ result }) => result === 'pending');
  return `${what(wish)} ${isUnderWay ? 'on the way' : 'moved'} to ${target.name}${target.reopened ? ', which goes on' : ''}.`;
}

function what({ tasks }: MoveWish): string {
  const [first] = tasks;
  return tasks.length === 1 && first !== undefined ? first.name : plural(tasks.length, 'task');
}

/** A refusal names each task with its reason; nothing was moved then. */
function refusal(wish: MoveWish, error: unknown): { readonly text: string; readonly hint: string | null } {
  const { fact, hint } = describeError(error);
  const reasons = AppError.is(error) ? reasonsIn(error.details) : [];
  const text = `${what(wish)} not moved, back in ${wish.from.name}: ${reasons.length > 0 ? reasons.join(', ') : fact}`;
  return { text, hint };
}

const MAX_NAMED = 5;

function reasonsIn({ tasks }: Readonly<Record<string, unknown>>): string[] {
  if (!Array.isArray(tasks)) return [];
  return tasks.slice(0, MAX_NAMED).flatMap((task: unknown) => {
    if (typeof task !== 'object' || task === null || !('reason' in task) || typeof task.reason !== 'string') return [];
    return [`${'name' in task && typeof task.name === 'string' ? task.name : 'a task'} is ${task.reason}`];
  });
}

async function renew(queries: QueryClient, { from, to }: MoveWish): Promise<void> {
  await Promise.all([
    queries.invalidateQueries({ queryKey: KEYS.batches }),
    queries.invalidateQueries({ queryKey: KEYS.batch(from.id) }),
    ...(to === null ? [] : [queries.invalidateQueries({ queryKey: KEYS.batch(to.id) })]),
  ]);
}
