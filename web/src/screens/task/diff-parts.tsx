/** What the parts of a change have in common. */
import type { RouteAnswer } from '../../../../src/contracts/http.ts';

/** A change. */
export type Diff = RouteAnswer<'taskDiff'>;
/** One file of it. */
export type DiffFile = Diff['files'][number];
/** One column or two. */
export type DiffView = 'unified' | 'split';

/** `+12 −3`; the signs say what the colours say. */
export function Lines({ added, removed }: { readonly added: number | null; readonly removed: number | null }) {
  if (added === null || removed === null) return <span className="quiet">binary</span>;
  return (
    <span className="number">
      <span className="diff-plus">+{added}</span> <span className="diff-minus">−{removed}</span>
    </span>
  );
}
