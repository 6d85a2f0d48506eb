/** The inbox: which tasks concern the user, and notices about batches. */
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { ColumnTypes } from '../engine.ts';

async function tasks(db: Kysely<unknown>, { text }: ColumnTypes): Promise<void> {
  await db.schema.alterTable('tasks').addColumn('inbox_at', text).execute();
  // What failed before there was an inbox was reported then.
  await sql`update tasks set inbox_at = completed_at, read_at = completed_at where status = 'failed'`.execute(db);
  await sql`create index tasks_inbox on tasks (inbox_at, id) where inbox_at is not null`.execute(db);
  await sql`create index tasks_unread on tasks (batch)
    where inbox_at is not null and read_at is null and deleted_at is null`.execute(db);
}

async function notices(db: Kysely<unknown>, { text }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('notices')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('batch', text, (column) => column.notNull().references('batches.id').onDelete('cascade'))
    .addColumn('at', text, (column) => column.notNull())
    .addColumn('message', text, (column) => column.notNull())
    .addColumn('resolved_at', text)
    .addColumn('read_at', text)
    .addColumn('deleted_at', text)
    .execute();
  await db.schema.createIndex('notices_newest').on('notices').columns(['at', 'id']).execute();
  await db.schema.createIndex('notices_batch').on('notices').column('batch').execute();
}

/** Adds the columns and the table. */
export function inbox(types: ColumnTypes): Migration {
  return {
    async up(db: Kysely<unknown>) {
      for (const make of [tasks, notices]) await make(db, types);
    },
  };
}
