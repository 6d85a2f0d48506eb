/** A task: what became of it; its log, its change, its checks and the prompts that its agent got. */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { TaskDetail } from '../../../../src/contracts/views.ts';
import { useTaskActions } from '../../data/batches.ts';
import { taskQuery } from '../../data/queries.ts';
import { stepWord } from '../../model/words.ts';
import { Button } from '../../ui/button.tsx';
import { Page } from '../../ui/page.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { TaskStatusLabel } from '../../ui/status.tsx';
import { LogPanel } from './log-panel.tsx';
import { TaskFacts } from './task-facts.tsx';
import { TaskHistory } from './task-history.tsx';
import { TaskNow } from './task-now.tsx';
import '../../styles/task.css';

const route = getRouteApi('/tasks/$taskId');

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
        <Log task={task} />
        <aside className="task-side" aria-label="About this task">
          <TaskFacts task={task} />
          <TaskHistory task={task} />
        </aside>
      </div>
    </Page>
  );
}

function Log({ task }: { readonly task: TaskDetail }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return <LogPanel task={task} search={search} onSearch={(next) => void navigate({ search: next, replace: true })} />;
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
