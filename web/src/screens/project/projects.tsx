/** The registered repositories, and adding one. */
import { useState } from 'react';
import type { FormEvent } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useCommand } from '../../data/commands.ts';
import { describeError } from '../../data/describe-error.ts';
import { KEYS, projectsQuery, requirementsQuery } from '../../data/queries.ts';
import { plural } from '../../model/format.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/fields.tsx';
import { Page } from '../../ui/page.tsx';
import { Failed, FirstRun, Loading } from '../../ui/states.tsx';

/** See above. */
export function Projects() {
  const { data, error, refetch } = useQuery(projectsQuery());
  return (
    <Page title="Projects" lead="Repositories whose requirement files can be worked through.">
      <AddProject />
      {data === undefined && error === null && <Loading what="the projects" />}
      {data === undefined && error !== null && <Failed error={error} onRetry={() => void refetch()} />}
      {data?.items.length === 0 && (
        <FirstRun
          title="No project yet"
          text="Enter the path of a git repository on this machine. Nothing in it is changed by adding it."
        />
      )}
      {data !== undefined && data.items.length > 0 && (
        <ul className="list">
          {data.items.map((project) => (
            <li key={project.id} className="list-row project-row">
              <Link to="/projects/$projectId" params={{ projectId: project.id }} className="strong">
                {project.name}
              </Link>
              <code className="quiet cut-text">{project.path}</code>
              <RequirementCount project={project.id} />
            </li>
          ))}
        </ul>
      )}
    </Page>
  );
}

function RequirementCount({ project }: { readonly project: string }) {
  const { data, error } = useQuery(requirementsQuery(project));
  if (error !== null) return <span className="problem">cannot be read</span>;
  return <span className="quiet number">{data === undefined ? '' : plural(data.items.length, 'requirement')}</span>;
}

function AddProject() {
  const [path, setPath] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const add = useCommand('addProject', (project) => `${project.name} was added.`);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setProblem(null);
    add.mutate(
      { body: { path: path.trim() } },
      {
        onSuccess: (project) => {
          void queries.invalidateQueries({ queryKey: KEYS.projects });
          void navigate({ to: '/projects/$projectId', params: { projectId: project.id } });
        },
        onError: (error) => {
          const { fact, hint } = describeError(error);
          setProblem(hint === null ? fact : `${fact} ${hint}`);
        },
      },
    );
  };
  return (
    <form className="form" onSubmit={submit}>
      <TextField
        label="Path of a repository"
        isCode
        isRequired
        autoComplete="off"
        placeholder="/home/me/code/shop"
        value={path}
        onChange={setPath}
        problem={problem}
      />
      <Button type="submit" kind="primary" isPending={add.isPending}>
        Add project
      </Button>
    </form>
  );
}
