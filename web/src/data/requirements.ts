/** Requirement files for pages: read one, change it, undo the change. */
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { AppError } from '../../../src/contracts/errors.ts';
import type { RequirementDetail } from '../../../src/contracts/requirement-routes.ts';
import { notify } from '../ui/notify.tsx';
import { api } from './api.ts';
import { describeError } from './describe-error.ts';
import { KEYS } from './queries.ts';
import { noticeError } from './session.ts';

/** Of a project; what else is below its key is renewed with it. */
const detailKey = (project: string, name: string) => [...KEYS.requirements(project), 'text', name];

/** One requirement with its text. */
export function requirementQuery(project: string, name: string) {
  return queryOptions({
    queryKey: detailKey(project, name),
    queryFn: ({ signal }) => api.call('readRequirement', { params: { id: project, name }, signal }),
    staleTime: 0,
    // What is opened again is read again: a text that was held would be the base of a change of another one.
    gcTime: 0,
    retry: (count, error) => !AppError.is(error, 'requirement_not_found') && count < 2,
  });
}

/** What becomes of a text that was written. `changed`: the file is another one by now, as given; nothing was written. */
export type SaveOutcome =
  | { readonly kind: 'saved'; readonly requirement: RequirementDetail }
  | { readonly kind: 'changed'; readonly now: RequirementDetail }
  | { readonly kind: 'gone' }
  | { readonly kind: 'refused'; readonly error: unknown };

/** A text to be written. `baseSha256`: what it was made from; null: the file is to be a new one. */
export interface SaveWish {
  readonly name: string;
  readonly text: string;
  readonly baseSha256: string | null;
}

/** What can be done with requirement files of a project. Each says what came of it, with a way back. */
export function useRequirementChanges(project: string) {
  const queries = useQueryClient();
  const renew = (): Promise<void> => queries.invalidateQueries({ queryKey: KEYS.requirements(project) });
  const undo = useMutation({
    mutationFn: (undoToken: string) =>
      api.call('restoreRequirements', { params: { id: project }, body: { undoToken } }),
    onSuccess: ({ message }) => notify({ tone: 'info', text: message }),
    onError: tell,
    onSettled: renew,
  });
  const say = (text: string, undoToken: string): void =>
    notify({ tone: 'info', text, id: undoToken, action: { label: 'Undo', run: () => undo.mutate(undoToken) } });
  const save = useMutation({
    mutationFn: async (wish: SaveWish): Promise<SaveOutcome> => {
      try {
        const { requirement, undoToken, message } = await write(project, wish);
        say(message, undoToken);
        return { kind: 'saved', requirement };
      } catch (error) {
        noticeError(error);
        if (AppError.is(error, 'requirement_not_found')) return { kind: 'gone' };
        if (!AppError.is(error, 'requirement_changed')) return { kind: 'refused', error };
        return await changedMeanwhile(project, wish.name);
      }
    },
    onSettled: renew,
  });
  const rename = useMutation({
    mutationFn: ({ name, to, sha256 }: { readonly name: string; readonly to: string; readonly sha256: string }) =>
      api.call('renameRequirement', { params: { id: project, name }, body: { to }, ifMatch: sha256 }),
    onSuccess: ({ message, undoToken }) => say(message, undoToken),
    onError: noticeError,
    onSettled: renew,
  });
  const remove = useMutation({
    mutationFn: ({ name, sha256 }: { readonly name: string; readonly sha256: string }) =>
      api.call('deleteRequirement', { params: { id: project, name }, ifMatch: sha256 }),
    onSuccess: ({ message, undoToken }) => say(message, undoToken),
    onError: tell,
    onSettled: renew,
  });
  return { save, rename, remove };
}

async function write(project: string, { name, text, baseSha256 }: SaveWish) {
  return baseSha256 === null
    ? await api.call('createRequirement', { params: { id: project }, body: { name, text } })
    : await api.call('editRequirement', { params: { id: project, name }, body: { text }, ifMatch: baseSha256 });
}

async function changedMeanwhile(project: string, name: string): Promise<SaveOutcome> {
  try {
    return { kind: 'changed', now: await api.call('readRequirement', { params: { id: project, name } }) };
  } catch (error) {
    return AppError.is(error, 'requirement_not_found') ? { kind: 'gone' } : { kind: 'refused', error };
  }
}

function tell(error: unknown): void {
  noticeError(error);
  const { fact, hint } = describeError(error);
  notify({ tone: 'error', text: fact, hint });
}
