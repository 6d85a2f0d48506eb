/** Tasks about a pull request that was closed: nobody wants their work any more. */
import { AppError } from '../../contracts/errors.ts';
import type { TaskId } from '../../contracts/ids.ts';
import type { ProjectRow, TaskRow } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';
import { sendCommand } from './command-batch.ts';
import { findBatch } from './lookup.ts';

/** What is not over. */
const OPEN = ['idle', 'queued', 'waiting', 'running'] as const;
const TASKS_PER_READ = 100;

/** What was closed. */
export interface ClosedPull {
  readonly number: number;
  /** Names the event: the same for the same closing. */
  readonly key: string;
  /** The task that looks after the rest. */
  readonly except: TaskId;
}

/**
 * Cancels what is queued, waits or runs for it, in whichever batch; what is cancelled already is left alone.
 * @throws AppError no_worker, temporal_unreachable: to be called again, the commands are sent once
 */
export async function endTasksAbout(deps: ApiDeps, project: ProjectRow, closed: ClosedPull): Promise<void> {
  for (const row of await openTasksOf(deps, project)) {
    if (!isAbout(row, closed.number) || row.definition.id === closed.except) continue;
    await cancelOne(deps, row, closed.key);
  }
}

async function openTasksOf({ store }: ApiDeps, { id }: ProjectRow): Promise<TaskRow[]> {
  const found: TaskRow[] = [];
  for (const status of OPEN) {
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const filter = { status, project: id, limit: TASKS_PER_READ };
      const page = await store.tasks.list(cursor === undefined ? filter : { ...filter, cursor });
      found.push(...page.items);
      cursor = page.nextCursor;
    }
  }
  return found;
}

function isAbout({ definition }: TaskRow, number: number): boolean {
  const { kind, params } = definition;
  if (kind === 'process-pr') return params['prNumber'] === number && params['action'] !== 'closed';
  return kind === 'process-comment' && params['issueNumber'] === number;
}

async function cancelOne(deps: ApiDeps, { definition, batch }: TaskRow, key: string): Promise<void> {
  const taskId = definition.id;
  const row = await findBatch(deps.store, batch);
  if (row.status === 'completed' || row.status === 'cancelled') return;
  try {
    await sendCommand(deps, row, 'cancelTask', `github:${key}:${taskId}`, (command) => ({ ...command, taskId }));
  } catch (error) {
    // It ended by itself in this very moment.
    if (!AppError.is(error, 'batch_closing') && !AppError.is(error, 'illegal_transition')) throw error;
  }
}
