/** What a task was verified with: every round of every attempt, with what the commands said. */
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { RouteAnswer } from '../../../../src/contracts/http.ts';
import type { TaskDetail } from '../../../../src/contracts/views.ts';
import { evidenceQuery } from '../../data/queries.ts';
import { duration } from '../../model/format.ts';
import { Failed, Loading } from '../../ui/states.tsx';
import { StatusLabel } from '../../ui/status.tsx';
import { AttemptSelect } from './attempt-select.tsx';
import { Coloured } from './log-text.tsx';

type Round = RouteAnswer<'attemptEvidence'>['items'][number];
type Check = Round['checks'][number];

/** See above. */
export function Checks({ task }: { readonly task: TaskDetail }) {
  const [attempt, setAttempt] = useState(task.attemptList.at(-1)?.number ?? 1);
  const { data, error, refetch } = useQuery(evidenceQuery(task.id, attempt));
  return (
    <div className="stack">
      <AttemptSelect attempts={task.attemptList} value={attempt} onChange={setAttempt} />
      {data === undefined && error === null && <Loading what="the checks" />}
      {data === undefined && error !== null && <Failed error={error} onRetry={() => void refetch()} />}
      {data?.items.length === 0 && (
        <p className="quiet">
          {task.verified === 'none' && task.status === 'completed'
            ? 'Nothing was configured to verify with: this was committed as it was.'
            : 'This attempt was not verified.'}
        </p>
      )}
      {data?.items.map((round) => (
        <section key={round.round} className="card check-round" aria-label={roundName(round.round)}>
          <div className="row row-between">
            <h2>{roundName(round.round)}</h2>
            <StatusLabel {...VERDICTS[round.verdict]} />
          </div>
          <ul className="stack">
            {round.checks.map((check) => (
              <CheckView key={check.step} task={task.id} attempt={attempt} check={check} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

const VERDICTS = {
  passed: { tone: 'good', word: 'Passed' },
  failed: { tone: 'bad', word: 'Failed' },
  none: { tone: 'off', word: 'Nothing to verify with' },
} as const;

function roundName(round: number): string {
  return round === 0 ? "After the agent's work" : `After fix ${round}`;
}

function CheckView({
  task,
  attempt,
  check,
}: {
  readonly task: string;
  readonly attempt: number;
  readonly check: Check;
}) {
  const word = check.passed ? 'Passed' : check.timedOut ? 'Timed out' : `Exit ${check.exitCode ?? 'by signal'}`;
  return (
    <li className="check-view">
      <div className="row row-wrap">
        <StatusLabel tone={check.passed ? 'good' : 'bad'} word={word} />
        <code className="wrap-text">{check.command}</code>
        <span className="quiet small number">{duration(check.durationMs)}</span>
        <Link to="/tasks/$taskId" params={{ taskId: task }} search={{ run: `${attempt}-${check.step}` }}>
          Whole output
        </Link>
      </div>
      {check.baseline === 'failed' && <p className="quiet small">It failed before the task already.</p>}
      {check.outputTail !== '' && (
        <pre className="output-tail" tabIndex={0} aria-label={`End of the output of ${check.command}`}>
          <Coloured text={check.outputTail} />
        </pre>
      )}
    </li>
  );
}
