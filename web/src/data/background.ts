/** Background tasks about requirements: start one, look at what it proposes, apply items of it. The stack runs them. */
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { ListedTask } from '../../../src/contracts/inbox-routes.ts';
import { plural } from '../model/format.ts';
import { notify } from '../ui/notify.tsx';
import { api } from './api.ts';
import { describeError } from './describe-error.ts';
import { KEYS } from './queries.ts';
import { noticeError } from './session.ts';

/** Kinds that a page starts and whose results it shows. */
export type AskKind = 'refine' | 'generate' | 'story-edit';

const FEW = 50;
/** The end of a task by itself is an event; its steps are not. */
const RUNNING_EVERY_MS = 2000;

/** The newest tasks of a project that propose something, without those that were dismissed. */
export function askedQuery(project: string) {
  return queryOptions({
    queryKey: [...KEYS.inbox, 'asked', project],
    queryFn: async ({ signal }) => {
      const { items } = await api.call('listTasks', { query: { project, limit: FEW }, signal });
      return items.filter(({ kind }) => isAskKind(kind));
    },
    refetchInterval: ({ state: { data } }) => (data?.some(isOpen) === true ? RUNNING_EVERY_MS : false),
  });
}

/** What a completed task proposes, and what would be in the way of each item. */
export function proposalsQuery(task: string) {
  return queryOptions({
    queryKey: [...KEYS.task(task), 'proposals'],
    queryFn: ({ signal }) => api.call('listProposals', { params: { id: task }, signal }),
    staleTime: 0,
  });
}

/** True for one of {@link AskKind}. */
export function isAskKind(kind: string): kind is AskKind {
  return kind === 'refine' || kind === 'generate' || kind === 'story-edit';
}

/** True while it waits or works. */
export function isOpen({ status }: Pick<ListedTask, 'status'>): boolean {
  return status === 'queued' || status === 'running' || status === 'waiting' || status === 'idle';
}

/** Starts tasks; their results are opened on `returnPath`. */
export function useAsk(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ kind, params }: { readonly kind: AskKind; readonly params: Readonly<Record<string, unknown>> }) =>
      api.call('createTask', {
        body: { kind, projectId, params, context: { returnPath: `/projects/${projectId}` } },
      }),
    onError: noticeError,
    onSettled: () => queries.invalidateQueries({ queryKey: KEYS.inbox }),
  });
}

/** What of a result is applied. `isOverwriting`: also items in whose way something is. */
export interface ApplyWish {
  readonly items: readonly string[];
  readonly isOverwriting: boolean;
}

/** Applies items of a task's result as one change that can be undone. */
export function useApply(task: string, project: string) {
  const queries = useQueryClient();
  const renew = (): void => {
    void queries.invalidateQueries({ queryKey: KEYS.requirements(project) });
    void queries.invalidateQueries({ queryKey: [...KEYS.task(task), 'proposals'] });
  };
  const undo = useMutation({
    mutationFn: (undoToken: string) =>
      api.call('restoreRequirements', { params: { id: project }, body: { undoToken } }),
    onSuccess: ({ message }) => notify({ tone: 'info', text: message }),
    onError: tell,
    onSettled: renew,
  });
  return useMutation({
    mutationFn: ({ items, isOverwriting }: ApplyWish) =>
      api.call('applyTask', { params: { id: task }, body: { items: [...items], overwrite: isOverwriting } }),
    onSuccess: ({ applied, undoToken }) =>
      notify({
        tone: 'good',
        text: `${plural(applied.length, 'requirement')} written.`,
        ...(undoToken === null ? {} : { id: undoToken, action: { label: 'Undo', run: () => undo.mutate(undoToken) } }),
      }),
    onError: tell,
    onSettled: renew,
  });
}

/** Marks a result as seen; that it cannot be is no concern of who looks at it. */
export async function markSeen(task: string): Promise<void> {
  await api.call('markTask', { params: { id: task }, body: { read: true } }).catch(noticeError);
}

function tell(error: unknown): void {
  noticeError(error);
  const { fact, hint } = describeError(error);
  notify({ tone: 'error', text: fact, hint });
}
