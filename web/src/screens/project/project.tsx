/** A project: its requirements, its settings, whether a night can work here. */
import type { ReactNode } from 'react';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useProject } from '../../data/projects.ts';
import { Page } from '../../ui/page.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Requirements } from '../requirements/requirements.tsx';
import { Findings } from './findings.tsx';
import { ProjectSettings } from './project-settings.tsx';
import '../../styles/project.css';

const route = getRouteApi('/projects/$projectId');

const PARTS = ['requirements', 'settings', 'check'] as const;
type Part = (typeof PARTS)[number];
const PART_WORDS: Readonly<Record<Part, string>> = {
  requirements: 'Requirements',
  settings: 'Settings',
  check: 'Before a night',
};

/** See above. */
export function Project() {
  const { projectId } = route.useParams();
  const { part: wanted } = route.useSearch();
  const navigate = route.useNavigate();
  const { project, error, refetch } = useProject(projectId);
  const above = <Link to="/projects">Projects</Link>;
  if (project === undefined || project === null) {
    return (
      <Page title="Project" above={above}>
        {project === null && <p>This project is not registered (any more).</p>}
        {project === undefined && error === null && <Loading what="the project" />}
        {project === undefined && error !== null && <Failed error={error} onRetry={() => void refetch()} />}
      </Page>
    );
  }
  const panels: Readonly<Record<Part, () => ReactNode>> = {
    requirements: () => <Requirements project={project} />,
    settings: () => <ProjectSettings project={project} />,
    check: () => <Findings project={project.id} />,
  };
  return (
    <Page title={project.name} above={above} lead={<code>{project.path}</code>}>
      <Tabs
        label="Parts of the project"
        value={PARTS.find((each) => each === wanted) ?? 'requirements'}
        onChange={(part) => void navigate({ search: part === 'requirements' ? {} : { part } })}
        parts={PARTS.map((value) => ({ value, label: PART_WORDS[value], panel: panels[value] }))}
      />
    </Page>
  );
}
