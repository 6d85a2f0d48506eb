/** The registered repositories, and adding one. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { projectsQuery, requirementsQuery } from '../../data/queries.ts';
import { plural } from '../../model/format.ts';
import { Page } from '../../ui/page.tsx';
import { Failed, FirstRun, Loading } from '../../ui/states.tsx';
import { AddProject } from './add-project.tsx';
import '../../styles/project.css';

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
