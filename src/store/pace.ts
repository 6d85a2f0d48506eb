/** How fast a batch works: what a forecast is made from, without reading all of its tasks. */
import type { Kysely } from 'kysely';
import type { BatchId } from '../contracts/ids.ts';
import type { TaskDetails } from '../contracts/state.ts';
import type { Database } from './database.ts';
import type { BatchPace } from './task-store.ts';
import { fromJson, fromNullableInstant } from './values.ts';

/** The newest say most about the rest. */
const SAMPLES = 50;

/** See `TaskStore.pace`. */
export async function paceOf(db: Kysely<Database>, batch: BatchId): Promise<BatchPace> {
  const own = db.selectFrom('tasks').where('batch', '=', batch);
  const [ended, running] = await Promise.all([
    own
      .select('details')
      .where('status', 'in', ['completed', 'failed'])
      .where('details', 'is not', null)
      .orderBy('completed_at', 'desc')
      .orderBy('id')
      .limit(SAMPLES)
      .execute(),
    own.select(['id', 'name', 'started_at']).where('status', '=', 'running').orderBy('rank').execute(),
  ]);
  return {
    endedMs: ended.flatMap(({ details }) => {
      const durationMs = details === null ? 0 : fromJson<TaskDetails>(details).durationMs;
      return durationMs > 0 ? [durationMs] : [];
    }),
    running: running.map(({ id, name, started_at }) => ({ id, name, startedAtMs: fromNullableInstant(started_at) })),
  };
}
