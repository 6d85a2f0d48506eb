/** Registered repositories. */
import type { Kysely, Selectable } from 'kysely';
import type { Clock } from '../platform/clock.ts';
import type { Database, ProjectTable } from './database.ts';
import type { ProjectRow, ProjectStore } from './store.ts';
import { fromInstant, fromJson, toInstant, toJson } from './values.ts';

/** {@link ProjectStore} on `db`. A removed project that is added again comes back with its id, under the new name. */
export function createProjectStore(db: Kysely<Database>, clock: Pick<Clock, 'now'>): ProjectStore {
  const present = () => db.selectFrom('projects').selectAll().where('removed_at', 'is', null);
  return {
    add: (project) =>
      db.transaction().execute(async (trx) => {
        const values = toColumns(project);
        await trx
          .insertInto('projects')
          .values(values)
          .onConflict((conflict) => conflict.columns(['host', 'path']).doNothing())
          .execute();
        await trx
          .updateTable('projects')
          .set({ name: project.name, removed_at: null })
          .where('host', '=', project.host)
          .where('path', '=', project.path)
          .where('removed_at', 'is not', null)
          .execute();
        const row = await trx
          .selectFrom('projects')
          .selectAll()
          .where('host', '=', project.host)
          .where('path', '=', project.path)
          .executeTakeFirstOrThrow();
        return toRow(row);
      }),
    list: async () => (await present().orderBy('name').orderBy('id').execute()).map(toRow),
    get: async (id) => {
      const row = await present().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toRow(row);
    },
    setSettings: async (id, settings) => {
      const row = await db
        .updateTable('projects')
        .set({ settings: toJson(settings) })
        .where('id', '=', id)
        .where('removed_at', 'is', null)
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? null : toRow(row);
    },
    setTrusted: async (id, sha256) => {
      await db.updateTable('projects').set({ trusted_sha256: sha256 }).where('id', '=', id).execute();
    },
    remove: async (id) => {
      await db
        .updateTable('projects')
        .set({ removed_at: toInstant(clock.now()) })
        .where('id', '=', id)
        .execute();
    },
  };
}

function toColumns(project: ProjectRow): Selectable<ProjectTable> {
  return {
    id: project.id,
    name: project.name,
    path: project.path,
    host: project.host,
    settings: toJson(project.settings),
    trusted_sha256: project.trustedSha256,
    created_at: toInstant(project.createdAtMs),
    removed_at: null,
  };
}

function toRow(row: Selectable<ProjectTable>): ProjectRow {
  return {
    id: row.id,
    name: row.name,
    path: row.path,
    host: row.host,
    settings: fromJson(row.settings),
    trustedSha256: row.trusted_sha256,
    createdAtMs: fromInstant(row.created_at),
  };
}
