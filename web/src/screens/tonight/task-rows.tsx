/** Tasks of a column as rows. */
import type { KeyboardEvent, SyntheticEvent } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { TaskView } from '../../../../src/contracts/views.ts';
import { progressQuery } from '../../data/queries.ts';
import { duration } from '../../model/format.ts';
import type { placesOf } from '../../model/queue.ts';
import { taskTone, taskWord, waitSentence } from '../../model/words.ts';
import { StatusIcon } from '../../ui/icons.tsx';
import { Elapsed, useNow } from '../../ui/time.tsx';
import { TaskMenu } from '../task-menu.tsx';

/** See {@link TaskRows}. */
export interface TaskRowsProps {
  readonly tasks: readonly TaskView[];
  readonly places?: ReturnType<typeof placesOf>;
}

/** Nothing without tasks. */
export function TaskRows({ tasks, places }: TaskRowsProps) {
  if (tasks.length === 0) return null;
  return (
    <ul>
      {tasks.map((task) => (
        <li key={task.id} className={`task-row task-row-${task.status}`}>
          <StatusIcon tone={taskTone(task.status)} />
          <TaskText task={task} />
          <TaskMenu task={task} place={places?.get(task.id) ?? null} />
        </li>
      ))}
    </ul>
  );
}

/** In a row that can be chosen and dragged, pressing the link is about the link alone. */
const LINK_ALONE = {
  draggable: false,
  onPointerDown: (event: SyntheticEvent): void => event.stopPropagation(),
  onMouseDown: (event: SyntheticEvent): void => event.stopPropagation(),
  onClick: (event: SyntheticEvent): void => event.stopPropagation(),
  onKeyDown: (event: KeyboardEvent): void => {
    if (event.key === 'Enter') event.stopPropagation();
  },
} as const;

/** Name and what is to be said of it. */
export function TaskText({ task }: { readonly task: TaskView }) {
  return (
    <div className="task-main">
      <Link to="/tasks/$taskId" params={{ taskId: task.id }} {...LINK_ALONE}>
        {task.name}
      </Link>
      <TaskLine task={task} />
    </div>
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
