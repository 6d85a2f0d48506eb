/** The prompts of an attempt, as its agent got them. */
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { TaskDetail } from '../../../../src/contracts/views.ts';
import { promptsQuery } from '../../data/queries.ts';
import { bytes } from '../../model/format.ts';
import { cleanLine } from '../../model/terminal.ts';
import { stepName } from '../../model/words.ts';
import { CopyButton } from '../../ui/command.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { AttemptSelect } from './attempt-select.tsx';

/** See above. */
export function Prompts({ task }: { readonly task: TaskDetail }) {
  const [attempt, setAttempt] = useState(task.attemptList.at(-1)?.number ?? 1);
  const { data, error, refetch } = useQuery(promptsQuery(task.id, attempt));
  return (
    <div className="stack">
      <AttemptSelect attempts={task.attemptList} value={attempt} onChange={setAttempt} />
      {data === undefined && error === null && <Loading what="the prompts" />}
      {data === undefined && error !== null && <Failed error={error} onRetry={() => void refetch()} />}
      {data?.items.length === 0 && <p className="quiet">No prompt was sent in this attempt.</p>}
      {data?.items.map(({ step, text, bytes: size }) => (
        <section key={step} className="card prompt" aria-label={stepName(step)}>
          <div className="row row-between">
            <h2 className="prompt-name">{stepName(step)}</h2>
            <span className="row row-tight">
              <span className="quiet small number">{bytes(size)}</span>
              <CopyButton text={text} label={`Copy the prompt of ${stepName(step)}`} />
            </span>
          </div>
          <pre className="prompt-text" tabIndex={0} aria-label={`Prompt of ${stepName(step)}`}>
            {text.split('\n').map(cleanLine).join('\n')}
          </pre>
        </section>
      ))}
    </div>
  );
}
