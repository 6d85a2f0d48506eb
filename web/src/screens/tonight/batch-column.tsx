/** A batch as a column of tonight. */
import { Link } from '@tanstack/react-router';
import type { BatchSummary, BatchView, TaskView } from '../../../../src/contracts/views.ts';
import { useBatch, useBatchProgress } from '../../data/batches.ts';
import { dollars } from '../../model/format.ts';
import { tasksHeight } from '../../model/column-height.ts';
import { placeWord } from '../../model/lanes.ts';
import { progressSentence } from '../../model/progress.ts';
import { isMovable, placesOf } from '../../model/queue.ts';
import { useLoaded } from '../../ui/loaded.ts';
import { Failed, Loading } from '../../ui/states.tsx';
import { BatchStatus, Weave } from '../../ui/status.tsx';
import { BatchActions } from '../batch-actions.tsx';
import { range } from '../forecast-text.ts';
import { Hold } from '../hold.tsx';
import { TaskRows } from './task-rows.tsx';

/** Dragging is as large as the rest of the screen, which is shown before it. */
const loadQueue = async () => (await import('./task-queue.tsx')).TaskQueue;

/** Longer queues are on the batch's own page. */
const MAX_QUEUED = 40;

/** See {@link BatchColumn}. */
export interface BatchColumnProps {
  /** Shown until the tasks are there. */
  readonly summary: BatchSummary;
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (taskIds: ReadonlySet<string>) => void;
}

/** See above. */
export function BatchColumn({ summary, chosen, onChoose }: BatchColumnProps) {
  const { data, error, refetch } = useBatch(summary.id);
  const batch = data ?? summary;
  const place = placeWord(batch);
  return (
    <article className={`column column-${batch.status}`} aria-label={batch.name}>
      <header className="column-head">
        <div className="row row-between">
          <span className="row">
            <BatchStatus batch={batch} />
            {place !== null && <span className="place-word quiet">{place}</span>}
          </span>
          <BatchActions batch={batch} />
        </div>
        <h2>
          <Link to="/batches/$batchId" params={{ batchId: batch.id }}>
            {batch.name}
          </Link>
        </h2>
        <p className="quiet column-where">
          <span>{batch.projects.map(({ project }) => project).join(', ')}</span>
          {batch.branch !== null && <code title={batch.branch}>{batch.branch}</code>}
        </p>
        <Weave counts={batch.counts} label={`Progress of ${batch.name}`} />
        <p className="quiet number">
          {progressSentence(batch.counts)}
          {batch.costUsd !== null && ` · ${dollars(batch.costUsd)}`}
          {data !== undefined && <Left batch={data} />}
        </p>
        <Hold batch={batch} />
      </header>
      {data !== undefined && <Tasks batch={data} chosen={chosen} onChoose={onChoose} />}
      {data === undefined && error === null && (
        <div className="column-tasks" style={{ minHeight: tasksHeight(batch.counts, MAX_QUEUED) }}>
          <Loading what="tasks" />
        </div>
      )}
      {data === undefined && error !== null && <Failed error={error} onRetry={() => void refetch()} />}
    </article>
  );
}

function Left({ batch }: { readonly batch: BatchView }) {
  const { left } = useBatchProgress(batch);
  return left === null ? null : ` · about ${range(left)} left`;
}

function Tasks({ batch, chosen, onChoose }: { readonly batch: BatchView } & Omit<BatchColumnProps, 'summary'>) {
  const by = (fits: (task: TaskView) => boolean): TaskView[] => batch.tasks.filter(fits);
  const done = by(({ status }) => status === 'completed');
  const queued = by(isMovable);
  const shown = queued.slice(0, MAX_QUEUED);
  const places = placesOf(batch.tasks);
  const TaskQueue = useLoaded(loadQueue);
  return (
    <div className="column-tasks">
      {done.length > 0 && (
        <details>
          <summary>{done.length} done</summary>
          <TaskRows tasks={done} />
        </details>
      )}
      <TaskRows tasks={by(({ status }) => ['failed', 'skipped', 'cancelled'].includes(status))} />
      <TaskRows tasks={by(({ status }) => status === 'running')} />
      {/* The list that can be dragged is empty for a frame when it takes the place of the other. */}
      <div style={{ minHeight: `calc(${shown.length} * var(--row))` }}>
        {TaskQueue === null ? (
          <TaskRows tasks={shown} places={places} />
        ) : (
          <TaskQueue batch={batch} tasks={shown} places={places} chosen={chosen} onChoose={onChoose} />
        )}
      </div>
      {queued.length > MAX_QUEUED && (
        <Link to="/batches/$batchId" params={{ batchId: batch.id }} className="more-link">
          {queued.length - MAX_QUEUED} more
        </Link>
      )}
    </div>
  );
}
