/** The head of a timeline: what the shapes mean, and the time. */
import type { Axis, SegmentKind } from '../../model/timeline.ts';
import { duration, moment } from '../../model/format.ts';

/** What a stretch was spent on. */
export const KIND_WORDS: Readonly<Record<SegmentKind, string>> = {
  agent: 'Agent',
  wait: 'Waited',
  verify: 'Verified',
  commit: 'Committed',
};

/** See above. */
export function AxisHead({ axis }: { readonly axis: Axis }) {
  return (
    <div className="timeline-head">
      <span className="timeline-legend" aria-hidden="true">
        {Object.entries(KIND_WORDS).map(([kind, word]) => (
          <span key={kind}>
            <i className={`segment segment-${kind}`} /> {word}
          </span>
        ))}
      </span>
      <span className="timeline-scale number">
        <span>{moment(axis.fromMs, axis.fromMs)}</span>
        {axis.skips.map((skip) => (
          <span
            key={skip.fromMs}
            className="skip-label"
            style={{ left: `${(skip.at + skip.width / 2) * 100}%` }}
            title="Nothing ran in this time; it is drawn short"
          >
            {duration(skip.toMs - skip.fromMs)}
          </span>
        ))}
        <span>{moment(axis.toMs, axis.fromMs)}</span>
      </span>
    </div>
  );
}
