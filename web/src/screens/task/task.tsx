/** A task: what became of it; its log, its change, its checks and the prompts that its agent got. */
import { lazy, Suspense } from 'react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { TaskDetail } from '../../../../src/contracts/views.ts';
import { useTaskActions } from '../../data/batches.ts';
import { taskQuery } from '../../data/queries.ts';
import { stepWord } from '../../model/words.ts';
import { Button } from '../../ui/button.tsx';
import { Page } from '../../ui/page.tsx';
import { useShortcut } from '../../ui/shortcuts.ts';
import { Failed, Loading } from '../../ui/states.tsx';
import { TaskStatusLabel } from '../../ui/status.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import type { TabPart } from '../../ui/tabs.tsx';
import { LogPanel } from './log-panel.tsx';
import { TaskFacts } from './task-facts.tsx';
import { TaskHistory } from './task-history.tsx';
import { TaskNow } from './task-now.tsx';
import '../../styles/task.css';

const Changes = lazy(async () => ({ default: (await import('./changes.tsx')).Changes }));
const Checks = lazy(async () => ({ default: (await import('./checks.tsx')).Checks }));
const Prompts = lazy(async () => ({ default: (await import('./prompts.tsx')).Prompts }));

const route = getRouteApi('/tasks/$taskId');

const PARTS = ['log', 'changes', 'checks', 'prompt'] as const;
type Part = (typeof PARTS)[number];

/** See above. */
export function Task() {
  const { taskId } = route.useParams();
  const { data: task, error, refetch } = useQuery(taskQuery(taskId));
  if (task === undefined) {
    return (
      <Page title="Task">
        {error === null ? <Loading what="the task" /> : <Failed error={error} onRetry={() => void refetch()} />}
      </Page>
    );
  }
  return (
    <Page
      title={task.name}
      above={
        <>
          <Link to="/">Tonight</Link> /
          <Link to="/batches/$batchId" params={{ batchId: task.batchId }}>
            {task.batchName}
          </Link>
        </>
      }
      beside={<TaskStatusLabel task={task} />}
      actions={<TaskActions task={task} />}
    >
      <TaskNow task={task} />
      {task.failure !== null && (
        <p className="banner banner-bad">
          <span>
            <strong>Failed while {stepWord(task.failure.step).toLowerCase()}.</strong> {task.failure.message}
          </span>
        </p>
      )}
      <div className="task-layout">
        <Parts task={task} />
        <aside className="task-side" aria-label="About this task">
          <TaskFacts task={task} />
          <TaskHistory task={task} />
        </aside>
      </div>
    </Page>
  );
}

function Parts({ task }: { readonly task: TaskDetail }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const part = PARTS.find((each) => each === search.part) ?? 'log';
  const show = (next: Part): void => void navigate({ search: next === 'log' ? {} : { part: next } });
  useShortcut('1', 'Log', () => show('log'));
  useShortcut('2', 'Changes', () => show('changes'));
  useShortcut('3', 'Checks', () => show('checks'));
  useShortcut('4', 'Prompt', () => show('prompt'));
  const later = (children: React.ReactNode) => <Suspense fallback={<Loading what="this part" />}>{children}</Suspense>;
  const parts: readonly TabPart<Part>[] = [
    {
      value: 'log',
      label: 'Log',
      panel: () => (
        <LogPanel task={task} search={search} onSearch={(next) => void navigate({ search: next, replace: true })} />
      ),
    },
    {
      value: 'changes',
      label: 'Changes',
      panel: () =>
        later(
          <Changes
            task={task}
            view={search.view === 'split' ? 'split' : 'unified'}
            isSpaceIgnored={search.space === 'ignored'}
            onChange={({ view, isSpaceIgnored }) =>
              void navigate({
                search: {
                  part: 'changes',
                  ...(view === 'split' ? { view } : {}),
                  ...(isSpaceIgnored ? { space: 'ignored' } : {}),
                },
                replace: true,
              })
            }
          />,
        ),
    },
    { value: 'checks', label: 'Checks', panel: () => later(<Checks task={task} />) },
    { value: 'prompt', label: 'Prompt', panel: () => later(<Prompts task={task} />) },
  ];
  return <Tabs label="Parts of the task" parts={parts} value={part} onChange={show} />;
}

function TaskActions({ task }: { readonly task: TaskDetail }) {
  const { isBusy, cancel, retry } = useTaskActions(task);
  if (task.status === 'completed') return null;
  if (task.status === 'failed' || task.status === 'skipped' || task.status === 'cancelled') {
    return (
      <Button isPending={isBusy} onPress={retry}>
        Try again
      </Button>
    );
  }
  return (
    <Button isPending={isBusy} onPress={cancel}>
      Cancel this task
    </Button>
  );
}
