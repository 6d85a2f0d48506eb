/** Ideas for pages: written down, changed, made into requirements. */
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { notify } from '../ui/notify.tsx';
import { api } from './api.ts';
import { describeError } from './describe-error.ts';
import { KEYS } from './queries.ts';
import { noticeError } from './session.ts';

/** As many as a page shows. */
const MAX_SHOWN = 200;

/** Ideas of a project, newest first. They follow the requirements that were made of them, and are renewed with those. */
export function ideasQuery(project: string) {
  return queryOptions({
    queryKey: [...KEYS.requirements(project), 'ideas'],
    queryFn: ({ signal }) => api.call('listIdeas', { query: { project, limit: MAX_SHOWN }, signal }),
    refetchOnWindowFocus: true,
    staleTime: 0,
  });
}

/** The words of an idea. `id` null: a new one. */
export interface IdeaWords {
  readonly id: string | null;
  readonly title: string;
  readonly text: string;
}

/** What can be done with ideas of a project. */
export function useIdeaChanges(project: string) {
  const queries = useQueryClient();
  const renew = (): Promise<void> => queries.invalidateQueries({ queryKey: KEYS.requirements(project) });
  const undo = useMutation({
    mutationFn: (undoToken: string) =>
      api.call('restoreRequirements', { params: { id: project }, body: { undoToken } }),
    onSuccess: ({ message }) => notify({ tone: 'info', text: message }),
    onError: tell,
    onSettled: renew,
  });
  const write = useMutation({
    mutationFn: ({ id, title, text }: IdeaWords) =>
      id === null
        ? api.call('createIdea', { body: { projectId: project, title, text } })
        : api.call('editIdea', { params: { id }, body: { title, text } }),
    onError: noticeError,
    onSettled: renew,
  });
  const makeRequirement = useMutation({
    mutationFn: (id: string) => api.call('makeRequirement', { params: { id }, body: {} }),
    onSuccess: ({ message, undoToken }) =>
      notify({
        tone: 'good',
        text: message,
        id: undoToken,
        action: { label: 'Undo', run: () => undo.mutate(undoToken) },
      }),
    onError: tell,
    onSettled: renew,
  });
  const setStatus = useMutation({
    mutationFn: ({ id, status }: { readonly id: string; readonly status: 'idea' | 'implemented' }) =>
      api.call('editIdea', { params: { id }, body: { status } }),
    onError: tell,
    onSettled: renew,
  });
  const remove = useMutation({
    mutationFn: (id: string) => api.call('removeIdea', { params: { id } }),
    onSuccess: ({ title }) => notify({ tone: 'info', text: `The idea ${title} was forgotten.` }),
    onError: tell,
    onSettled: renew,
  });
  return { write, makeRequirement, setStatus, remove };
}

function tell(error: unknown): void {
  noticeError(error);
  const { fact, hint } = describeError(error);
  notify({ tone: 'error', text: fact, hint });
}
