/** The tasks of a batch, one row each, with what they did when. Ten thousand rows are as quick as ten. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import type { BatchView, TaskView } from '../../../../src/contracts/views.ts';
import { placesOf } from '../../model/queue.ts';
import { axisOf, segmentsOf } from '../../model/timeline.ts';
import { useShortcut } from '../../ui/shortcuts.ts';
import { useNow } from '../../ui/time.tsx';
import { AxisHead } from './timeline-axis.tsx';
import { TimelineRow } from './timeline-row.tsx';

const ROW_PX = 44;
const OVERSCAN = 10;
/** Below this nothing moves, so the axis need not be drawn anew every second. */
const STILL_MS = 60_000;
/** The axis of a long batch moves in larger steps: it is made of all of its tasks. */
const LONG_BATCH = 500;
const LONG_STEP_MS = 10_000;

/** `tasks` are those of `batch` that are shown. */
export function Timeline({ batch, tasks }: { readonly batch: BatchView; readonly tasks: readonly TaskView[] }) {
  const list = useRef<HTMLDivElement>(null);
  const now = useStep(tasks);
  const axis = useMemo(() => axisOf(tasks.flatMap((task) => segmentsOf(task, now))), [tasks, now]);
  const places = useMemo(() => placesOf(batch.tasks), [batch.tasks]);
  const [margin, setMargin] = useState(0);
  useEffect(() => setMargin((list.current?.getBoundingClientRect().top ?? 0) + window.scrollY), [axis === null]);
  const rows = useWindowVirtualizer({
    count: tasks.length,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
    scrollMargin: margin,
  });
  const focus = (index: number): void => {
    rows.scrollToIndex(index, { align: 'auto' });
    // It exists after the next frame.
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-index="${index}"] a`)?.focus());
  };
  const here = (): number => Number(document.activeElement?.closest('[data-index]')?.getAttribute('data-index') ?? -1);
  useShortcut('j', 'Next task', () => focus(Math.min(here() + 1, tasks.length - 1)));
  useShortcut('k', 'Task before', () => focus(Math.max(here() - 1, 0)));
  return (
    <div className="timeline">
      {axis !== null && <AxisHead axis={axis} />}
      <div ref={list} role="list" className="timeline-rows" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((item) => {
          const task = tasks[item.index];
          if (task === undefined) return null;
          return (
            <div
              key={task.id}
              role="listitem"
              aria-posinset={item.index + 1}
              aria-setsize={tasks.length}
              data-index={item.index}
              className="timeline-row"
              style={{ transform: `translateY(${item.start - margin}px)` }}
            >
              <TimelineRow
                task={task}
                axis={axis}
                now={now}
                place={places.get(task.id) ?? null}
                isMeasured={task.startedAt !== null && !rows.isScrolling}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** The present in steps that suit what is shown. */
function useStep(tasks: readonly TaskView[]): number {
  const isMoving = tasks.some((task) => task.status === 'running' || task.status === 'waiting');
  const stepMs = isMoving ? (tasks.length > LONG_BATCH ? LONG_STEP_MS : 1) : STILL_MS;
  return Math.floor(useNow() / stepMs) * stepMs;
}
