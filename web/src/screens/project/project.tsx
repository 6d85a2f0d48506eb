/** A project: its requirements, its settings, whether a night can work here. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import type { ProjectView } from '../../../../src/contracts/views.ts';
import { useCommand } from '../../data/commands.ts';
import { useProject } from '../../data/projects.ts';
import { KEYS } from '../../data/queries.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Requirements } from '../requirements/requirements.tsx';
import { Findings } from './findings.tsx';
import { Origins } from './origins.tsx';
import { SettingsForm } from './settings-form.tsx';
import { TryVerification } from './try-verification.tsx';
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
    settings: () => (
      <>
        <SettingsForm key={JSON.stringify(project.settings)} project={project} />
        <TryVerification project={project.id} />
        <Origins project={project.id} />
        <Remove project={project} />
      </>
    ),
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
    <Section
      title="Remove the project"
      note="It is only forgotten: nothing in the repository changes."
      actions={<Button onPress={() => setAsking(true)}>Remove…</Button>}
    >
      <Confirm
        title={`Remove ${project.name}?`}
        text="It is only forgotten: nothing in the repository changes."
        action="Remove the project"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={go}
      />
    </Section>
  );
}
