/** What can be done with a task from a list. */
import { useQuery } from '@tanstack/react-query';
import type { BatchSummary, TaskView } from '../../../src/contracts/views.ts';
import { commandId, useCommand } from '../data/commands.ts';
import { batchesQuery } from '../data/queries.ts';
import { MoreIcon } from '../ui/icons.tsx';
import { Menu } from '../ui/menu.tsx';
import type { MenuItem } from '../ui/menu.tsx';

/** See {@link TaskMenu}. */
export interface TaskMenuProps {
  readonly task: TaskView;
  /** Its place among the queued tasks of its batch (0: next), and how many there are; null if it is not queued. */
  readonly place: { readonly at: number; readonly of: number } | null;
}

/** More batches would make the menu longer than a screen. */
const MAX_TARGETS = 8;

/** Moving, removing, cancelling, trying again; nothing for a task that was completed. */
export function TaskMenu({ task, place }: TaskMenuProps) {
  const batch = { id: task.batchId };
  const move = useCommand('moveTask', (answer) => {
    const queued = answer.tasks.filter((each) => each.status === 'queued' || each.status === 'idle');
    return `${task.name} is now number ${queued.findIndex((each) => each.id === task.id) + 1} of ${queued.length}.`;
  });
  const remove = useCommand('removeTasks', () => `${task.name} was taken out of the batch.`);
  const cancel = useCommand('cancelTask', () => `${task.name} is being cancelled.`);
  const retry = useCommand('retryTask', () => `${task.name} is queued again.`);
  const offload = useCommand('offload', ({ target, tasks: [moved] }) =>
    moved?.result === 'stayed'
      ? `${task.name} stays: ${moved.reason ?? 'it was refused'}`
      : `${task.name} ${moved?.result === 'moved' ? 'is now' : 'is on its way to be'} in ${target.name}.`,
  );
  const { data: batches } = useQuery(batchesQuery());
  const moveTo = (position: number) => () =>
    move.mutate({ params: batch, body: { commandId: commandId(), taskId: task.id, position } });
  const items: MenuItem[] = [];
  if (place !== null) {
    const last = place.of - 1;
    if (place.at > 0) items.push({ label: 'Move to the front', run: moveTo(0) });
    if (place.at > 1) items.push({ label: 'Move up', run: moveTo(place.at - 1) });
    if (place.at < last - 1) items.push({ label: 'Move down', run: moveTo(place.at + 1) });
    if (place.at < last) items.push({ label: 'Move to the end', run: moveTo(last) });
    const taskIds = [task.id];
    for (const { id, name } of targetsOf(batches?.items ?? [], task)) {
      const run = (): void => offload.mutate({ params: batch, body: { commandId: commandId(), to: id, taskIds } });
      items.push({ label: `Move to ${name}`, run });
    }
    items.push({
      label: 'Move to a new batch',
      run: () => offload.mutate({ params: batch, body: { commandId: commandId(), newBatch: {}, taskIds } }),
    });
    items.push({
      label: 'Take out of the batch',
      run: () => remove.mutate({ params: batch, body: { commandId: commandId(), taskIds: [task.id] } }),
      isDanger: true,
    });
  }
  if (task.status === 'running' || task.status === 'waiting') {
    const run = (): void => cancel.mutate({ params: { id: task.id }, body: { commandId: commandId() } });
    items.push({ label: 'Cancel this task', run, isDanger: true });
  }
  if (task.status === 'failed' || task.status === 'skipped') {
    const run = (): void => retry.mutate({ params: { id: task.id }, body: { commandId: commandId() } });
    items.push({ label: 'Try again', run });
  }
  return <Menu label={`Actions for ${task.name}`} button={<MoreIcon />} groups={[{ items }]} />;
}

/** Open batches that a task could move to. */
function targetsOf(batches: readonly BatchSummary[], task: TaskView): BatchSummary[] {
  const isOpen = ({ id, status }: BatchSummary): boolean =>
    id !== task.batchId && (status === 'running' || status === 'paused' || status === 'idle');
  return batches.filter(isOpen).slice(0, MAX_TARGETS);
}

/** Places of the queued tasks of a batch, by task id. */
export function placesOf(tasks: readonly TaskView[]): ReadonlyMap<string, { at: number; of: number }> {
  const queued = tasks.filter((task) => task.status === 'queued' || task.status === 'idle');
  return new Map(queued.map((task, at) => [task.id, { at, of: queued.length }]));
}
