/** A project: its requirements, whether a night can work here, where its settings come from. */
import { useState } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import type { ProjectView } from '../../../src/contracts/views.ts';
import { useCommand } from '../data/commands.ts';
import { configurationQuery, KEYS, preflightQuery, projectsQuery, requirementsQuery } from '../data/queries.ts';
import { Button } from '../ui/button.tsx';
import { Command } from '../ui/command.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { Page } from '../ui/page.tsx';
import { SearchField } from '../ui/search-field.tsx';
import { Failed, FirstRun, Loading, NoMatch } from '../ui/states.tsx';
import { StatusLabel } from '../ui/status.tsx';
import { CreateBar } from './create-bar.tsx';
import { RequirementPicker } from './requirement-picker.tsx';

const route = getRouteApi('/projects/$projectId');

/** See above. */
export function Project() {
  const { projectId } = route.useParams();
  const { data, error, refetch } = useQuery(projectsQuery());
  const project = data?.items.find((each) => each.id === projectId);
  if (project === undefined) {
    return (
      <Page title="Project" above={<Link to="/projects">Projects</Link>}>
        {data !== undefined && <p>This project is not registered (any more).</p>}
        {data === undefined && error === null && <Loading what="the project" />}
        {data === undefined && error !== null && <Failed error={error} onRetry={() => void refetch()} />}
      </Page>
    );
  }
  return (
    <Page
      title={project.name}
      above={<Link to="/projects">Projects</Link>}
      lead={<code>{project.path}</code>}
      actions={<Remove project={project} />}
    >
      <Findings project={project.id} />
      <Requirements project={project} />
      <Configuration project={project.id} />
    </Page>
  );
}

function Remove({ project }: { readonly project: ProjectView }) {
  const [isAsking, setAsking] = useState(false);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const remove = useCommand('removeProject', () => `${project.name} was removed. Its files are as they were.`);
  const go = (): void =>
    remove.mutate(
      { params: { id: project.id } },
      {
        onSuccess: () => {
          void queries.invalidateQueries({ queryKey: KEYS.projects });
          void navigate({ to: '/projects' });
        },
      },
    );
  return (
    <>
      <Button onPress={() => setAsking(true)}>Remove…</Button>
      <Confirm
        title={`Remove ${project.name}?`}
        text="It is only forgotten: nothing in the repository changes."
        action="Remove the project"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={go}
      />
    </>
  );
}

function Findings({ project }: { readonly project: string }) {
  const { data } = useQuery(preflightQuery(project));
  const findings = data?.findings.filter(({ level }) => level !== 'info') ?? [];
  if (findings.length === 0) return null;
  return (
    <section className="section">
      <h2>Before a night here</h2>
      <ul className="next-list">
        {findings.map((finding) => (
          <li key={`${finding.code} ${finding.message}`}>
            <StatusLabel tone={finding.level === 'error' ? 'bad' : 'wait'} word={finding.message} />
            {finding.repair !== null && <Command text={finding.repair} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Requirements({ project }: { readonly project: ProjectView }) {
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
    <section className="section">
      <h2>Requirements</h2>
      <SearchField label="Search by name" value={q} onChange={setQuery} />
      {shown.length === 0 ? (
        <NoMatch what="requirement" onClear={() => setQuery('')} />
      ) : (
        <RequirementPicker project={project.name} items={shown} chosen={chosen} onChoose={setChosen} />
      )}
      <CreateBar chosen={names.map((requirementName) => ({ projectId: project.id, requirementName }))} />
    </section>
  );
}

function Configuration({ project }: { readonly project: string }) {
  const { data, error, refetch } = useQuery(configurationQuery(project));
  if (data === undefined) return error === null ? null : <Failed error={error} onRetry={() => void refetch()} />;
  return (
    <section className="section">
      <h2>Settings</h2>
      <p className="quiet">Where each value comes from; the last source that sets it wins.</p>
      <div className="table-box" tabIndex={0} role="region" aria-label="Settings">
        <table>
          <thead>
            <tr>
              <th scope="col">Setting</th>
              <th scope="col">Value</th>
              <th scope="col">From</th>
            </tr>
          </thead>
          <tbody>
            {data.origins.map((origin) => (
              <tr key={origin.key}>
                <th scope="row">
                  <code>{origin.key}</code>
                </th>
                <td>
                  <code>{JSON.stringify(origin.value)}</code>
                </td>
                <td className="quiet">{origin.file ?? origin.source}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
