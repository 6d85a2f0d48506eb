/** From what people type to ids: batches and tasks by id, or by their exact name in the current project. */
import { AppError } from '../contracts/errors.ts';
import { isId } from '../contracts/ids.ts';
import type { BatchSummary, TaskView } from '../contracts/views.ts';
import { isFinalTaskStatus } from '../contracts/vocabulary.ts';
import type { CliContext } from './context.ts';
import type { Client } from '../client/client.ts';
import { currentProject } from './repository.ts';

const PAGE = 500;

/**
 * Id of a batch. A name that fits several means the open one, if just one is open. Deleted ones have no names, unless
 * `show` is `deleted`.
 * @throws AppError batch_not_found, ambiguous_name with the candidates
 */
export async function resolveBatch(
  context: CliContext,
  client: Client,
  wanted: string,
  show: BatchQuery['show'] = 'all',
): Promise<string> {
  if (isId('batch', wanted)) return wanted;
  const project = await currentProject(context, client);
  const query = { show, ...(project === null ? {} : { project: project.id }) };
  const batches = (await allBatches(client, query)).filter((batch) => batch.name === wanted);
  const found = pickOne(batches, (batch) => batch.status !== 'completed' && batch.status !== 'cancelled');
  if (found !== null) return found.id;
  if (batches.length === 0) {
    const where = project === null ? '' : ` in project ${project.name}`;
    throw new AppError('batch_not_found', `No batch is called ${wanted}${where}.`);
  }
  throw new AppError('ambiguous_name', `${batches.length} batches are called ${wanted}:`, {
    details: { candidates: batches.map(({ id, status, createdAt }) => ({ id, status, createdAt })) },
  });
}

/**
 * Id of a task; `batch` (an id) narrows the search.
 * @throws AppError task_not_found, ambiguous_name with the candidates
 */
export async function resolveTask(
  context: CliContext,
  client: Client,
  wanted: string,
  batch?: string,
): Promise<string> {
  if (isId('task', wanted)) return wanted;
  const name = requirementName(wanted);
  const project = batch === undefined ? await currentProject(context, client) : null;
  const query = { ...(batch === undefined ? {} : { batch }), ...(project === null ? {} : { project: project.id }) };
  const tasks = (await allTasks(client, query)).filter((task) => task.name === name);
  const found = pickOne(tasks, (task) => !isFinalTaskStatus(task.status));
  if (found !== null) return found.id;
  if (tasks.length === 0) throw new AppError('task_not_found', `No task is called ${name}.`);
  throw new AppError('ambiguous_name', `${tasks.length} tasks are called ${name}:`, {
    details: { candidates: tasks.map(({ id, status, batchId, startedAt }) => ({ id, status, batchId, startedAt })) },
  });
}

/** Requirement name from what was typed: `fix-it`, `fix-it.md` and `.claude/commands/fix-it.md` mean the same. */
export function requirementName(text: string): string {
  const marker = '.claude/commands/';
  const at = text.lastIndexOf(marker);
  const name = at === -1 ? text : text.slice(at + marker.length);
  return name.endsWith('.md') ? name.slice(0, -'.md'.length) : name;
}

/** The only candidate, or the only open one; else null. */
function pickOne<Item>(candidates: readonly Item[], isOpen: (item: Item) => boolean): Item | null {
  const open = candidates.filter(isOpen);
  const best = open.length > 0 ? open : candidates;
  return best.length === 1 ? (best[0] ?? null) : null;
}

/** Which batches are wanted; `show` as in the route, default `all`. */
export interface BatchQuery {
  readonly project?: string;
  readonly status?: BatchSummary['status'];
  readonly show?: 'all' | 'current' | 'deleted';
}

/** All batches that fit `query`, newest first. */
export async function allBatches(client: Client, query: BatchQuery): Promise<BatchSummary[]> {
  const found: BatchSummary[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: BatchSummary[]; nextCursor: string | null } = await client.call('listBatches', {
      query: { ...query, limit: PAGE, ...(cursor === null ? {} : { cursor }) },
    });
    found.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return found;
}

/** All tasks that fit `query`, newest first. */
export async function allTasks(
  client: Client,
  query: { batch?: string; project?: string; status?: TaskView['status'] },
): Promise<TaskView[]> {
  const found: TaskView[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: TaskView[]; nextCursor: string | null } = await client.call('listTasks', {
      // What was dismissed from the inbox is a task all the same.
      query: { ...query, deleted: 'all', limit: PAGE, ...(cursor === null ? {} : { cursor }) },
    });
    found.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return found;
}
