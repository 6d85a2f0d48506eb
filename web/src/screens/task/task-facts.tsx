/** Facts of a task. */
import { Link } from '@tanstack/react-router';
import type { TaskDetail } from '../../../../src/contracts/views.ts';
import type { WhenNeededFailed } from '../../../../src/contracts/vocabulary.ts';
import { useBatchTasks } from '../../data/batches.ts';
import { dollars, duration, shortSha, toMs } from '../../model/format.ts';
import { CopyButton } from '../../ui/command.tsx';
import { Fact, Facts } from '../../ui/facts.tsx';
import { TaskStatusLabel } from '../../ui/status.tsx';
import { Moment, useNow } from '../../ui/time.tsx';

/** See above. */
export function TaskFacts({ task }: { readonly task: TaskDetail }) {
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
            <Link to="/tasks/$taskId" params={{ taskId: task.id }} search={{ part: 'changes' }}>
              <code>{shortSha(commit)}</code>
            </Link>
            <CopyButton text={commit} label="Copy the commit" />
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
      {task.after.length > 0 && (
        <Fact name="Comes after">
          <Needs task={task} />
        </Fact>
      )}
      <Fact name="Agent">{task.agent ?? 'none yet'}</Fact>
      <Fact name="Attempts">{task.attempts}</Fact>
      <Fact name="Cost">{dollars(task.costUsd)}</Fact>
    </Facts>
  );
}

const WHEN_NEEDED_FAILED_WORDS: Readonly<Record<WhenNeededFailed, string>> = {
  skip: 'Skipped if that fails',
  run: 'Runs also if that fails',
  hold: 'Holds the batch if that fails',
};

/** The tasks that must be done first, with their states, and what happens when one is not. */
function Needs({ task }: { readonly task: TaskDetail }) {
  const tasks = useBatchTasks(task.batchId);
  return (
    <>
      <ul className="need-list">
        {task.after.map((id) => {
          const needed = tasks?.find((each) => each.id === id);
          return (
            <li key={id}>
              <Link to="/tasks/$taskId" params={{ taskId: id }}>
                {needed?.name ?? id}
              </Link>
              {needed !== undefined && <TaskStatusLabel task={needed} />}
            </li>
          );
        })}
      </ul>
      {task.whenNeededFailed !== null && <p className="hint">{WHEN_NEEDED_FAILED_WORDS[task.whenNeededFailed]}</p>}
    </>
  );
}
