/** A background task in a modal, wherever it was started: at work, failed, or with what it proposes. */
import { useEffect } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { TaskDetail } from '../../../../src/contracts/views.ts';
import { isAskKind, markSeen } from '../../data/background.ts';
import { progressQuery, taskQuery } from '../../data/queries.ts';
import { ASK_WORDS, summaryOf } from '../../model/proposals.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { TaskStatusLabel } from '../../ui/status.tsx';
import { Proposals } from './proposals.tsx';

/** See {@link ResultDialog}. */
export interface ResultDialogProps {
  readonly taskId: string;
  readonly onClose: () => void;
}

/** Closing it changes nothing: the task goes on, and its result stays. */
export function ResultDialog({ taskId, onClose }: ResultDialogProps) {
  const { data: task, error, refetch } = useQuery(taskQuery(taskId));
  const hasEnded = task !== undefined && (task.status === 'completed' || task.status === 'failed');
  useEffect(() => {
    if (hasEnded) void markSeen(taskId);
  }, [hasEnded, taskId]);
  return (
    <Dialog title={task === undefined ? 'Result' : titleOf(task)} isOpen onClose={onClose} size="l">
      {task === undefined && error === null && <Loading what="the result" />}
      {task === undefined && error !== null && <Failed error={error} onRetry={() => void refetch()} />}
      {task !== undefined && <Content task={task} onClose={onClose} />}
    </Dialog>
  );
}

function titleOf({ kind, name }: TaskDetail): string {
  return isAskKind(kind) ? ASK_WORDS[kind].result : name;
}

function Content({ task, onClose }: { readonly task: TaskDetail; readonly onClose: () => void }) {
  const summary = summaryOf(task.result);
  return (
    <div className="stack">
      <p className="row row-wrap small">
        <TaskStatusLabel task={task} />
        <span className="wrap-text">{task.name}</span>
        <Link to="/tasks/$taskId" params={{ taskId: task.id }}>
          Its log
        </Link>
      </p>
      {summary !== null && <p className="result-summary">{summary}</p>}
      {task.status === 'completed' ? (
        <Proposals task={task} onClose={onClose} />
      ) : (
        <>
          {task.failure !== null && <p className="banner banner-bad">{task.failure.message}</p>}
          {task.failure === null && <AtWork task={task} />}
          <div className="row row-end">
            <Button onPress={onClose}>Close</Button>
          </div>
        </>
      )}
    </div>
  );
}

function AtWork({ task }: { readonly task: TaskDetail }) {
  const { data } = useQuery(progressQuery(task.id, task.status === 'running'));
  const tool = data?.progress?.lastTool ?? null;
  if (task.status === 'cancelled' || task.status === 'skipped') return <p className="quiet">It left nothing.</p>;
  return (
    <p className="now-line" role="status">
      {task.status === 'running' ? 'An agent is at work' : 'It waits for a free place'}
      {tool !== null && `, using ${tool}`}. You can close this: a message says when it is done.
    </p>
  );
}
