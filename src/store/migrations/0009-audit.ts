/** The audit with what it is about from the beginning: who began what, and how it ended. */
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { ColumnTypes } from '../engine.ts';

/** Makes the table anew: nothing has ever written to the one before. */
export function audit({ text, integer, counted }: ColumnTypes): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema.dropTable('audit').execute();
      await db.schema
        .createTable('audit')
        .addColumn('number', integer, counted)
        .addColumn('at', text, (column) => column.notNull())
        .addColumn('who', text, (column) => column.notNull())
        .addColumn('address', text, (column) => column.notNull())
        .addColumn('method', text, (column) => column.notNull())
        .addColumn('route', text, (column) => column.notNull())
        .addColumn('subjects', text, (column) => column.notNull())
        .addColumn('request', text, (column) => column.notNull())
        .addColumn('status', integer)
        .addColumn('code', text)
        .addColumn('ended_at', text)
        .execute();
      await db.schema.createIndex('audit_age').on('audit').column('at').execute();
    },
  };
}
