/** The settings of a project: changed, tried, explained; and its removal. */
import { useState } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ProjectView } from '../../../../src/contracts/views.ts';
import { useCommand } from '../../data/commands.ts';
import { configurationQuery, KEYS } from '../../data/queries.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Section } from '../../ui/page.tsx';
import { Loading } from '../../ui/states.tsx';
import { Origins } from './origins.tsx';
import { SettingsForm } from './settings-form.tsx';
import { TryVerification } from './try-verification.tsx';

/**
 * See above. Shown when the values in force are known, or cannot be: they change how high the form is, and what is below
 * it must not move away from under a finger.
 */
export function ProjectSettings({ project }: { readonly project: ProjectView }) {
  const { isPending } = useQuery(configurationQuery(project.id));
  if (isPending) return <Loading what="the settings" />;
  return (
    <>
      <SettingsForm key={JSON.stringify(project.settings)} project={project} />
      <TryVerification project={project.id} />
      <Origins project={project.id} />
      <Remove project={project} />
    </>
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
