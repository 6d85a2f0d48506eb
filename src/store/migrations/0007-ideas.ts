/** Ideas, and the log of what was implemented. */
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { ColumnTypes } from '../engine.ts';

async function makeIdeas(db: Kysely<unknown>, { text }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('ideas')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('project', text, (column) => column.notNull())
    .addColumn('title', text, (column) => column.notNull())
    .addColumn('body', text, (column) => column.notNull())
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('requirement', text)
    .addColumn('task', text)
    .addColumn('created_at', text, (column) => column.notNull())
    .addColumn('updated_at', text, (column) => column.notNull())
    .addColumn('implemented_at', text)
    .execute();
  await db.schema.createIndex('ideas_newest').on('ideas').columns(['created_at', 'id']).execute();
  await db.schema.createIndex('ideas_requirement').on('ideas').columns(['project', 'requirement']).execute();
}

/** No reference to tasks: what was done is still to be read when its batch is gone. */
async function makeLog(db: Kysely<unknown>, { text, integer }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('implementation_log')
    .addColumn('task', text, (column) => column.primaryKey())
    .addColumn('project', text, (column) => column.notNull())
    .addColumn('batch', text, (column) => column.notNull())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('title', text, (column) => column.notNull())
    .addColumn('at', text, (column) => column.notNull())
    .addColumn('attempt', integer, (column) => column.notNull())
    .addColumn('agent', text)
    .addColumn('session', text)
    .addColumn('commit_id', text)
    .addColumn('files', text)
    .execute();
  await db.schema
    .createIndex('implementation_log_newest')
    .on('implementation_log')
    .columns(['project', 'at', 'task'])
    .execute();
  await sql`create index implementation_log_open on implementation_log (at, task)
    where files is null and commit_id is not null`.execute(db);
}

/** Adds the tables. */
export function ideas(types: ColumnTypes): Migration {
  return {
    async up(db: Kysely<unknown>) {
      for (const make of [makeIdeas, makeLog]) await make(db, types);
    },
  };
}
