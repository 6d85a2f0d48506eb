/** The inbox: tasks whose end concerns the user, and notices about batches. Each is one row with its own marks. */
import type { Kysely, RawBuilder, Transaction } from 'kysely';
import { sql } from 'kysely';
import type { BatchId, ProjectId, TaskId } from '../contracts/ids.ts';
import { isId, soloBatchOf } from '../contracts/ids.ts';
import type { TaskFailure } from '../contracts/state.ts';
import type { NoticeKind, TaskKind, TaskStatus } from '../contracts/vocabulary.ts';
import { decodePlace, encodeCursor } from './cursor.ts';
import type { Database } from './database.ts';
import type { Engine } from './engine.ts';
import { countUnread, tellUnread } from './inbox-changes.ts';
import type { InboxMarks, InboxRow, InboxStore } from './inbox-store.ts';
import { chunksOf, fromInstant, fromJson, fromNullableInstant, IDS_PER_QUERY, toInstant } from './values.ts';

/** {@link InboxStore} on `db`. */
export function createInboxStore(db: Kysely<Database>, engine: Engine): InboxStore {
  const changing = async (atMs: number, change: (trx: Transaction<Database>) => Promise<number>): Promise<number> => {
    const changed = await db.transaction().execute(async (trx) => {
      const count = await change(trx);
      if (count > 0) await tellUnread(trx, engine, { atMs, always: true });
      return count;
    });
    if (changed > 0) engine.appended.notify();
    return changed;
  };
  return {
    unread: () => countUnread(db),
    list: (filter) => list(db, filter),
    mark: async (id, marks, atMs) => (await changing(atMs, (trx) => mark(trx, id, marks, toInstant(atMs)))) > 0,
    readAll: (atMs) => changing(atMs, (trx) => readAll(trx, toInstant(atMs))),
    purge: (beforeMs, atMs) => changing(atMs, (trx) => purge(trx, toInstant(beforeMs))),
  };
}

/** A column of one half of the list is null in the other. */
interface RawRow {
  readonly id: string;
  readonly at: string;
  readonly batch: BatchId;
  readonly batch_name: string;
  readonly project: ProjectId;
  readonly read_at: string | null;
  readonly deleted_at: string | null;
  readonly task: TaskId | null;
  readonly kind: TaskKind;
  readonly status: TaskStatus;
  readonly name: string;
  readonly title: string;
  readonly error: string | null;
  readonly context: string | null;
  readonly notice: NoticeKind;
  readonly message: string;
  readonly resolved_at: string | null;
}

const SHOWN = {
  current: 'deleted_at is null',
  unread: 'deleted_at is null and read_at is null',
  deleted: 'deleted_at is not null',
} as const;

async function list(
  db: Kysely<Database>,
  { show, limit, cursor }: Parameters<InboxStore['list']>[0],
): Promise<Awaited<ReturnType<InboxStore['list']>>> {
  const place = cursor === undefined ? null : decodePlace(cursor);
  const after = place === null ? sql`true` : sql`(at, id) < (${place.createdAt}, ${place.id})`;
  const { rows } = await sql<RawRow>`select * from (
      select t.id, t.inbox_at as at, t.batch, b.name as batch_name, t.project, t.read_at, t.deleted_at,
        t.id as task, t.type as kind, t.status, t.name, t.title, t.error, t.context,
        null as notice, null as message, null as resolved_at
      from tasks t inner join batches b on b.id = t.batch
      where t.inbox_at is not null and b.deleted_at is null
      union all
      select n.id, n.at, n.batch, b.name as batch_name, b.project, n.read_at, n.deleted_at,
        null as task, null as kind, null as status, null as name, null as title, null as error, null as context,
        n.kind as notice, n.message, n.resolved_at
      from notices n inner join batches b on b.id = n.batch
      where b.deleted_at is null
    ) as entries
    where ${sql.raw(SHOWN[show])} and ${after}
    order by at desc, id desc limit ${limit + 1}`.execute(db);
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > items.length && last !== undefined;
  return { items: items.map(toRow), nextCursor: more ? encodeCursor({ createdAt: last.at, id: last.id }) : null };
}

function toRow(row: RawRow): InboxRow {
  const entry = {
    id: row.id,
    batch: row.batch,
    batchName: row.batch_name,
    project: row.project,
    atMs: fromInstant(row.at),
    readAtMs: fromNullableInstant(row.read_at),
    deletedAtMs: fromNullableInstant(row.deleted_at),
  };
  if (row.task === null) {
    const { notice, message } = row;
    return { ...entry, source: 'notice', notice, message, resolvedAtMs: fromNullableInstant(row.resolved_at) };
  }
  const { task, kind, status, name, title } = row;
  const failure = row.error === null ? null : fromJson<TaskFailure>(row.error);
  return {
    ...entry,
    source: 'task',
    task,
    kind,
    status,
    name,
    title,
    failure,
    context: row.context === null ? null : fromJson(row.context),
  };
}

async function mark(trx: Transaction<Database>, id: string, marks: InboxMarks, at: string): Promise<number> {
  const set = {
    ...(marks.read === undefined ? {} : { read_at: markedAt('read_at', marks.read, at) }),
    ...(marks.deleted === undefined ? {} : { deleted_at: markedAt('deleted_at', marks.deleted, at) }),
  };
  const query = isId('task', id)
    ? trx
        .updateTable('tasks')
        .set({ ...set, id })
        .where('id', '=', id)
    : trx
        .updateTable('notices')
        .set({ ...set, id })
        .where('id', '=', id);
  return Number((await query.executeTakeFirst()).numUpdatedRows);
}

/** The first time counts: what is marked again keeps its instant. */
function markedAt(column: 'read_at' | 'deleted_at', isMarked: boolean, at: string): RawBuilder<string | null> {
  return isMarked ? sql`coalesce(${sql.ref(column)}, ${at})` : sql<null>`null`;
}

async function readAll(trx: Transaction<Database>, at: string): Promise<number> {
  const tasks = await trx
    .updateTable('tasks')
    .set({ read_at: at })
    .where('inbox_at', 'is not', null)
    .where('read_at', 'is', null)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  const notices = await trx
    .updateTable('notices')
    .set({ read_at: at })
    .where('read_at', 'is', null)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return Number(tasks.numUpdatedRows + notices.numUpdatedRows);
}

/** A task of a batch stays with its batch; one by itself goes with the batch that only it has. */
async function purge(trx: Transaction<Database>, before: string): Promise<number> {
  const notices = await trx.deleteFrom('notices').where('deleted_at', '<', before).executeTakeFirst();
  const old = await trx
    .selectFrom('tasks')
    .select(['id', 'batch'])
    .where('deleted_at', '<', before)
    .where('status', 'in', ['completed', 'failed', 'skipped', 'cancelled'])
    .execute();
  const alone = old.filter(({ id, batch }) => batch === soloBatchOf(id));
  for (const some of chunksOf(alone, IDS_PER_QUERY)) {
    const ids = some.map(({ batch }) => batch);
    await trx.deleteFrom('batches').where('id', 'in', ids).execute();
  }
  return Number(notices.numDeletedRows) + alone.length;
}
