/** What can be done with the chosen tasks of a batch. */
import { lazy, Suspense, useState } from 'react';
import type { BatchSummary } from '../../../../src/contracts/views.ts';
import { useBatchTasks } from '../../data/batches.ts';
import { commandId, useCommand } from '../../data/commands.ts';
import { plural } from '../../model/format.ts';
import { isMovable } from '../../model/queue.ts';
import { Button } from '../../ui/button.tsx';
import { useShortcut } from '../../ui/shortcuts.ts';

const OffloadPanel = lazy(async () => ({ default: (await import('./offload-panel.tsx')).OffloadPanel }));

/** See {@link ChosenBar}. */
export interface ChosenBarProps {
  readonly source: BatchSummary;
  readonly taskIds: ReadonlySet<string>;
  readonly onClear: () => void;
}

/** Stays in view; tasks that began or left meanwhile are not counted any more. */
export function ChosenBar({ source, taskIds, onClear }: ChosenBarProps) {
  const [isMoving, setMoving] = useState(false);
  const tasks = (useBatchTasks(source.id) ?? []).filter((task) => taskIds.has(task.id) && isMovable(task));
  const ids = tasks.map(({ id }) => id);
  const remove = useCommand('removeTasks', () => `${plural(ids.length, 'task')} taken out of ${source.name}.`);
  useShortcut('m', 'Move the chosen tasks', () => setMoving(true));
  if (ids.length === 0 && !isMoving) return null;
  const takeOut = (): void =>
    remove.mutate(
      { params: { id: source.id }, body: { commandId: commandId(), taskIds: ids } },
      { onSuccess: onClear },
    );
  return (
    <section className="chosen-bar" aria-label="Chosen tasks">
      <strong role="status" className="number">
        {plural(ids.length, 'task')} of {source.name} chosen
      </strong>
      <div className="row row-wrap">
        <Button kind="primary" onPress={() => setMoving(true)}>
          Move to…
        </Button>
        <Button kind="danger" isPending={remove.isPending} onPress={takeOut}>
          Take out
        </Button>
        <Button kind="quiet" onPress={onClear}>
          Clear
        </Button>
      </div>
      <Suspense>
        {isMoving && <OffloadPanel source={source} chosen={ids} onClose={() => setMoving(false)} onMoved={onClear} />}
      </Suspense>
    </section>
  );
}
