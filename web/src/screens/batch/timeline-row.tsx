/** One task of a timeline. */
import { memo } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { TaskView } from '../../../../src/contracts/views.ts';
import { runsQuery } from '../../data/queries.ts';
import { dollars, duration } from '../../model/format.ts';
import { measuredSegments, segmentsOf } from '../../model/timeline.ts';
import type { Axis, Segment } from '../../model/timeline.ts';
import { taskTone, taskWord } from '../../model/words.ts';
import { StatusIcon } from '../../ui/icons.tsx';
import { TaskMenu } from '../task-menu.tsx';
import { KIND_WORDS } from './timeline-axis.tsx';

/** See {@link TimelineRow}. */
export interface TimelineRowProps {
  readonly task: TaskView;
  readonly axis: Axis | null;
  readonly now: number;
  readonly place: { readonly at: number; readonly of: number } | null;
  /** Whether its runs are asked for: not before it began, and not while somebody scrolls. */
  readonly isMeasured: boolean;
}

/** Drawn anew only when something of it changed. */
export const TimelineRow = memo(function TimelineRow({ task, axis, now, place, isMeasured }: TimelineRowProps) {
  const { data: runs } = useQuery(runsQuery(task, isMeasured));
  const segments =
    runs === undefined || runs.items.length === 0 ? segmentsOf(task, now) : measuredSegments(task, runs.items, now);
  const took = segments.length === 0 ? null : segments.reduce((sum, each) => sum + each.toMs - each.fromMs, 0);
  return (
    <>
      <StatusIcon tone={taskTone(task.status)} />
      <div className="task-main">
        <Link to="/tasks/$taskId" params={{ taskId: task.id }}>
          {task.name}
        </Link>
        <span className="task-line">
          {taskWord(task)}
          {task.status === 'failed' && task.failure !== null && `: ${task.failure.message}`}
          <span className="visually-hidden"> {summary(segments)}</span>
        </span>
      </div>
      <Track axis={axis} segments={segments} status={task.status} />
      <span className="quiet number took">{took === null ? '' : duration(took)}</span>
      <span className="quiet number cost">{task.costUsd === null ? '' : dollars(task.costUsd)}</span>
      <TaskMenu task={task} place={place} />
    </>
  );
});

/** `Agent 3 min, Verified 10 s`: what the bars say. */
function summary(segments: readonly Segment[]): string {
  const sums = new Map<string, number>();
  for (const { kind, fromMs, toMs } of segments) {
    sums.set(KIND_WORDS[kind], (sums.get(KIND_WORDS[kind]) ?? 0) + toMs - fromMs);
  }
  return [...sums].map(([word, ms]) => `${word} ${duration(ms)}`).join(', ');
}

function Track(props: {
  readonly axis: Axis | null;
  readonly segments: readonly Segment[];
  readonly status: TaskView['status'];
}) {
  const { axis, segments, status } = props;
  if (axis === null) return <div className="track" aria-hidden="true" />;
  return (
    <div className="track" aria-hidden="true">
      {axis.skips.map((skip) => (
        <span key={skip.fromMs} className="skip" style={{ left: share(skip.at), width: share(skip.width) }} />
      ))}
      {segments.map((segment) => {
        const from = axis.position(segment.fromMs);
        return (
          <span
            key={`${segment.kind}${segment.fromMs}`}
            className={`segment segment-${segment.kind} segment-of-${status}`}
            style={{ left: share(from), width: share(axis.position(segment.toMs) - from) }}
            title={`${KIND_WORDS[segment.kind]} ${duration(segment.toMs - segment.fromMs)}`}
          />
        );
      })}
    </div>
  );
}

function share(part: number): string {
  return `${(part * 100).toFixed(3)}%`;
}
