/** What a task was checked with, what it waited for, how its attempts went. */
import type { TaskDetail } from '../../../../src/contracts/views.ts';
import { dollars, duration, plural, toMs } from '../../model/format.ts';
import { attemptWord, waitWord } from '../../model/words.ts';
import { StatusLabel } from '../../ui/status.tsx';
import { Moment } from '../../ui/time.tsx';
import { Picture } from './picture.tsx';

/** See above. */
export function TaskHistory({ task }: { readonly task: TaskDetail }) {
  return (
    <>
      <Checks task={task} />
      <Waits task={task} />
      <Attempts task={task} />
      <Words title="Notes" lines={task.notes} />
      <Words title="Denied tools" lines={task.deniedTools} />
    </>
  );
}

function Checks({ task }: { readonly task: TaskDetail }) {
  if (task.verification.length === 0) {
    if (task.status !== 'completed') return null;
    return (
      <section className="side-section">
        <h2>Verification</h2>
        <p className="quiet">Nothing was configured to verify with: this was committed as it was.</p>
      </section>
    );
  }
  return (
    <section className="side-section">
      <h2>Verification</h2>
      <ul className="plain-list">
        {task.verification.map((check) => (
          <li key={check.command}>
            <div className="row row-between">
              <StatusLabel
                tone={check.passed ? 'good' : 'bad'}
                word={check.passed ? 'Passed' : check.timedOut ? 'Timed out' : `Exit ${check.exitCode ?? 'by signal'}`}
              />
              <span className="quiet number">{duration(check.durationMs)}</span>
            </div>
            <code className="block-code">{check.command}</code>
            {check.baseline === 'failed' && <p className="quiet">It failed before the task already.</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Waits({ task }: { readonly task: TaskDetail }) {
  if (task.waits.length === 0) return null;
  return (
    <section className="side-section">
      <h2>Waited</h2>
      <ul className="plain-list">
        {task.waits.map((wait) => (
          <li key={wait.from} className="row row-between">
            <StatusLabel tone="wait" word={waitWord(wait.kind)} />
            <span className="quiet number">
              <Moment at={wait.from} />
              {wait.until !== null && ` for ${duration(toMs(wait.until) - toMs(wait.from))}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Attempts({ task }: { readonly task: TaskDetail }) {
  const { attemptList: attempts, screenshots } = task;
  if (attempts.length === 0) return null;
  return (
    <section className="side-section">
      <h2>Attempts</h2>
      <ul className="plain-list">
        {attempts.map((attempt) => (
          <li key={attempt.number}>
            <div className="row row-between">
              <span>
                {attempt.number}. {attemptWord(attempt.outcome)}
              </span>
              <span className="quiet number">{attempt.costUsd !== null && dollars(attempt.costUsd)}</span>
            </div>
            <p className="quiet">
              <Moment at={attempt.startedAt} />
              {attempt.endedAt !== null && `, ${duration(toMs(attempt.endedAt) - toMs(attempt.startedAt))}`}
              {attempt.turns !== null && `, ${plural(attempt.turns, 'turn')}`}
              {attempt.fixes > 0 && `, ${plural(attempt.fixes, 'fix round')}`}
            </p>
            {attempt.message !== null && <p className="wrap-text">{attempt.message}</p>}
            {screenshots.includes(attempt.number) && <Picture task={task} attempt={attempt.number} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Words({ title, lines }: { readonly title: string; readonly lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <section className="side-section">
      <h2>{title}</h2>
      <ul className="plain-list wrap-text">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  );
}
