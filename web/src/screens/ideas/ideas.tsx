/** What may become a requirement one day, and what became of it. */
import { lazy, Suspense, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { IdeaView } from '../../../../src/contracts/idea-routes.ts';
import { ideasQuery, useIdeaChanges } from '../../data/ideas.ts';
import type { Tone } from '../../model/words.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { MoreIcon, PlusIcon } from '../../ui/icons.tsx';
import { Menu } from '../../ui/menu.tsx';
import type { MenuItem } from '../../ui/menu.tsx';
import { Section } from '../../ui/page.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { StatusLabel } from '../../ui/status.tsx';

const IdeaDialog = lazy(async () => ({ default: (await import('./idea-dialog.tsx')).IdeaDialog }));

const STATES: Readonly<Record<IdeaView['status'], { readonly tone: Tone; readonly word: string }>> = {
  idea: { tone: 'idle', word: 'Idea' },
  requirement: { tone: 'active', word: 'Is a requirement' },
  implemented: { tone: 'good', word: 'Implemented' },
};

/** See above. `onOpen` opens a requirement. */
export function Ideas({ project, onOpen }: { readonly project: string; readonly onOpen: (name: string) => void }) {
  const { data, error, refetch } = useQuery(ideasQuery(project));
  const [written, setWritten] = useState<IdeaView | 'new' | null>(null);
  return (
    <Section
      title="Ideas"
      note="What may become a requirement."
      actions={
        <Button onPress={() => setWritten('new')}>
          <PlusIcon /> Write an idea down
        </Button>
      }
    >
      {data === undefined && error === null && <Loading what="the ideas" />}
      {data === undefined && error !== null && <Failed error={error} onRetry={() => void refetch()} />}
      {data?.items.length === 0 && <p className="quiet">None yet. An idea needs nothing but a title.</p>}
      {data !== undefined && data.items.length > 0 && (
        <ul className="list" aria-label="Ideas">
          {data.items.map((idea) => (
            <IdeaRow key={idea.id} idea={idea} onWrite={() => setWritten(idea)} onOpen={onOpen} />
          ))}
        </ul>
      )}
      <Suspense>
        {written !== null && (
          <IdeaDialog project={project} idea={written === 'new' ? null : written} onClose={() => setWritten(null)} />
        )}
      </Suspense>
    </Section>
  );
}

function IdeaRow(props: {
  readonly idea: IdeaView;
  readonly onWrite: () => void;
  readonly onOpen: (name: string) => void;
}) {
  const { idea, onWrite, onOpen } = props;
  const { makeRequirement, setStatus, remove } = useIdeaChanges(idea.projectId);
  const [isAsking, setAsking] = useState(false);
  const { id, title, text, status, requirementName, taskId } = idea;
  const steer: MenuItem[] = [{ label: 'Change its words', run: onWrite }];
  if (status === 'idea')
    steer.push({ label: 'It is implemented', run: () => setStatus.mutate({ id, status: 'implemented' }) });
  else steer.push({ label: 'Make it an idea again', run: () => setStatus.mutate({ id, status: 'idea' }) });
  return (
    <li className="list-row idea-row">
      <StatusLabel {...STATES[status]} />
      <div className="idea-text">
        <span className="strong">{title}</span>
        {text.trim() !== '' && <span className="quiet idea-words">{text}</span>}
      </div>
      <div className="row row-wrap">
        {status === 'idea' && (
          <Button
            size="s"
            label={`Make a requirement of ${title}`}
            onPress={() => makeRequirement.mutate(id, { onSuccess: ({ requirement }) => onOpen(requirement.name) })}
          >
            Make a requirement
          </Button>
        )}
        {status === 'requirement' && requirementName !== null && (
          <Button size="s" kind="quiet" onPress={() => onOpen(requirementName)}>
            {requirementName}
          </Button>
        )}
        {taskId !== null && (
          <Link to="/tasks/$taskId" params={{ taskId }}>
            Its task
          </Link>
        )}
        <Menu
          label={`Actions for the idea ${title}`}
          button={<MoreIcon />}
          groups={[{ items: steer }, { items: [{ label: 'Forget it…', run: () => setAsking(true), isDanger: true }] }]}
        />
      </div>
      <Confirm
        title={`Forget ${title}?`}
        text="Its words are gone then; a requirement that was made of it stays."
        action="Forget it"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => remove.mutate(id)}
      />
    </li>
  );
}
