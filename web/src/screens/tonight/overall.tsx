/** How far the night is: all open batches together, and the lanes they work in. */
import { useQuery } from '@tanstack/react-query';
import type { BatchSummary } from '../../../../src/contracts/views.ts';
import { useOverallProgress } from '../../data/batches.ts';
import { lanesQuery } from '../../data/queries.ts';
import { plural } from '../../model/format.ts';
import { endedOf, progressSentence, totalOf } from '../../model/progress.ts';
import { Weave } from '../../ui/status.tsx';
import { range } from '../forecast-text.ts';

/** See above. */
export function Overall({ batches }: { readonly batches: readonly BatchSummary[] }) {
  const { counts, left } = useOverallProgress(batches);
  const { data: lanes } = useQuery(lanesQuery());
  return (
    <div className="overall">
      <p className="overall-sum">
        <strong className="overall-number number">
          {endedOf(counts)}
          <span className="quiet">/{totalOf(counts)}</span>
        </strong>
        <span>
          {plural(batches.length, 'open batch', 'open batches')}. {progressSentence(counts)}.
          {left !== null && ` About ${range(left)} of work left.`}
          {lanes !== undefined && ` ${lanes.holders.length} of ${plural(lanes.limit, 'lane')} at work.`}
        </span>
      </p>
      <Weave counts={counts} label="Progress of all open batches" size="l" />
    </div>
  );
}
