/** A new batch, from requirements of one or several projects. */
import { useState } from 'react';
import { useQueries, useQuery } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { RouteAnswer } from '../../../src/contracts/http.ts';
import type { ProjectView } from '../../../src/contracts/views.ts';
import { projectsQuery, requirementsQuery } from '../data/queries.ts';
import { Page } from '../ui/page.tsx';
import { SearchField } from '../ui/search-field.tsx';
import { Failed, FirstRun, HowTo, Loading, NoMatch } from '../ui/states.tsx';
import { CreateBar } from './create-bar.tsx';
import { RequirementPicker } from './requirement-picker.tsx';

const route = getRouteApi('/new');

/** See above. */
export function NewBatch() {
  const { project: only } = route.useSearch();
  const projects = useQuery(projectsQuery());
  const items = (projects.data?.items ?? []).filter((project) => only === undefined || project.id === only);
  const lists = useQueries({ queries: items.map((project) => requirementsQuery(project.id)) });
  const isLoading = projects.isPending || lists.some((list) => list.isPending);
  return (
    <Page
      title="New batch"
      above={<Link to="/">Tonight</Link>}
      lead="Tasks run one after the other, in this order; each ends in one commit."
    >
      <ProjectsProblem />
      {isLoading && projects.error === null && <Loading what="the requirements" />}
      {/* All at once: a list that comes late would push the others away from under a finger. */}
      {!isLoading && projects.data !== undefined && (
        <Choice
          only={only}
          groups={items.flatMap((project, at) => {
            const list = lists[at];
            return list === undefined ? [] : [{ project, list }];
          })}
        />
      )}
    </Page>
  );
}

interface Group {
  readonly project: ProjectView;
  readonly list: UseQueryResult<RouteAnswer<'listRequirements'>>;
}

/** The requirements of each project, and what is made of those that are chosen. */
function Choice({ only, groups }: { readonly only: string | undefined; readonly groups: readonly Group[] }) {
  const { q = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const [chosen, setChosen] = useState<ReadonlyMap<string, ReadonlySet<string>>>(new Map());
  const setQuery = (text: string): void => {
    void navigate({
      search: () => ({ ...(only === undefined ? {} : { project: only }), ...(text === '' ? {} : { q: text }) }),
      replace: true,
    });
  };
  if (groups.every(({ list }) => list.data?.items.length === 0)) {
    return <NoRequirement project={groups[0]?.project.id} />;
  }
  const words = q.toLowerCase();
  const fitting = groups.map(({ project, list }) => ({
    project,
    list,
    shown: (list.data?.items ?? []).filter((item) => `${item.name} ${item.title}`.toLowerCase().includes(words)),
  }));
  const tasks = [...chosen].flatMap(([projectId, names]) =>
    [...names].map((requirementName) => ({ projectId, requirementName })),
  );
  return (
    <>
      <SearchField label="Search by name" value={q} onChange={setQuery} />
      {fitting.map(({ project, list, shown }) =>
        list.error !== null && list.data === undefined ? (
          <Failed key={project.id} error={list.error} onRetry={() => void list.refetch()} />
        ) : (
          shown.length > 0 && (
            <RequirementPicker
              key={project.id}
              project={project.name}
              items={shown}
              chosen={chosen.get(project.id) ?? new Set()}
              onChoose={(names) => setChosen(new Map(chosen).set(project.id, names))}
            />
          )
        ),
      )}
      {fitting.every(({ list, shown }) => list.data !== undefined && shown.length === 0) && (
        <NoMatch what="requirement" onClear={() => setQuery('')} />
      )}
      <CreateBar chosen={tasks} />
    </>
  );
}

function ProjectsProblem() {
  const { data, error, refetch } = useQuery(projectsQuery());
  return error !== null && data === undefined && <Failed error={error} onRetry={() => void refetch()} />;
}

/** `project`: where the first one is written; undefined: there is none yet. */
function NoRequirement({ project }: { readonly project: string | undefined }) {
  if (project === undefined) {
    return (
      <FirstRun title="No project yet" text="A batch is made of the requirements of projects. Begin with a project.">
        <Link to="/projects" className="button button-primary">
          Add a project
        </Link>
      </FirstRun>
    );
  }
  return (
    <FirstRun
      title="No requirement files yet"
      text="A requirement is a Markdown file in .claude/commands of a project: a title, and what is to be done."
    >
      <Link
        to="/projects/$projectId"
        params={{ projectId: project }}
        search={{ write: 'new' }}
        className="button button-primary"
      >
        Write the first one
      </Link>
      <HowTo command="mkdir -p .claude/commands && $EDITOR .claude/commands/first-task.md">
        Or in your repository:
      </HowTo>
    </FirstRun>
  );
}
