/** Writes what a workflow says of its batch into a database that has lost it, or has it as it was some time ago. */
import type { Kysely, Transaction } from 'kysely';
import { soloTaskOf } from '../contracts/ids.ts';
import type { TaskId } from '../contracts/ids.ts';
import { traitsOf } from '../contracts/kinds.ts';
import type { BatchState, TaskState } from '../contracts/state.ts';
import { isFinalTaskStatus } from '../contracts/vocabulary.ts';
import { projectOf } from '../domain/batch-state.ts';
import type { Database } from './database.ts';
import type { Engine } from './engine.ts';
import { writeRecord } from './record.ts';
import type { BroughtBack, KnownBatch, ProjectRow, TaskDefinition } from './store.ts';
import { toTaskColumns } from './task-rows.ts';
import { chunksOf, toInstant, toJson } from './values.ts';

const ROWS_PER_INSERT = 100;

/** See `Store.bringBack`. Missing rows first, then one record as the workflow would write it. */
export async function bringBack(
  db: Kysely<Database>,
  engine: Pick<Engine, 'lockJournal'>,
  known: KnownBatch,
  atMs: number,
): Promise<BroughtBack> {
  const { state } = known;
  const unnamed = await db.transaction().execute(async (trx) => {
    for (const project of known.projects) await insertProject(trx, project);
    await insertBatch(trx, known);
    return await insertTasks(trx, known);
  });
  const { tasks, details, ...head } = state;
  await writeRecord(
    db,
    engine,
    {
      batch: state.batch,
      epoch: state.epoch,
      seq: state.seq,
      head,
      tasks: tasks.map((task) => ({ state: task, details: details[task.id] ?? null })),
      removed: [],
      events: [],
    },
    atMs,
  );
  return { unnamed, withoutDetails: await withoutDetails(db, state) };
}

async function insertProject(trx: Transaction<Database>, project: ProjectRow): Promise<void> {
  await trx
    .insertInto('projects')
    .values({
      id: project.id,
      name: project.name,
      path: project.path,
      host: project.host,
      settings: toJson(project.settings),
      trusted_sha256: project.trustedSha256,
      created_at: toInstant(project.createdAtMs),
      removed_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function insertBatch(trx: Transaction<Database>, { state, createdAtMs, flags }: KnownBatch): Promise<void> {
  const { batch, name, host, project, epoch, status, onFailure } = state;
  await trx
    .insertInto('batches')
    .values({
      id: batch,
      name,
      host,
      project,
      epoch,
      // Older than every record, so that the one that follows is written.
      seq: -1,
      status,
      on_failure: onFailure,
      flags: toJson({ ...flags, onFailure }),
      head: null,
      command_number: 0,
      created_at: toInstant(createdAtMs),
      recorded_at: toInstant(createdAtMs),
      solo: soloTaskOf(batch) === null ? 0 : 1,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

/** Rows of tasks that have none, and the requirements that open tasks hold. Tasks of which nobody knows what they are. */
async function insertTasks(trx: Transaction<Database>, known: KnownBatch): Promise<TaskId[]> {
  const { state, createdAtMs, definitions } = known;
  const present = await trx.selectFrom('tasks').select('id').where('batch', '=', state.batch).execute();
  const has = new Set(present.map(({ id }) => id));
  const missing = state.tasks.filter(({ id }) => !has.has(id));
  const rows = missing.map((task) => ({ task, definition: definitions.get(task.id) ?? unknownTask(state, task) }));
  for (const some of chunksOf(rows, ROWS_PER_INSERT)) {
    const values = some.map(({ task, definition }) =>
      toTaskColumns(definition, { batch: state.batch, rank: task.rank, createdAtMs }),
    );
    await trx
      .insertInto('tasks')
      .values(values)
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  }
  const holding = rows.filter(
    ({ task, definition }) =>
      !isFinalTaskStatus(task.status) && traitsOf(definition.kind).deletesRequirement && definition.name !== task.id,
  );
  for (const some of chunksOf(holding, ROWS_PER_INSERT)) {
    const values = some.map(({ task, definition: { project, name } }) => ({
      project,
      requirement: name,
      task: task.id,
      batch: state.batch,
    }));
    await trx
      .insertInto('open_requirements')
      .values(values)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  return rows.filter(({ task }) => !definitions.has(task.id)).map(({ task }) => task.id);
}

/** A task that never had an order: the workflow knows its name at most. */
function unknownTask(state: BatchState, task: TaskState): TaskDefinition {
  const { id, kind = 'requirement', name = id } = task;
  return { id, project: projectOf(state, task), kind, name, title: name, sha256: '', params: {} };
}

/** Tasks that have ended, of which neither the workflow nor the database still knows how. */
async function withoutDetails(db: Kysely<Database>, { batch }: BatchState): Promise<TaskId[]> {
  const rows = await db
    .selectFrom('tasks')
    .select(['id', 'status'])
    .where('batch', '=', batch)
    .where('details', 'is', null)
    .execute();
  return rows.filter(({ status }) => status === 'completed' || status === 'failed').map(({ id }) => id);
}
