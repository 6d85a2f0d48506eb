/** The requirements of a project as cards: found, written, changed, and put into batches. */
import { lazy, Suspense, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ProjectView } from '../../../../src/contracts/views.ts';
import { requirementsQuery } from '../../data/queries.ts';
import { Button } from '../../ui/button.tsx';
import { PlusIcon } from '../../ui/icons.tsx';
import { useShortcut } from '../../ui/shortcuts.ts';
import { Failed, FirstRun, HowTo, Loading } from '../../ui/states.tsx';
import type { AskSubject } from '../background/ask-dialog.tsx';
import { AskedStrip } from '../background/asked-strip.tsx';
import { Ideas } from '../ideas/ideas.tsx';
import { RequirementCards } from './requirement-cards.tsx';
import '../../styles/requirements.css';

const RequirementEditor = lazy(async () => ({ default: (await import('./requirement-editor.tsx')).RequirementEditor }));

const AskDialog = lazy(async () => ({ default: (await import('../background/ask-dialog.tsx')).AskDialog }));
const ResultDialog = lazy(async () => ({ default: (await import('../background/result-dialog.tsx')).ResultDialog }));

const route = getRouteApi('/projects/$projectId');

/** See above. What is written, filtered or looked at is in the address: a link leads there. */
export function Requirements({ project }: { readonly project: ProjectView }) {
  const { data, error, refetch } = useQuery(requirementsQuery(project.id));
  const { open, show, close } = usePlaces();
  const { result: looked } = route.useSearch();
  const [subject, setSubject] = useState<AskSubject | null>(null);
  useShortcut('c', 'Write a requirement', () => open(null));
  return (
    <div className="stack">
      <AskedStrip project={project.id} looked={looked} onOpen={show} />
      {data === undefined && error === null && <Loading what="the requirements" />}
      {data === undefined && error !== null && <Failed error={error} onRetry={() => void refetch()} />}
      {data?.items.length === 0 && (
        <NoneYet project={project} onWrite={() => open(null)} onAsk={() => setSubject({ kind: 'generate' })} />
      )}
      {data !== undefined && data.items.length > 0 && (
        <RequirementCards project={project} items={data.items} onOpen={open} onAsk={setSubject} />
      )}
      {data !== undefined && <Ideas project={project.id} onOpen={open} />}
      <Dialogs project={project.id} onClose={close} />
      <Suspense>
        {subject !== null && (
          <AskDialog
            project={project.id}
            subject={subject}
            onClose={() => setSubject(null)}
            onStarted={(taskId) => {
              setSubject(null);
              show(taskId);
            }}
          />
        )}
      </Suspense>
    </div>
  );
}

type Search = ReturnType<typeof route.useSearch>;

/** Ways to what lies over the list; each has an address. */
function usePlaces() {
  const navigate = route.useNavigate();
  return {
    /** A requirement; null: a new one. */
    open: (name: string | null): void =>
      void navigate({
        search: (before) => ({ ...plain(before), ...(name === null ? { write: 'new' } : { edit: name }) }),
      }),
    /** A background task. */
    show: (taskId: string): void => void navigate({ search: (before) => ({ ...plain(before), result: taskId }) }),
    close: (): void => void navigate({ search: plain, replace: true }),
  };
}

/** Without what lies over the list. */
function plain({ edit: _edit, write: _write, result: _result, ...rest }: Search): Search {
  return rest;
}

function Dialogs({ project, onClose }: { readonly project: string; readonly onClose: () => void }) {
  const { edit, write, result } = route.useSearch();
  return (
    <Suspense>
      {(edit !== undefined || write !== undefined) && (
        <RequirementEditor key={edit ?? ''} project={project} name={edit ?? null} onClose={onClose} />
      )}
      {result !== undefined && <ResultDialog key={result} taskId={result} onClose={onClose} />}
    </Suspense>
  );
}

function NoneYet(props: { readonly project: ProjectView; readonly onWrite: () => void; readonly onAsk: () => void }) {
  const { project, onWrite, onAsk } = props;
  const folder = `${project.path.replaceAll("'", String.raw`'\''`)}/.claude/commands`;
  return (
    <FirstRun
      title="No requirement files"
      text="A requirement is a Markdown file in .claude/commands: a title, and what is to be done. An agent works from nothing else."
    >
      <div className="row row-center">
        <Button kind="primary" onPress={onWrite}>
          <PlusIcon /> Write the first one
        </Button>
        <Button onPress={onAsk}>Generate some…</Button>
      </div>
      <HowTo command={`mkdir -p '${folder}'`}>Or put files into the folder; they appear here:</HowTo>
    </FirstRun>
  );
}
