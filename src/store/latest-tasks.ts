/** What became of a project's requirements: the newest task of each. */
import type { Kysely } from 'kysely';
import type { ProjectId } from '../contracts/ids.ts';
import type { Database } from './database.ts';
import type { LatestTask } from './task-store.ts';

/** See `TaskStore.latestOfRequirements`. */
export async function latestOfRequirements(db: Kysely<Database>, project: ProjectId): Promise<Map<string, LatestTask>> {
  const ranked = db
    .selectFrom('tasks')
    .innerJoin('batches', 'batches.id', 'tasks.batch')
    .where('tasks.project', '=', project)
    .where('tasks.type', '=', 'requirement')
    .where('batches.status', '!=', 'creating')
    .select(['tasks.id', 'tasks.batch', 'tasks.name', 'tasks.status', 'tasks.version'])
    .select((eb) =>
      eb.fn
        .agg<number | string>('row_number')
        .over((over) => over.partitionBy('tasks.name').orderBy('tasks.created_at', 'desc').orderBy('tasks.id', 'desc'))
        .as('place'),
    );
  const rows = await db.selectFrom(ranked.as('ranked')).selectAll().where('place', '=', 1).execute();
  return new Map(
    rows.map(({ id, batch, name, status, version }) => [name, { task: id, batch, status, sha256: version }]),
  );
}
