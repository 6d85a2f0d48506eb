/** Numbers of tasks and their costs, by batch, read from the index alone: lists of batches ask for both all the time. */
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Puts the cost into the index of statuses. */
export function figures(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema.dropIndex('tasks_status').execute();
      await db.schema.createIndex('tasks_figures').on('tasks').columns(['batch', 'status', 'cost_usd']).execute();
    },
  };
}
