/** Tasks of the report, one line each. */
import type { ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import type { TaskView } from '../../../../src/contracts/views.ts';
import { dollars, duration, shortSha } from '../../model/format.ts';
import { stepWord } from '../../model/words.ts';

/** Name, project, what is to be said, cost. */
export function TaskRow({ task, children }: { readonly task: TaskView; readonly children: ReactNode }) {
  return (
    <li className="report-row report-task">
      <span className="report-name">
        <Link to="/tasks/$taskId" params={{ taskId: task.id }}>
          {task.name}
        </Link>{' '}
        <span className="quiet">{task.project}</span>
      </span>
      <span className="report-what">{children}</span>
      <span className="quiet number report-cost-cell">{task.costUsd === null ? '' : dollars(task.costUsd)}</span>
    </li>
  );
}

/** A completed task: its commit leads to what it changed. */
export function LandedRow({ task }: { readonly task: TaskView }) {
  const retried = task.attempts > 1 ? `, attempt ${task.attempts}` : '';
  return (
    <TaskRow task={task}>
      {task.commit === null ? (
        'no commit'
      ) : (
        <Link to="/tasks/$taskId" params={{ taskId: task.id }} search={{ part: 'changes' }}>
          <code>{shortSha(task.commit)}</code>
        </Link>
      )}{' '}
      {task.verified === 'passed' ? 'verified' : 'not verified'}, {duration(task.durationMs)}
      {retried}
    </TaskRow>
  );
}

/** A task that did not: at which step, why, and where its work is. */
export function FailedRow({ task }: { readonly task: TaskView }) {
  const { failure, salvageRef } = task;
  const text = failure === null ? task.status : `${stepWord(failure.step)}: ${failure.message}`;
  return (
    <TaskRow task={task}>
      <span title={salvageRef === null ? text : `${text}\nWork kept: ${salvageRef}`}>
        {text}
        {salvageRef !== null && <span className="quiet"> · work kept</span>}
      </span>
    </TaskRow>
  );
}
