/**
 * Batches for pages: what the server holds of them, and what can be done with them. Nothing here runs anything: a closed
 * tab changes nothing.
 */
import { useQueries, useQuery } from '@tanstack/react-query';
import type { BatchSummary, BatchView, Counts, TaskView } from '../../../src/contracts/views.ts';
import { plural } from '../model/format.ts';
import { forecast, sumCounts } from '../model/progress.ts';
import { useNow } from '../ui/time.tsx';
import { commandId, useCommand } from './commands.ts';
import { useMoved } from './moves.ts';
import { batchesQuery, batchQuery } from './queries.ts';

/** The newest batches, live. */
export function useAllBatches() {
  return useQuery(batchesQuery());
}

/** One batch with its tasks, live; moves that are under way are shown as done. */
export function useBatch(id: string) {
  const query = useQuery(batchQuery(id));
  return { ...query, data: useMoved(query.data) };
}

/** Its tasks in their order; undefined until they are there. */
export function useBatchTasks(id: string): readonly TaskView[] | undefined {
  return useBatch(id).data?.tasks;
}

/** Working time that is left, as a range in milliseconds. */
export interface TimeLeft {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How far a batch is; `left` is null while nothing can be said. */
export function useBatchProgress(batch: BatchView): { readonly counts: Counts; readonly left: TimeLeft | null } {
  const now = useNow();
  return { counts: batch.counts, left: batch.status === 'running' ? forecast(batch.tasks, now) : null };
}

/** How far all of them together are. Batches work side by side: they are over with the longest. */
export function useOverallProgress(batches: readonly BatchSummary[]): {
  readonly counts: Counts;
  readonly left: TimeLeft | null;
} {
  const details = useQueries({ queries: batches.map((batch) => batchQuery(batch.id)) });
  const now = useNow();
  const each = details.flatMap(({ data }) => {
    const found = data === undefined || data.status !== 'running' ? null : forecast(data.tasks, now);
    return found === null ? [] : [found];
  });
  const counts = sumCounts(batches.map((batch) => batch.counts));
  return { counts, left: each.toSorted((a, b) => b.toMs - a.toMs)[0] ?? null };
}

/** Makes batches; they are idle until started. */
export function useCreateBatch() {
  return useCommand('createBatch', (batch) => `${batch.name} was made.`);
}

/** What can be done with a batch; each says what came of it. */
export function useBatchActions({ id, name }: Pick<BatchSummary, 'id' | 'name'>) {
  const say = (answer: { readonly message: string }): string => `${name}: ${answer.message}`;
  const start = useCommand('startBatch', say);
  const pause = useCommand('pauseBatch', say);
  const resume = useCommand('resumeBatch', say);
  const skipWait = useCommand('skipWait', say);
  const cancel = useCommand('cancelBatch', say);
  const retry = useCommand('retryBatch', () => `${name}: the failed tasks are queued again.`);
  const remove = useCommand('deleteBatch', ({ message }) => message);
  const params = { id };
  const plain = () => ({ params, body: { commandId: commandId() } });
  return {
    isBusy: [start, pause, resume, skipWait, cancel, retry, remove].some((each) => each.isPending),
    start: () => start.mutate(plain()),
    pause: () => pause.mutate(plain()),
    pauseNow: () => pause.mutate({ params, body: { commandId: commandId(), now: true } }),
    resume: () => resume.mutate(plain()),
    skipWait: () => skipWait.mutate(plain()),
    cancel: () => cancel.mutate(plain()),
    retryFailed: () => retry.mutate(plain()),
    remove: (onDone: () => void) => remove.mutate({ params }, { onSuccess: onDone }),
  };
}

/** What can be done with all of them at once. */
export function useAllBatchesActions() {
  const pause = useCommand('pauseAll', ({ items }) => howMany(items, 'paused; what runs now ends first', 'Not paused'));
  const resume = useCommand('resumeAll', ({ items }) => howMany(items, 'resumed', 'Not resumed'));
  return {
    isBusy: pause.isPending || resume.isPending,
    pauseAll: () => pause.mutate({ body: { commandId: commandId() } }),
    resumeAll: () => resume.mutate({ body: { commandId: commandId() } }),
  };
}

function howMany(
  items: readonly { readonly name: string; readonly error: unknown }[],
  done: string,
  refused: string,
): string {
  const names = items.filter(({ error }) => error !== null).map(({ name }) => name);
  return names.length === 0
    ? `${plural(items.length, 'batch', 'batches')} ${done}.`
    : `${refused}: ${names.join(', ')}.`;
}

/** What can be done with a task besides moving it. */
export function useTaskActions({ id, name, batchId }: Pick<TaskView, 'id' | 'name' | 'batchId'>) {
  const remove = useCommand('removeTasks', () => `${name} was taken out of the batch.`);
  const cancel = useCommand('cancelTask', () => `${name} is being cancelled.`);
  const retry = useCommand('retryTask', () => `${name} is queued again.`);
  const plain = () => ({ params: { id }, body: { commandId: commandId() } });
  return {
    isBusy: [remove, cancel, retry].some((each) => each.isPending),
    remove: () => remove.mutate({ params: { id: batchId }, body: { commandId: commandId(), taskIds: [id] } }),
    cancel: () => cancel.mutate(plain()),
    retry: () => retry.mutate(plain()),
  };
}
