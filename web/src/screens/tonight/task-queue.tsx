/** The queue of a batch: choose, drag within it and to other batches, by pointer, finger and keyboard. */
import { Button, Checkbox, GridList, GridListItem } from 'react-aria-components/GridList';
import { isTextDropItem, useDragAndDrop } from 'react-aria-components/useDragAndDrop';
import type { DropItem, Key } from 'react-aria-components/GridList';
import { useQueryClient } from '@tanstack/react-query';
import type { QueryClient } from '@tanstack/react-query';
import type { BatchView, TaskView } from '../../../../src/contracts/views.ts';
import { useMove } from '../../data/moves.ts';
import type { BatchName } from '../../data/moves.ts';
import { batchQuery } from '../../data/queries.ts';
import { plural } from '../../model/format.ts';
import type { placesOf } from '../../model/queue.ts';
import { GripIcon, StatusIcon, TickIcon } from '../../ui/icons.tsx';
import { TaskMenu } from '../task-menu.tsx';
import { TaskText } from './task-rows.tsx';

/** See {@link TaskQueue}. */
export interface TaskQueueProps {
  readonly batch: BatchView;
  /** Those that are shown, in their order. */
  readonly tasks: readonly TaskView[];
  readonly places: ReturnType<typeof placesOf>;
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (taskIds: ReadonlySet<string>) => void;
}

/** What is dragged: batch and task, understood only by this page. */
const DRAG_TYPE = 'nightloom-task';

/** See above. An empty queue can be dropped on. */
export function TaskQueue({ batch, tasks, places, chosen, onChoose }: TaskQueueProps) {
  const hooks = useTaskDragAndDrop(batch, tasks);
  return (
    <GridList
      aria-label={`Queue of ${batch.name}`}
      className="queue"
      items={tasks.map((task) => ({ id: task.id, task, place: places.get(task.id) ?? null }))}
      selectionMode="multiple"
      selectedKeys={chosen}
      onSelectionChange={(keys) => onChoose(idsOf(keys === 'all' ? tasks.map(({ id }) => id) : keys))}
      dragAndDropHooks={hooks}
      disallowTypeAhead
      renderEmptyState={() => <p className="queue-empty">Nothing waits here.</p>}
    >
      {({ task, place }) => (
        <GridListItem textValue={task.name} className={`task-row task-row-${task.status} queue-row`}>
          <Button slot="drag" className="grip">
            <GripIcon />
          </Button>
          <Checkbox
            slot="selection"
            className={task.status === 'waiting' ? 'check queue-check queue-check-waiting' : 'check queue-check'}
          >
            {task.status === 'waiting' && <StatusIcon tone="wait" />}
            <span className="box" aria-hidden="true">
              <TickIcon />
            </span>
          </Checkbox>
          <TaskText task={task} />
          <TaskMenu task={task} place={place} />
        </GridListItem>
      )}
    </GridList>
  );
}

function useTaskDragAndDrop(batch: BatchView, tasks: readonly TaskView[]) {
  const move = useMove();
  const queries = useQueryClient();
  const name: BatchName = { id: batch.id, name: batch.name };
  const positionOf = (key: Key, where: 'before' | 'after' | 'on', moving: ReadonlySet<string>): number => {
    // Among those that stay: the API counts without what is moved.
    const staying = tasks.filter(({ id }) => !moving.has(id));
    const direct = staying.findIndex(({ id }) => id === key);
    if (direct !== -1) return where === 'after' ? direct + 1 : direct;
    const at = tasks.findIndex(({ id }) => id === key);
    return tasks.slice(0, at).filter(({ id }) => !moving.has(id)).length;
  };
  const take = async (items: readonly DropItem[], position: number | null): Promise<void> => {
    const dropped = await Promise.all(items.filter(isTextDropItem).map((item) => item.getText(DRAG_TYPE)));
    const wish = wishOf(queries, dropped);
    if (wish !== null) await move({ ...wish, to: name, position });
  };
  const { dragAndDropHooks } = useDragAndDrop<{ readonly task: TaskView }>({
    getItems: (keys) =>
      tasks
        .filter(({ id }) => keys.has(id))
        .map((task) => ({ [DRAG_TYPE]: `${batch.id} ${task.id}`, 'text/plain': task.name })),
    acceptedDragTypes: [DRAG_TYPE],
    getDropOperation: () => 'move',
    onReorder: ({ keys, target }) => {
      const moving = idsOf(keys);
      const position = positionOf(target.key, target.dropPosition, moving);
      void move({ from: name, to: name, tasks: tasks.filter(({ id }) => moving.has(id)), position });
    },
    onInsert: ({ items, target }) => void take(items, positionOf(target.key, target.dropPosition, new Set())),
    onRootDrop: ({ items }) => void take(items, null),
    renderDragPreview: (items) => (
      <div className="drag-preview">{items.length === 1 ? items[0]?.['text/plain'] : plural(items.length, 'task')}</div>
    ),
  });
  return dragAndDropHooks;
}

/** From which batch the dropped tasks come; null if they are not known any more. */
function wishOf(
  queries: QueryClient,
  dropped: readonly string[],
): { readonly from: BatchName; readonly tasks: readonly TaskView[] } | null {
  const pairs = dropped.map((text) => text.split(' '));
  const source = queries.getQueryData(batchQuery(pairs[0]?.[0] ?? '').queryKey);
  if (source === undefined) return null;
  const ids = new Set(pairs.map(([, id]) => id));
  return { from: { id: source.id, name: source.name }, tasks: source.tasks.filter(({ id }) => ids.has(id)) };
}

function idsOf(keys: Iterable<Key>): Set<string> {
  return new Set([...keys].map(String));
}
