/** Why a batch is not working, and until when. */
import type { BatchSummary } from '../../../src/contracts/views.ts';
import { holdSentence, laneSentence } from '../model/words.ts';
import { StatusIcon } from '../ui/icons.tsx';
import { useNow } from '../ui/time.tsx';

/** Nothing while it works. The countdown goes on by itself. */
export function Hold({ batch }: { readonly batch: BatchSummary }) {
  const now = useNow();
  if (batch.status !== 'running') return null;
  const text = batch.hold === null ? laneSentence(batch) : holdSentence(batch.hold, now);
  if (text === null) return null;
  return (
    <p className="hold">
      <StatusIcon tone="wait" />
      <span>{text}</span>
    </p>
  );
}
