/** Batches and tasks as they are asked for: one transaction each, with the requirements they take. */
import type { Kysely, Transaction } from 'kysely';
import { AppError } from '../contracts/errors.ts';
import { soloTaskOf } from '../contracts/ids.ts';
import type { BatchId, TaskId } from '../contracts/ids.ts';
import { traitsOf } from '../contracts/kinds.ts';
import { RANK_STEP } from '../domain/batch-state.ts';
import { failpoint } from '../platform/failpoint.ts';
import type { Database } from './database.ts';
import type { NewBatch, TaskDefinition } from './store.ts';
import { toTaskColumns } from './task-rows.ts';
import { chunksOf, toInstant, toJson } from './values.ts';

const ROWS_PER_INSERT = 100;

interface Place {
  readonly batch: BatchId;
  readonly firstRank: number;
  readonly createdAtMs: number;
}

/** See `BatchStore.create`. @throws AppError already_queued */
export async function createBatch(db: Kysely<Database>, batch: NewBatch): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const createdAt = toInstant(batch.createdAtMs);
    await trx
      .insertInto('batches')
      .values({
        id: batch.id,
        name: batch.name,
        host: batch.host,
        project: batch.project,
        epoch: batch.epoch,
        seq: 0,
        status: 'creating',
        on_failure: batch.onFailure,
        flags: toJson(batch.flags),
        head: null,
        command_number: 0,
        created_at: createdAt,
        recorded_at: createdAt,
        solo: soloTaskOf(batch.id) === null ? 0 : 1,
      })
      .execute();
    await insertTasks(trx, batch.tasks, { batch: batch.id, firstRank: 0, createdAtMs: batch.createdAtMs });
  });
  failpoint('create:after-row');
}

/** See `BatchStore.addTasks`. @throws AppError batch_not_found, already_queued */
export async function addTasks(db: Kysely<Database>, tasks: readonly TaskDefinition[], place: Place): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const batch = await trx.selectFrom('batches').select('id').where('id', '=', place.batch).executeTakeFirst();
    if (batch === undefined) throw new AppError('batch_not_found', `There is no batch ${place.batch}.`);
    await insertTasks(trx, tasks, place);
  });
}

/** See `BatchStore.dropTasks`. */
export async function dropTasks(db: Kysely<Database>, batch: BatchId, tasks: readonly TaskId[]): Promise<void> {
  await db.transaction().execute(async (trx) => {
    for (const ids of chunksOf(tasks, ROWS_PER_INSERT)) {
      await trx.deleteFrom('tasks').where('batch', '=', batch).where('id', 'in', ids).execute();
    }
  });
}

async function insertTasks(trx: Transaction<Database>, tasks: readonly TaskDefinition[], place: Place): Promise<void> {
  const columns = tasks.map((task, index) =>
    toTaskColumns(task, { ...place, rank: place.firstRank + index * RANK_STEP }),
  );
  for (const rows of chunksOf(columns, ROWS_PER_INSERT)) await trx.insertInto('tasks').values(rows).execute();
  const requirements = tasks.filter((task) => traitsOf(task.kind).deletesRequirement);
  // In one order by all writers, so that two who want the same ones wait for each other and do not deadlock.
  const ordered = requirements.toSorted(
    (left, right) => compare(left.project, right.project) || compare(left.name, right.name),
  );
  for (const some of chunksOf(ordered, ROWS_PER_INSERT)) {
    await trx
      .insertInto('open_requirements')
      .values(
        some.map((task) => ({ project: task.project, requirement: task.name, task: task.id, batch: place.batch })),
      )
      .onConflict((conflict) => conflict.columns(['project', 'requirement']).doNothing())
      .execute();
  }
  if (requirements.length > 0) await refuseTaken(trx, requirements, place.batch);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The unique key decided; whoever's task is not in its row came second. */
async function refuseTaken(
  trx: Transaction<Database>,
  tasks: readonly TaskDefinition[],
  batch: BatchId,
): Promise<void> {
  const mine = await trx.selectFrom('open_requirements').select('task').where('batch', '=', batch).execute();
  const got = new Set(mine.map((row) => row.task));
  const refused = tasks.filter((task) => !got.has(task.id));
  if (refused.length === 0) return;
  const requirements = [];
  for (const task of refused.slice(0, ROWS_PER_INSERT)) {
    const holder = await trx
      .selectFrom('open_requirements')
      .select(['task', 'batch'])
      .where('project', '=', task.project)
      .where('requirement', '=', task.name)
      .executeTakeFirst();
    if (holder !== undefined) requirements.push({ name: task.name, batch: holder.batch, task: holder.task });
  }
  const [first] = requirements;
  const others = refused.length > 1 ? ` and ${refused.length - 1} more` : '';
  const where =
    first?.batch !== batch
      ? `queued in batch ${first?.batch} already`
      : tasks.some((task) => task.id === first.task)
        ? 'named twice'
        : 'in this batch already';
  throw new AppError('already_queued', `Requirement ${first?.name}${others}: ${where}.`, { details: { requirements } });
}
