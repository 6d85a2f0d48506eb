/** Requirements of closed tasks that are to be tried again: taken once more, unless somebody else has them now. */
import type { Kysely, Transaction } from 'kysely';
import { AppError } from '../contracts/errors.ts';
import type { BatchId, ProjectId, TaskId } from '../contracts/ids.ts';
import { traitsOf } from '../contracts/kinds.ts';
import type { TaskKind } from '../contracts/vocabulary.ts';
import type { Database } from './database.ts';
import { chunksOf } from './values.ts';

const ROWS_PER_QUERY = 100;

interface Wanted {
  readonly id: TaskId;
  readonly type: TaskKind;
  readonly project: ProjectId;
  readonly name: string;
}

/** See `BatchStore.retryTasks`. @throws AppError task_not_found, already_queued */
export async function retryTasks(db: Kysely<Database>, batch: BatchId, tasks: readonly TaskId[]): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const wanted = await find(trx, batch, tasks);
    for (const some of chunksOf(wanted, ROWS_PER_QUERY)) {
      await trx
        .insertInto('open_requirements')
        .values(some.map(({ id, project, name }) => ({ project, requirement: name, task: id, batch })))
        .onConflict((conflict) => conflict.columns(['project', 'requirement']).doNothing())
        .execute();
    }
    await refuseTaken(trx, wanted);
    // What it left is that of the go before: the next one leaves its own.
    for (const ids of chunksOf(tasks, ROWS_PER_QUERY)) {
      await trx.updateTable('tasks').set({ result: null }).where('batch', '=', batch).where('id', 'in', ids).execute();
    }
  });
}

/** See `BatchStore.dropRetries`. */
export async function dropRetries(db: Kysely<Database>, tasks: readonly TaskId[]): Promise<void> {
  for (const ids of chunksOf(tasks, ROWS_PER_QUERY)) {
    await db
      .deleteFrom('open_requirements')
      .where('task', 'in', (eb) =>
        eb
          .selectFrom('tasks')
          .select('id')
          .where('id', 'in', ids)
          .where('status', 'in', ['completed', 'failed', 'skipped', 'cancelled']),
      )
      .execute();
  }
}

/** Those that work on a requirement, in one order by all writers, so that two who want the same ones wait for each other and do not deadlock. */
async function find(trx: Transaction<Database>, batch: BatchId, tasks: readonly TaskId[]): Promise<Wanted[]> {
  const found: Wanted[] = [];
  for (const ids of chunksOf(tasks, ROWS_PER_QUERY)) {
    const rows = trx.selectFrom('tasks').select(['id', 'type', 'project', 'name']).where('batch', '=', batch);
    found.push(...(await rows.where('id', 'in', ids).execute()));
  }
  const known = new Set(found.map((task) => task.id));
  const missing = tasks.find((id) => !known.has(id));
  if (missing !== undefined) throw new AppError('task_not_found', `Batch ${batch} has no task ${missing}.`);
  const requirements = found.filter((task) => traitsOf(task.type).deletesRequirement);
  return requirements.toSorted((left, right) => compare(left.project, right.project) || compare(left.name, right.name));
}

/** The unique key decided: whoever's task is not in the row came second. */
async function refuseTaken(trx: Transaction<Database>, wanted: readonly Wanted[]): Promise<void> {
  const requirements: { name: string; batch: BatchId; task: TaskId }[] = [];
  for (const { id, project, name } of wanted) {
    const holder = await trx
      .selectFrom('open_requirements')
      .innerJoin('tasks', 'tasks.id', 'open_requirements.task')
      .select(['tasks.id', 'tasks.batch'])
      .where('open_requirements.project', '=', project)
      .where('open_requirements.requirement', '=', name)
      .executeTakeFirst();
    if (holder !== undefined && holder.id !== id) requirements.push({ name, batch: holder.batch, task: holder.id });
  }
  const [first] = requirements;
  if (first === undefined) return;
  const others = requirements.length > 1 ? ` and ${requirements.length - 1} more` : '';
  const message = `Requirement ${first.name}${others}: queued in batch ${first.batch} already.`;
  throw new AppError('already_queued', message, { details: { requirements } });
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
