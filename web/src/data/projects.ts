/** Projects for pages. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { AppError } from '../../../src/contracts/errors.ts';
import type { ProjectView } from '../../../src/contracts/views.ts';
import { useCommand } from './commands.ts';
import { KEYS, projectsQuery } from './queries.ts';

/** One project; undefined while it is not known, null if it is not registered (any more). */
export function useProject(id: string) {
  const { data, error, refetch } = useQuery(projectsQuery());
  const project = data === undefined ? undefined : (data.items.find((each) => each.id === id) ?? null);
  return { project, error, refetch };
}

/** Keeps settings of a project in the database; they win over its file. */
export function useSaveSettings({ id, name }: ProjectView) {
  const queries = useQueryClient();
  const save = useCommand('setProjectSettings', () => `Settings of ${name} saved.`);
  return {
    isSaving: save.isPending,
    /** Mistakes by setting, from the last try. */
    mistakes: mistakesOf(save.error),
    save: (settings: ProjectView['settings'], onSaved: () => void) =>
      save.mutate(
        { params: { id }, body: settings },
        {
          onSuccess: () => {
            onSaved();
            void queries.invalidateQueries({ queryKey: KEYS.projects });
            void queries.invalidateQueries({ queryKey: ['configuration', id] });
          },
        },
      ),
  };
}

function mistakesOf(error: unknown): ReadonlyMap<string, string> {
  const fields = AppError.is(error) ? error.details['fields'] : undefined;
  if (!Array.isArray(fields)) return new Map();
  return new Map(
    fields.flatMap((field: unknown): [string, string][] => {
      if (typeof field !== 'object' || field === null) return [];
      const path = 'path' in field ? field.path : null;
      const message = 'message' in field ? field.message : null;
      return typeof path === 'string' && typeof message === 'string' ? [[path, message]] : [];
    }),
  );
}
