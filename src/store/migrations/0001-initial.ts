/** First schema: all tables of the first release. */
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { ColumnTypes } from '../engine.ts';

async function projects(db: Kysely<unknown>, { text }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('projects')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('path', text, (column) => column.notNull())
    .addColumn('host', text, (column) => column.notNull())
    .addColumn('settings', text, (column) => column.notNull())
    .addColumn('trusted_sha256', text)
    .addColumn('created_at', text, (column) => column.notNull())
    .addColumn('removed_at', text)
    .addUniqueConstraint('projects_place', ['host', 'path'])
    .execute();
}

async function batches(db: Kysely<unknown>, { text, integer }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('batches')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('host', text, (column) => column.notNull())
    .addColumn('project', text, (column) => column.notNull())
    .addColumn('epoch', integer, (column) => column.notNull())
    .addColumn('seq', integer, (column) => column.notNull())
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('on_failure', text, (column) => column.notNull())
    .addColumn('flags', text, (column) => column.notNull())
    .addColumn('head', text)
    .addColumn('command_number', integer, (column) => column.notNull())
    .addColumn('created_at', text, (column) => column.notNull())
    .addColumn('recorded_at', text, (column) => column.notNull())
    .addColumn('deleted_at', text)
    .execute();
  await db.schema.createIndex('batches_newest').on('batches').columns(['created_at', 'id']).execute();
  await db.schema.createIndex('batches_status').on('batches').columns(['status', 'created_at', 'id']).execute();
}

async function tasks(db: Kysely<unknown>, { text, integer }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('tasks')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('type', text, (column) => column.notNull())
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('version', text, (column) => column.notNull())
    .addColumn('params', text, (column) => column.notNull())
    .addColumn('context', text)
    .addColumn('result', text)
    .addColumn('error', text)
    .addColumn('created_at', text, (column) => column.notNull())
    .addColumn('started_at', text)
    .addColumn('completed_at', text)
    .addColumn('read_at', text)
    .addColumn('deleted_at', text)
    .addColumn('batch', text, (column) => column.notNull().references('batches.id').onDelete('cascade'))
    .addColumn('project', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('title', text, (column) => column.notNull())
    .addColumn('rank', 'double precision', (column) => column.notNull())
    .addColumn('attempt', integer, (column) => column.notNull())
    .addColumn('spent', integer, (column) => column.notNull())
    .addColumn('hops', integer, (column) => column.notNull().defaultTo(0))
    .addColumn('cost_usd', 'double precision')
    .addColumn('details', text)
    .execute();
  await db.schema.createIndex('tasks_place').on('tasks').columns(['batch', 'rank']).execute();
  await db.schema.createIndex('tasks_status').on('tasks').columns(['batch', 'status']).execute();
  await db.schema.createIndex('tasks_newest').on('tasks').columns(['created_at', 'id']).execute();
}

async function attempts(db: Kysely<unknown>, { text, integer }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('attempts')
    .addColumn('task', text, (column) => column.notNull().references('tasks.id').onDelete('cascade'))
    .addColumn('number', integer, (column) => column.notNull())
    .addColumn('started_at', text, (column) => column.notNull())
    .addColumn('ended_at', text)
    .addColumn('record', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('attempts_key', ['task', 'number'])
    .execute();
}

async function openRequirements(db: Kysely<unknown>, { text }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('open_requirements')
    .addColumn('project', text, (column) => column.notNull())
    .addColumn('requirement', text, (column) => column.notNull())
    .addColumn('task', text, (column) => column.notNull().references('tasks.id').onDelete('cascade'))
    .addColumn('batch', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('open_requirements_key', ['project', 'requirement'])
    .execute();
  await db.schema.createIndex('open_requirements_task').on('open_requirements').column('task').execute();
}

async function journal(db: Kysely<unknown>, { text, integer, counted }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('events')
    .addColumn('seq', integer, counted)
    .addColumn('id', text, (column) => column.notNull().unique())
    .addColumn('type', text, (column) => column.notNull())
    .addColumn('at', text, (column) => column.notNull())
    .addColumn('batch', text)
    .addColumn('task', text)
    .addColumn('data', text, (column) => column.notNull())
    .execute();
  await db.schema.createIndex('events_batch').on('events').columns(['batch', 'seq']).execute();
}

async function rest(db: Kysely<unknown>, { text, integer }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('commands')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('batch', text, (column) => column.notNull())
    .addColumn('type', text, (column) => column.notNull())
    .addColumn('number', integer, (column) => column.notNull())
    .addColumn('answer', text)
    .addColumn('created_at', text, (column) => column.notNull())
    .addUniqueConstraint('commands_number', ['batch', 'number'])
    .execute();
  await db.schema
    .createTable('system')
    .addColumn('key', text, (column) => column.primaryKey())
    .addColumn('value', text, (column) => column.notNull())
    .execute();
}

/** Makes all tables. */
export function initial(types: ColumnTypes): Migration {
  return {
    async up(db: Kysely<unknown>) {
      for (const make of [projects, batches, tasks, attempts, openRequirements, journal, rest]) await make(db, types);
    },
  };
}
