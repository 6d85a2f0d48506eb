/** Tasks of every kind, and tasks that run by themselves. */
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { ColumnTypes } from '../engine.ts';

/** `batches.solo`: 1 for the batch of one task that no list shows. */
export function kinds({ integer }: ColumnTypes): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable('batches')
        .addColumn('solo', integer, (column) => column.notNull().defaultTo(0))
        .execute();
      await db.schema.createIndex('batches_listed').on('batches').columns(['solo', 'created_at', 'id']).execute();
      await db.schema.createIndex('tasks_kind').on('tasks').columns(['type', 'created_at', 'id']).execute();
    },
  };
}
