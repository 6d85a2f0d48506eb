/** What the Temporal Web UI shows of a batch: a Markdown table of its tasks. Runs in the workflow sandbox: pure. */
import type { BatchState, TaskState } from '../contracts/state.ts';
import { countTasks } from './batch-state.ts';

/** Rows shown: Temporal draws at most 20 kB. */
const MAX_ROWS = 120;

const SIGNS: Record<TaskState['status'], string> = {
  idle: '·',
  queued: '·',
  running: '▶',
  waiting: '⏸',
  completed: '✓',
  failed: '✗',
  skipped: '↷',
  cancelled: '⊘',
};

/** Markdown: the hold if there is one, the counts, and the tasks around the present one. */
export function detailsTable(state: BatchState): string {
  const done = countTasks(state, 'completed');
  const failed = countTasks(state, 'failed');
  const head = `**${state.status}** · ${done} of ${state.tasks.length} done${failed > 0 ? `, ${failed} failed` : ''}`;
  const hold =
    state.hold === null
      ? []
      : [`**On hold: ${state.hold.reason}** ${until(state.hold.untilMs)} — ${plain(state.hold.message)}`];
  const rows = windowOf(state.tasks).map((task) => line(state, task));
  return [head, ...hold, '', '| | task | step | attempts |', '|---|---|---|---|', ...rows]
    .join('\n\n')
    .replaceAll('|\n\n|', '|\n|');
}

/** One line for an activity's summary: at most 200 characters. */
export function taskLabel(task: TaskState): string {
  return plain(task.name ?? task.id).slice(0, 200);
}

function line(state: BatchState, task: TaskState): string {
  const details = state.details[task.id];
  const step = details?.step ?? '';
  return `| ${SIGNS[task.status]} ${task.status} | ${taskLabel(task)} | ${step} | ${task.attempt ?? 0} |`;
}

function windowOf(tasks: readonly TaskState[]): readonly TaskState[] {
  if (tasks.length <= MAX_ROWS) return tasks;
  const present = tasks.findIndex(
    (task) => task.status === 'running' || task.status === 'waiting' || task.status === 'queued',
  );
  const start = Math.max(
    0,
    Math.min((present === -1 ? tasks.length : present) - MAX_ROWS / 2, tasks.length - MAX_ROWS),
  );
  return tasks.slice(start, start + MAX_ROWS);
}

function until(untilMs: number | null): string {
  return untilMs === null ? '' : `waiting until ${new Date(untilMs).toISOString()}`;
}

function plain(text: string): string {
  return text.replaceAll(/[|\n\r`<>*_[\]]/g, ' ');
}
