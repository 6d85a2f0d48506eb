/** The open batches side by side, and what is chosen in them. */
import { useState } from 'react';
import type { BatchSummary } from '../../../../src/contracts/views.ts';
import { BatchColumn } from './batch-column.tsx';
import { ChosenBar } from './chosen-bar.tsx';

/** Chosen tasks: all of one batch, because they are moved together. */
export interface Chosen {
  readonly batchId: string;
  readonly taskIds: ReadonlySet<string>;
}

const NOTHING: ReadonlySet<string> = new Set();

/** See above. */
export function Board({ batches }: { readonly batches: readonly BatchSummary[] }) {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const choose = (batchId: string, taskIds: ReadonlySet<string>): void => {
    setChosen(taskIds.size === 0 ? null : { batchId, taskIds });
  };
  const source = batches.find(({ id }) => id === chosen?.batchId);
  return (
    <>
      <div className="columns">
        {batches.map((batch) => (
          <BatchColumn
            key={batch.id}
            summary={batch}
            chosen={chosen?.batchId === batch.id ? chosen.taskIds : NOTHING}
            onChoose={(taskIds) => choose(batch.id, taskIds)}
          />
        ))}
      </div>
      {chosen !== null && source !== undefined && (
        <ChosenBar source={source} taskIds={chosen.taskIds} onClear={() => setChosen(null)} />
      )}
    </>
  );
}
