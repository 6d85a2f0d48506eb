/** The workflow's whole state from its rows: what a lost Temporal is reopened from. */
import type { Kysely } from 'kysely';
import type { BatchId } from '../contracts/ids.ts';
import type { BatchHead } from '../contracts/record.ts';
import type { BatchState, TaskDetails } from '../contracts/state.ts';
import { isFinalTaskStatus } from '../contracts/vocabulary.ts';
import { NAMED_TASKS } from '../domain/batch-state.ts';
import type { Database } from './database.ts';
import { toTaskState } from './task-rows.ts';
import { fromJson } from './values.ts';

/** See `BatchStore.state`. Details of closed tasks are left out, as the workflow drops them once recorded. */
export function rebuildState(db: Kysely<Database>, id: BatchId): Promise<BatchState | null> {
  // One snapshot: head and tasks must be of the same record.
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (trx) => {
      const batch = await trx.selectFrom('batches').select(['head', 'project']).where('id', '=', id).executeTakeFirst();
      if (batch === undefined || batch.head === null) return null;
      const rows = await trx
        .selectFrom('tasks')
        .selectAll()
        .where('batch', '=', id)
        .orderBy('rank')
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      const details: Record<string, TaskDetails> = {};
      const tasks = rows.map((row) => {
        if (row.details !== null && !isFinalTaskStatus(row.status)) details[row.id] = fromJson(row.details);
        const { name, ...state } = toTaskState({ ...row, first_project: batch.project });
        return rows.length > NAMED_TASKS || name === undefined ? state : { ...state, name };
      });
      return { ...fromJson<BatchHead>(batch.head), tasks, details };
    });
}
