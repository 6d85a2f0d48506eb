/** The tasks of a batch, one row each, with what they did when. Ten thousand rows are as quick as ten. */
import { useMemo, useRef } from 'react';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { Link } from '@tanstack/react-router';
import type { BatchView, TaskView } from '../../../src/contracts/views.ts';
import { dollars, duration, moment } from '../model/format.ts';
import { axisOf, segmentsOf } from '../model/timeline.ts';
import type { Axis, SegmentKind } from '../model/timeline.ts';
import { taskTone, taskWord } from '../model/words.ts';
import { StatusIcon } from '../ui/icons.tsx';
import { useNow } from '../ui/time.tsx';
import { placesOf } from '../model/queue.ts';
import { TaskMenu } from './task-menu.tsx';

const ROW_PX = 44;
const OVERSCAN = 12;
/** Below this nothing moves, so the axis need not be drawn anew every second. */
const STILL_MS = 60_000;

const KIND_WORDS: Readonly<Record<SegmentKind, string>> = {
  agent: 'Agent',
  wait: 'Waited',
  verify: 'Verified',
};

/** `tasks` are those of `batch` that are shown. */
export function Timeline({ batch, tasks }: { readonly batch: BatchView; readonly tasks: readonly TaskView[] }) {
  const list = useRef<HTMLDivElement>(null);
  const isMoving = tasks.some((task) => task.status === 'running' || task.status === 'waiting');
  const tick = useNow();
  const now = isMoving ? tick : Math.floor(tick / STILL_MS) * STILL_MS;
  const axis = useMemo(() => axisOf(tasks.flatMap((task) => segmentsOf(task, now))), [tasks, now]);
  const places = useMemo(() => placesOf(batch.tasks), [batch.tasks]);
  const rows = useWindowVirtualizer({
    count: tasks.length,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
    scrollMargin: list.current?.offsetTop ?? 0,
  });
  return (
    <div className="timeline">
      {axis !== null && <AxisHead axis={axis} />}
      <div ref={list} role="list" className="timeline-rows" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((item) => {
          const task = tasks[item.index];
          if (task === undefined) return null;
          const top = item.start - rows.options.scrollMargin;
          return (
            <div
              key={task.id}
              role="listitem"
              aria-posinset={item.index + 1}
              aria-setsize={tasks.length}
              className="timeline-row"
              style={{ transform: `translateY(${top}px)` }}
            >
              <Row task={task} axis={axis} now={now} place={places.get(task.id) ?? null} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function AxisHead({ axis }: { readonly axis: Axis }) {
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
          <span key={skip.fromMs} className="skip-label" style={{ left: `${(skip.at + skip.width / 2) * 100}%` }}>
            {duration(skip.toMs - skip.fromMs)}
          </span>
        ))}
        <span>{moment(axis.toMs, axis.fromMs)}</span>
      </span>
    </div>
  );
}

function Row(props: {
  readonly task: TaskView;
  readonly axis: Axis | null;
  readonly now: number;
  readonly place: { readonly at: number; readonly of: number } | null;
}) {
  const { task, axis, now, place } = props;
  const segments = segmentsOf(task, now);
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
        </span>
      </div>
      <div className="track" aria-hidden="true">
        {axis !== null &&
          axis.skips.map((skip) => (
            <span key={skip.fromMs} className="skip" style={{ left: share(skip.at), width: share(skip.width) }} />
          ))}
        {axis !== null &&
          segments.map((segment) => {
            const from = axis.position(segment.fromMs);
            const width = axis.position(segment.toMs) - from;
            const title = `${KIND_WORDS[segment.kind]} ${duration(segment.toMs - segment.fromMs)}`;
            return (
              <span
                key={`${segment.kind}${segment.fromMs}`}
                className={`segment segment-${segment.kind} segment-of-${task.status}`}
                style={{ left: share(from), width: share(width) }}
                title={title}
              />
            );
          })}
      </div>
      <span className="quiet number took">{took === null ? '' : duration(took)}</span>
      <span className="quiet number cost">{task.costUsd === null ? '' : dollars(task.costUsd)}</span>
      <TaskMenu task={task} place={place} />
    </>
  );
}

function share(part: number): string {
  return `${(part * 100).toFixed(3)}%`;
}
