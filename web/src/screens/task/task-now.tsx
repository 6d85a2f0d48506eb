/** What the agent of a running task does now. */
import { useQuery } from '@tanstack/react-query';
import type { TaskDetail } from '../../../../src/contracts/views.ts';
import { progressQuery } from '../../data/queries.ts';
import { bytes, dollars, plural } from '../../model/format.ts';
import { Ago } from '../../ui/time.tsx';

const PHASE_WORDS = {
  starting: 'Starting',
  thinking: 'Thinking',
  tool: 'Using a tool',
  retrying: 'Trying again',
  finishing: 'Finishing',
  ended: 'Ended',
} as const;

/** Nothing while no agent works. */
export function TaskNow({ task }: { readonly task: TaskDetail }) {
  const isRunning = task.status === 'running';
  const { data, error } = useQuery(progressQuery(task.id, isRunning));
  if (!isRunning || (data === undefined && error !== null)) return null;
  const progress = data?.progress;
  if (progress == null)
    return <p className="now-line">{data === undefined ? 'Looking at the agent…' : PHASE_WORDS.starting}</p>;
  const { phase, turns, lastTool, tokens, costUsd, logBytes, lastOutputAt } = progress;
  return (
    <p className="now-line">
      <strong role="status">{phase === 'tool' && lastTool !== null ? `Using ${lastTool}` : PHASE_WORDS[phase]}</strong>
      {turns > 0 && <span className="number">turn {turns}</span>}
      {tokens !== null && <span className="number">{plural(tokens, 'token')}</span>}
      {costUsd !== null && <span className="number">{dollars(costUsd)}</span>}
      <span className="number">{bytes(logBytes)} of output</span>
      {lastOutputAt !== null && (
        <span>
          last <Ago at={lastOutputAt} />
        </span>
      )}
    </p>
  );
}
