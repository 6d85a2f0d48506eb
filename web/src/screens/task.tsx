/** A task: what became of it, what it was checked with, what its agent said and did. */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { TaskDetail } from '../../../src/contracts/views.ts';
import { commandId, useCommand } from '../data/commands.ts';
import { progressQuery, taskQuery } from '../data/queries.ts';
import { bytes, dollars, duration, plural, shortSha, toMs } from '../model/format.ts';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/command.tsx';
import { Fact, Facts } from '../ui/facts.tsx';
import { Page } from '../ui/page.tsx';
import { Failed, Loading } from '../ui/states.tsx';
import { TaskStatusLabel } from '../ui/status.tsx';
import { Ago, Moment, useNow } from '../ui/time.tsx';
import { LogPanel } from './log-panel.tsx';
import { TaskHistory } from './task-history.tsx';

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
          <Link to="/">Tonight</Link> /{' '}
          <Link to="/batches/$batchId" params={{ batchId: task.batchId }}>
            {task.batchName}
          </Link>
        </>
      }
      lead={<TaskStatusLabel task={task} />}
      actions={<TaskActions task={task} />}
    >
      <Progress task={task} />
      {task.failure !== null && (
        <p className="banner banner-bad">
          <strong>Failed at {task.failure.step}.</strong> {task.failure.message}
        </p>
      )}
      <div className="task-layout">
        <LogPanel task={task} />
        <aside className="task-side" aria-label="About this task">
          <TaskFacts task={task} />
          <TaskHistory task={task} />
        </aside>
      </div>
    </Page>
  );
}

function TaskActions({ task }: { readonly task: TaskDetail }) {
  const cancel = useCommand('cancelTask', () => `${task.name} is being cancelled.`);
  const retry = useCommand('retryTask', () => `${task.name} is queued again.`);
  const input = () => ({ params: { id: task.id }, body: { commandId: commandId() } });
  if (task.status === 'completed') return null;
  if (task.status === 'failed' || task.status === 'skipped' || task.status === 'cancelled') {
    return (
      <Button isPending={retry.isPending} onPress={() => retry.mutate(input())}>
        Try again
      </Button>
    );
  }
  return (
    <Button isPending={cancel.isPending} onPress={() => cancel.mutate(input())}>
      Cancel this task
    </Button>
  );
}

function Progress({ task }: { readonly task: TaskDetail }) {
  const isRunning = task.status === 'running';
  const { data } = useQuery(progressQuery(task.id, isRunning));
  const progress = data?.progress;
  if (!isRunning || progress == null) return null;
  const { phase, turns, lastTool, tokens, logBytes, lastOutputAt } = progress;
  return (
    <p className="now-line" role="status">
      <strong>{phase === 'tool' && lastTool !== null ? `Using ${lastTool}` : PHASE_WORDS[phase]}</strong>
      {turns > 0 && <span className="number">turn {turns}</span>}
      {tokens !== null && <span className="number">{plural(tokens, 'token')}</span>}
      <span className="number">{bytes(logBytes)} of output</span>
      {lastOutputAt !== null && (
        <span>
          last <Ago at={lastOutputAt} />
        </span>
      )}
    </p>
  );
}

const PHASE_WORDS = {
  starting: 'Starting',
  thinking: 'Thinking',
  tool: 'Using a tool',
  retrying: 'Trying again',
  finishing: 'Finishing',
  ended: 'Ended',
} as const;

function TaskFacts({ task }: { readonly task: TaskDetail }) {
  const now = useNow();
  const startedMs = toMs(task.startedAt);
  const { commit } = task;
  return (
    <Facts>
      <Fact name="Project">
        <Link to="/projects/$projectId" params={{ projectId: task.projectId }}>
          {task.project}
        </Link>
      </Fact>
      {task.startedAt !== null && startedMs !== null && (
        <Fact name="Started">
          <Moment at={task.startedAt} />, {task.completedAt === null ? 'for' : 'took'}{' '}
          <span className="number">{duration((toMs(task.completedAt) ?? now) - startedMs)}</span>
        </Fact>
      )}
      <Fact name="Commit">
        {commit === null ? (
          'none'
        ) : (
          <span className="row row-tight">
            <code>{shortSha(commit)}</code> <CopyButton text={commit} label="Copy the commit" />
          </span>
        )}
      </Fact>
      {task.salvageRef !== null && (
        <Fact name="Kept work">
          <span className="row row-tight">
            <code className="cut-text">{task.salvageRef}</code>
            <CopyButton text={task.salvageRef} label="Copy the ref of the kept work" />
          </span>
        </Fact>
      )}
      <Fact name="Agent">{task.agent ?? 'none yet'}</Fact>
      <Fact name="Attempts that count">{task.attempts}</Fact>
      <Fact name="Cost">{dollars(task.costUsd)}</Fact>
    </Facts>
  );
}
