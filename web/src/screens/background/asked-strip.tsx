/** Background tasks of a project that are at work, and results that nobody has looked at yet. */
import { useQuery } from '@tanstack/react-query';
import type { ListedTask } from '../../../../src/contracts/inbox-routes.ts';
import { askedQuery, isOpen } from '../../data/background.ts';
import { Button } from '../../ui/button.tsx';
import { TaskStatusLabel } from '../../ui/status.tsx';

/** Nothing while there are none. */
export function AskedStrip({
  project,
  looked,
  onOpen,
}: {
  readonly project: string;
  /** Task whose result is being looked at: no news any more. */
  readonly looked: string | undefined;
  readonly onOpen: (taskId: string) => void;
}) {
  const shown = (useQuery(askedQuery(project)).data ?? []).filter(
    (task) => isOpen(task) || (isNews(task) && task.id !== looked),
  );
  if (shown.length === 0) return null;
  return (
    <ul className="asked" aria-label="In the background">
      {shown.map((task) => (
        <li key={task.id} className={isNews(task) ? 'asked-row asked-news' : 'asked-row'}>
          <TaskStatusLabel task={task} />
          <span className="asked-name">{task.name}</span>
          <Button
            size="s"
            kind={isNews(task) ? 'primary' : 'plain'}
            label={`${wordOf(task)}: ${task.name}`}
            onPress={() => onOpen(task.id)}
          >
            {wordOf(task)}
          </Button>
        </li>
      ))}
    </ul>
  );
}

function isNews({ status, readAt }: ListedTask): boolean {
  return readAt === null && (status === 'completed' || status === 'failed');
}

function wordOf(task: ListedTask): string {
  return task.status === 'completed' ? 'View results' : 'Open';
}
