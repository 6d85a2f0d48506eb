/** What the metrics are made of: the ends and holds that the journal tells, and how long somebody waits already. */
import type { Kysely } from 'kysely';
import type { BatchId, ProjectId, TaskId } from '../contracts/ids.ts';
import type { AttemptRecord } from '../contracts/state.ts';
import type { HoldReason, TaskKind } from '../contracts/vocabulary.ts';
import type { Database } from './database.ts';
import { chunksOf, fromInstant, fromJson } from './values.ts';

/** How a task ended. */
export type TaskOutcome = 'completed' | 'failed' | 'skipped' | 'cancelled';

/** One end of a task; one that was tried again has several. */
export interface TaskEnd {
  readonly task: TaskId;
  readonly outcome: TaskOutcome;
  /** Number of its last attempt; 0: it had none. */
  readonly attempt: number;
  /** null when its row was removed with its batch. */
  readonly row: { readonly kind: TaskKind; readonly project: ProjectId } | null;
  /** All that are known, also later ones. */
  readonly attempts: readonly AttemptRecord[];
}

/** What the journal says after a place in it. */
export interface MetricsPage {
  /** Where to go on. */
  readonly lastSeq: number;
  /** False: there is more. */
  readonly isLast: boolean;
  readonly ends: readonly TaskEnd[];
  readonly holds: readonly HoldReason[];
}

/** Reads for the metrics. */
export interface MetricsStore {
  /** Ends and holds after `seq`, at most `limit` of them. */
  after(seq: number, limit: number): Promise<MetricsPage>;
  /** When the task was made that waits longest in one of the batches; null: none waits. */
  oldestWaitingMs(batches: readonly BatchId[]): Promise<number | null>;
}

const OUTCOMES = {
  'task.completed': 'completed',
  'task.failed': 'failed',
  'task.skipped': 'skipped',
  'task.cancelled': 'cancelled',
} as const satisfies Record<string, TaskOutcome>;
const COUNTED = ['task.completed', 'task.failed', 'task.skipped', 'task.cancelled', 'batch.held'] as const;
const IDS_PER_QUERY = 500;

/** {@link MetricsStore} on `db`. */
export function createMetricsStore(db: Kysely<Database>): MetricsStore {
  return {
    after: (seq, limit) => readPage(db, seq, limit),
    oldestWaitingMs: async (batches) => {
      const times: string[] = [];
      for (const some of chunksOf(batches, IDS_PER_QUERY)) {
        const row = await db
          .selectFrom('tasks')
          .select((eb) => eb.fn.min('created_at').as('oldest'))
          .where('batch', 'in', some)
          .where('status', 'in', ['queued', 'waiting'])
          .executeTakeFirst();
        if (row?.oldest != null) times.push(row.oldest);
      }
      return times.length === 0 ? null : Math.min(...times.map(fromInstant));
    },
  };
}

async function readPage(db: Kysely<Database>, seq: number, limit: number): Promise<MetricsPage> {
  const events = await db
    .selectFrom('events')
    .select(['seq', 'id', 'type', 'task', 'data'])
    .where('seq', '>', seq)
    .where('type', 'in', COUNTED)
    .orderBy('seq')
    .limit(limit)
    .execute();
  const tasks = [...new Set(events.flatMap(({ task }) => task ?? []))];
  const [rows, attempts] = [await rowsOf(db, tasks), await attemptsOf(db, tasks)];
  const ends: TaskEnd[] = [];
  const holds: HoldReason[] = [];
  for (const { id, type, task, data } of events) {
    if (type === 'batch.held') holds.push(fromJson<{ reason: HoldReason }>(data).reason);
    if (task === null || !isEnd(type)) continue;
    const row = rows.get(task) ?? null;
    ends.push({ task, outcome: OUTCOMES[type], attempt: attemptOf(id), row, attempts: attempts.get(task) ?? [] });
  }
  return { lastSeq: events.at(-1)?.seq ?? seq, isLast: events.length < limit, ends, holds };
}

function isEnd(type: string): type is keyof typeof OUTCOMES {
  return Object.hasOwn(OUTCOMES, type);
}

/** Ids of entries are `<task>:<attempt>:<what>`. */
function attemptOf(id: string): number {
  return Number(/:(\d+):[^:]*$/.exec(id)?.[1] ?? 0);
}

async function rowsOf(
  db: Kysely<Database>,
  tasks: readonly TaskId[],
): Promise<Map<TaskId, { kind: TaskKind; project: ProjectId }>> {
  const found = new Map<TaskId, { kind: TaskKind; project: ProjectId }>();
  for (const some of chunksOf(tasks, IDS_PER_QUERY)) {
    const rows = await db.selectFrom('tasks').select(['id', 'type', 'project']).where('id', 'in', some).execute();
    for (const { id, type, project } of rows) found.set(id, { kind: type, project });
  }
  return found;
}

async function attemptsOf(db: Kysely<Database>, tasks: readonly TaskId[]): Promise<Map<TaskId, AttemptRecord[]>> {
  const found = new Map<TaskId, AttemptRecord[]>();
  for (const some of chunksOf(tasks, IDS_PER_QUERY)) {
    const query = db.selectFrom('attempts').select(['task', 'record']).where('task', 'in', some);
    for (const { task, record } of await query.orderBy('task').orderBy('number').execute()) {
      found.set(task, [...(found.get(task) ?? []), fromJson<AttemptRecord>(record)]);
    }
  }
  return found;
}
