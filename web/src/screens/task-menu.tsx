/** What can be done with a task from a list. */
import type { TaskView } from '../../../src/contracts/views.ts';
import { commandId, useCommand } from '../data/commands.ts';
import { MoreIcon } from '../ui/icons.tsx';
import { Menu } from '../ui/menu.tsx';
import type { MenuItem } from '../ui/menu.tsx';

/** See {@link TaskMenu}. */
export interface TaskMenuProps {
  readonly task: TaskView;
  /** Its place among the queued tasks of its batch (0: next), and how many there are; null if it is not queued. */
  readonly place: { readonly at: number; readonly of: number } | null;
}

/** Moving, removing and cancelling; nothing for a task that is over. */
export function TaskMenu({ task, place }: TaskMenuProps) {
  const batch = { id: task.batchId };
  const move = useCommand('moveTask', (answer) => {
    const queued = answer.tasks.filter((each) => each.status === 'queued' || each.status === 'idle');
    return `${task.name} is now number ${queued.findIndex((each) => each.id === task.id) + 1} of ${queued.length}.`;
  });
  const remove = useCommand('removeTasks', () => `${task.name} was taken out of the batch.`);
  const cancel = useCommand('cancelTask', () => `${task.name} is being cancelled.`);
  const moveTo = (position: number) => () =>
    move.mutate({ params: batch, body: { commandId: commandId(), taskId: task.id, position } });
  const items: MenuItem[] = [];
  if (place !== null) {
    const last = place.of - 1;
    if (place.at > 0) items.push({ label: 'Move to the front', run: moveTo(0) });
    if (place.at > 1) items.push({ label: 'Move up', run: moveTo(place.at - 1) });
    if (place.at < last - 1) items.push({ label: 'Move down', run: moveTo(place.at + 1) });
    if (place.at < last) items.push({ label: 'Move to the end', run: moveTo(last) });
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
  return <Menu label={`Actions for ${task.name}`} button={<MoreIcon />} items={items} />;
}

/** Places of the queued tasks of a batch, by task id. */
export function placesOf(tasks: readonly TaskView[]): ReadonlyMap<string, { at: number; of: number }> {
  const queued = tasks.filter((task) => task.status === 'queued' || task.status === 'idle');
  return new Map(queued.map((task, at) => [task.id, { at, of: queued.length }]));
}
