/** The requirement files of a project, to make a batch of. */
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ProjectView } from '../../../../src/contracts/views.ts';
import { requirementsQuery } from '../../data/queries.ts';
import { Command } from '../../ui/command.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { Failed, FirstRun, Loading, NoMatch } from '../../ui/states.tsx';
import { CreateBar } from '../create-bar.tsx';
import { RequirementPicker } from '../requirement-picker.tsx';

const route = getRouteApi('/projects/$projectId');

/** See above. */
export function Requirements({ project }: { readonly project: ProjectView }) {
  const { q = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(requirementsQuery(project.id));
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  if (data === undefined) {
    return error === null ? (
      <Loading what="the requirements" />
    ) : (
      <Failed error={error} onRetry={() => void refetch()} />
    );
  }
  if (data.items.length === 0) {
    return (
      <FirstRun
        title="No requirement files"
        text="Write Markdown files into .claude/commands of this project; they appear here."
      >
        <Command text={`mkdir -p '${project.path.replaceAll("'", String.raw`'\''`)}/.claude/commands'`} />
      </FirstRun>
    );
  }
  const words = q.toLowerCase();
  const shown = data.items.filter((item) => `${item.name} ${item.title}`.toLowerCase().includes(words));
  const setQuery = (text: string): void => {
    void navigate({ search: () => (text === '' ? {} : { q: text }), replace: true });
  };
  const names = data.items.filter((item) => chosen.has(item.name)).map((item) => item.name);
  return (
    <div className="stack">
      <div className="filter-bar">
        <SearchField label="Search by name" value={q} onChange={setQuery} />
      </div>
      {shown.length === 0 ? (
        <NoMatch what="requirement" onClear={() => setQuery('')} />
      ) : (
        <RequirementPicker project={project.name} items={shown} chosen={chosen} onChoose={setChosen} />
      )}
      <CreateBar chosen={names.map((requirementName) => ({ projectId: project.id, requirementName }))} />
    </div>
  );
}
