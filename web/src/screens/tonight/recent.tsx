/** Batches that ended lately. */
import { Link } from '@tanstack/react-router';
import type { BatchSummary } from '../../../../src/contracts/views.ts';
import { dollars } from '../../model/format.ts';
import { progressSentence } from '../../model/progress.ts';
import { Section } from '../../ui/page.tsx';
import { BatchStatus } from '../../ui/status.tsx';
import { Ago } from '../../ui/time.tsx';
import { BatchActions } from '../batch-actions.tsx';

const SHOWN = 6;

/** The newest ones. */
export function Recent({ batches }: { readonly batches: readonly BatchSummary[] }) {
  return (
    <Section title="Ended lately" actions={<Link to="/report">Morning report</Link>}>
      <ul className="list">
        {batches.slice(0, SHOWN).map((batch) => (
          <li key={batch.id} className="list-row recent">
            <BatchStatus batch={batch} />
            <Link to="/batches/$batchId" params={{ batchId: batch.id }} className="strong">
              {batch.name}
            </Link>
            <span className="quiet">{batch.project}</span>
            <span className="quiet number">{progressSentence(batch.counts)}</span>
            <span className="quiet number recent-cost">{batch.costUsd !== null && dollars(batch.costUsd)}</span>
            <span className="quiet">{batch.completedAt !== null && <Ago at={batch.completedAt} />}</span>
            <BatchActions batch={batch} />
          </li>
        ))}
      </ul>
    </Section>
  );
}
