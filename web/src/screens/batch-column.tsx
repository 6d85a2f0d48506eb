/** A batch as a column of tonight. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { BatchSummary, BatchView, TaskView } from '../../../src/contracts/views.ts';
import { batchQuery, progressQuery } from '../data/queries.ts';
import { dollars, duration } from '../model/format.ts';
import { forecast, progressSentence } from '../model/progress.ts';
import { holdSentence, laneSentence, taskTone, taskWord, waitSentence } from '../model/words.ts';
import { StatusIcon } from '../ui/icons.tsx';
import { Failed, Loading } from '../ui/states.tsx';
import { BatchStatus, Weave } from '../ui/status.tsx';
import { Elapsed, useNow } from '../ui/time.tsx';
import { BatchActions } from './batch-actions.tsx';
import { range } from './forecast-text.ts';
import { placesOf, TaskMenu } from './task-menu.tsx';

/** Longer queues are on the batch's own page. */
const MAX_QUEUED = 40;

/** See above. `summary` is shown until the tasks are there. */
export function BatchColumn({ summary }: { readonly summary: BatchSummary }) {
  const { data, error, refetch } = useQuery(batchQuery(summary.id));
  const batch = data ?? summary;
  return (
    <article className={`column column-${batch.status}`} aria-label={batch.name}>
      <header className="column-head">
        <div className="row row-between">
          <BatchStatus batch={batch} />
          <BatchActions batch={batch} />
        </div>
        <h2>
          <Link to="/batches/$batchId" params={{ batchId: batch.id }}>
            {batch.name}
          </Link>
        </h2>
        <p className="quiet">
          {batch.projects.map(({ project }) => project).join(', ')}
          {batch.branch !== null && <span className="branch"> on {batch.branch}</span>}
        </p>
        <Weave counts={batch.counts} label={`Progress of ${batch.name}`} />
        <p className="quiet number">
          {progressSentence(batch.counts)}
          {batch.costUsd !== null && ` · ${dollars(batch.costUsd)}`}
        </p>
        <Hold batch={batch} />
        {data !== undefined && <Left batch={data} />}
      </header>
      {data !== undefined && <Tasks batch={data} />}
      {data === undefined && error === null && <Loading what="tasks" />}
      {data === undefined && error !== null && <Failed error={error} onRetry={() => void refetch()} />}
    </article>
  );
}

/** Why the batch is not working. */
export function Hold({ batch }: { readonly batch: BatchSummary }) {
  const now = useNow();
  if (batch.status !== 'running') return null;
  const text = batch.hold === null ? laneSentence(batch) : holdSentence(batch.hold, now);
  if (text === null) return null;
  return (
    <p className="hold">
      <StatusIcon tone="wait" />
      <span>{text}</span>
    </p>
  );
}

function Left({ batch }: { readonly batch: BatchView }) {
  const found = forecast(batch.tasks, useNow());
  if (found === null || batch.status !== 'running') return null;
  return <p className="quiet number">About {range(found)} of work left</p>;
}

function Tasks({ batch }: { readonly batch: BatchView }) {
  const places = placesOf(batch.tasks);
  const done = batch.tasks.filter((task) => task.status === 'completed');
  const bad = batch.tasks.filter((task) => ['failed', 'skipped', 'cancelled'].includes(task.status));
  const active = batch.tasks.filter((task) => task.status === 'running' || task.status === 'waiting');
  const queued = batch.tasks.filter((task) => places.has(task.id));
  return (
    <div className="column-tasks">
      {done.length > 0 && (
        <details>
          <summary>{done.length} done</summary>
          <Rows tasks={done} places={places} />
        </details>
      )}
      <Rows tasks={bad} places={places} />
      <Rows tasks={active} places={places} />
      <Rows tasks={queued.slice(0, MAX_QUEUED)} places={places} />
      {queued.length > MAX_QUEUED && (
        <Link to="/batches/$batchId" params={{ batchId: batch.id }} className="more-link">
          {queued.length - MAX_QUEUED} more
        </Link>
      )}
    </div>
  );
}

function Rows({
  tasks,
  places,
}: {
  readonly tasks: readonly TaskView[];
  readonly places: ReturnType<typeof placesOf>;
}) {
  if (tasks.length === 0) return null;
  return (
    <ul className="task-rows">
      {tasks.map((task) => (
        <li key={task.id} className={`task-row task-row-${task.status}`}>
          <StatusIcon tone={taskTone(task.status)} />
          <div className="task-main">
            <Link to="/tasks/$taskId" params={{ taskId: task.id }}>
              {task.name}
            </Link>
            <TaskLine task={task} />
          </div>
          <TaskMenu task={task} place={places.get(task.id) ?? null} />
        </li>
      ))}
    </ul>
  );
}

function TaskLine({ task }: { readonly task: TaskView }) {
  if (task.status === 'queued' || task.status === 'idle') return <span className="visually-hidden">Queued</span>;
  if (task.status === 'running') return <RunningLine task={task} />;
  if (task.status === 'waiting') return <WaitingLine task={task} />;
  return (
    <span className="task-line">
      {taskWord(task)}
      {task.durationMs > 0 && ` · ${duration(task.durationMs)}`}
      {task.status === 'failed' && task.failure !== null && ` · ${task.failure.message}`}
    </span>
  );
}

function WaitingLine({ task }: { readonly task: TaskView }) {
  return <span className="task-line">{waitSentence(task, useNow())}</span>;
}

function RunningLine({ task }: { readonly task: TaskView }) {
  const { data } = useQuery(progressQuery(task.id, true));
  const progress = data?.progress;
  return (
    <span className="task-line">
      {taskWord(task)}
      {task.startedAt !== null && (
        <>
          {' · '}
          <Elapsed since={task.startedAt} />
        </>
      )}
      {progress?.lastTool != null && ` · ${progress.lastTool}`}
      {progress != null && progress.turns > 0 && ` · turn ${progress.turns}`}
    </span>
  );
}
