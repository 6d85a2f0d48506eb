/** What can be done with a task from a list. */
import { useQuery } from '@tanstack/react-query';
import type { BatchSummary, TaskView } from '../../../src/contracts/views.ts';
import { useTaskActions } from '../data/batches.ts';
import { useMove } from '../data/moves.ts';
import type { BatchName } from '../data/moves.ts';
import { batchesQuery } from '../data/queries.ts';
import { MoreIcon } from '../ui/icons.tsx';
import { MenuButton, OpenedMenu } from '../ui/menu.tsx';
import type { MenuItem, OpenedBy } from '../ui/menu.tsx';

/** See {@link TaskMenu}. */
export interface TaskMenuProps {
  readonly task: TaskView;
  /** Its place among the movable tasks of its batch (0: next), and how many there are; null if it is not movable. */
  readonly place: { readonly at: number; readonly of: number } | null;
}

/** More batches would make the menu longer than a screen. */
const MAX_TARGETS = 8;

/** Moving, removing, cancelling, trying again; nothing for a task that was completed. */
export function TaskMenu({ task, place }: TaskMenuProps) {
  const isIdle = place === null && !['running', 'waiting', 'failed', 'skipped'].includes(task.status);
  if (isIdle) return null;
  return (
    <MenuButton label={`Actions for ${task.name}`} button={<MoreIcon />}>
      {(by) => <TaskEntries task={task} place={place} by={by} />}
    </MenuButton>
  );
}

/** What they need is asked for when the menu is opened: a list has thousands of tasks. */
function TaskEntries({ task, place, by }: TaskMenuProps & { readonly by: OpenedBy }) {
  const actions = useTaskActions(task);
  const move = useMove();
  const { data: batches } = useQuery(batchesQuery());
  const own = { id: task.batchId, name: batches?.items.find(({ id }) => id === task.batchId)?.name ?? 'its batch' };
  const moveTo = (to: BatchName | null, position: number | null) => () =>
    void move({ from: own, to, tasks: [task], position });
  const within: MenuItem[] = [];
  const away: MenuItem[] = [];
  const end: MenuItem[] = [];
  if (place !== null) {
    const last = place.of - 1;
    if (place.at > 0) within.push({ label: 'Move to the front', run: moveTo(own, 0) });
    if (place.at > 1) within.push({ label: 'Move up', run: moveTo(own, place.at - 1) });
    if (place.at < last - 1) within.push({ label: 'Move down', run: moveTo(own, place.at + 1) });
    if (place.at < last) within.push({ label: 'Move to the end', run: moveTo(own, null) });
    for (const target of targetsOf(batches?.items ?? [], task)) {
      away.push({ label: `Move to ${target.name}`, run: moveTo(target, null) });
    }
    away.push({ label: 'Move to a new batch', run: moveTo(null, null) });
    end.push({ label: 'Take out of the batch', run: actions.remove, isDanger: true });
  }
  if (task.status === 'running' || task.status === 'waiting') {
    end.push({ label: 'Cancel this task', run: actions.cancel, isDanger: true });
  }
  if (task.status === 'failed' || task.status === 'skipped') end.push({ label: 'Try again', run: actions.retry });
  const groups = [{ items: within }, { items: away }, { items: end }];
  return <OpenedMenu label={`Actions for ${task.name}`} button={<MoreIcon />} groups={groups} by={by} />;
}

/** Open batches that a task could move to. */
function targetsOf(batches: readonly BatchSummary[], task: TaskView): BatchSummary[] {
  const isOpen = ({ id, status }: BatchSummary): boolean =>
    id !== task.batchId && (status === 'running' || status === 'paused' || status === 'idle');
  return batches.filter(isOpen).slice(0, MAX_TARGETS);
}
