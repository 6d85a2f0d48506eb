/** The verification commands, tried before a night: each with its exit code, its time and the end of its output. */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { VerifyTrial } from '../../../../src/contracts/trial-routes.ts';
import { useCommand } from '../../data/commands.ts';
import { isTrying, trialQuery, useTryVerification } from '../../data/trial.ts';
import { duration } from '../../model/format.ts';
import { trialCheckState } from '../../model/trial.ts';
import { Button } from '../../ui/button.tsx';
import { Section } from '../../ui/page.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { StatusLabel } from '../../ui/status.tsx';
import { Coloured } from '../task/log-text.tsx';

const route = getRouteApi('/projects/$projectId');

/** See above. What is tried is in the address, so that it is there again after a full load. */
export function TryVerification({ project }: { readonly project: string }) {
  const { trial } = route.useSearch();
  const navigate = route.useNavigate();
  const start = useTryVerification(project);
  const begin = (): void =>
    start.mutate(undefined, {
      onSuccess: ({ taskId }) => void navigate({ search: (known) => ({ ...known, trial: taskId }), replace: true }),
    });
  return (
    <Section
      title="Try the verification"
      note="As saved, in a new workspace that goes after it. Nothing is committed."
      actions={
        <Button label="Try the verification commands" isPending={start.isPending} onPress={begin}>
          Try
        </Button>
      }
    >
      {trial !== undefined && <Trial task={trial} />}
    </Section>
  );
}

function Trial({ task }: { readonly task: string }) {
  const { data, error, refetch } = useQuery(trialQuery(task));
  const stop = useCommand('cancelTask', () => 'The try was stopped.');
  if (data === undefined) {
    return error === null ? <Loading what="the try" /> : <Failed error={error} onRetry={() => void refetch()} />;
  }
  const isOver = !isTrying(data);
  return (
    <div className="card check-round">
      <div className="row row-between row-wrap">
        <span role="status">{sentence(data)}</span>
        {!isOver && (
          <Button
            size="s"
            label="Stop the try"
            isPending={stop.isPending}
            onPress={() => stop.mutate({ params: { id: task }, body: {} }, { onSettled: () => void refetch() })}
          >
            Stop
          </Button>
        )}
      </div>
      {data.problem !== null && <p className="problem">{data.problem.message}</p>}
      <ul className="stack" aria-label="Commands tried">
        {data.checks.map((check) => (
          <Tried key={check.command} check={check} isOver={isOver} />
        ))}
      </ul>
    </div>
  );
}

function sentence(trial: VerifyTrial): string {
  if (trial.status === 'cancelled') return 'Stopped.';
  if (trial.problem !== null && trial.status !== 'completed') return 'Something keeps the commands from being tried:';
  const ended = trial.checks.filter(({ status }) => status === 'ended');
  if (isTrying(trial)) {
    const isAtWork = trial.checks.some(({ status }) => status !== 'waiting');
    return isAtWork ? `${ended.length} of ${trial.checks.length} ended.` : 'The workspace is being prepared…';
  }
  const passed = ended.filter(({ exitCode }) => exitCode === 0).length;
  return `${passed} of ${trial.checks.length} passed.`;
}

function Tried({ check, isOver }: { readonly check: VerifyTrial['checks'][number]; readonly isOver: boolean }) {
  return (
    <li className="check-view">
      <div className="row row-wrap">
        <StatusLabel {...trialCheckState(check, isOver)} />
        <code className="wrap-text">{check.command}</code>
        {check.durationMs !== null && <span className="quiet small number">{duration(check.durationMs)}</span>}
      </div>
      {check.outputTail !== '' && (
        <pre className="output-tail" tabIndex={0} aria-label={`End of the output of ${check.command}`}>
          <Coloured text={check.outputTail} />
        </pre>
      )}
    </li>
  );
}
