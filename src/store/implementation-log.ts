/** The log of what was implemented: one entry for each completed task that was to change something. */
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { JournalEntry } from '../contracts/events.ts';
import type { TaskId } from '../contracts/ids.ts';
import type { TaskRecord } from '../contracts/record.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { Database, ImplementationTable } from './database.ts';
import type { ImplementationLog, ImplementationRow } from './idea-store.ts';
import { implementIdeas } from './ideas.ts';
import { fromInstant, fromJson, toInstant, toJson } from './values.ts';

/** {@link ImplementationLog} on `db`. */
export function createImplementationLog(db: Kysely<Database>): ImplementationLog {
  return {
    list: async ({ project, limit, cursor }) => {
      let query = db.selectFrom('implementation_log').selectAll().where('project', '=', project);
      if (cursor !== undefined) {
        const place = decodeCursor(cursor, 'task');
        query = query.where((eb) => eb(eb.refTuple('at', 'task'), '<', eb.tuple(place.createdAt, place.id)));
      }
      const newest = query.orderBy('at', 'desc').orderBy('task', 'desc');
      const rows = await newest.limit(limit + 1).execute();
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      const more = rows.length > shown.length && last !== undefined;
      return {
        items: shown.map(toRow),
        nextCursor: more ? encodeCursor({ createdAt: last.at, id: last.task }) : null,
      };
    },
    withoutFiles: async (limit) => {
      const query = db.selectFrom('implementation_log').selectAll().where('files', 'is', null);
      const rows = await query.where('commit_id', 'is not', null).orderBy('at').orderBy('task').limit(limit).execute();
      return rows.map(toRow);
    },
    setFiles: async (task, files) => {
      await db
        .updateTable('implementation_log')
        .set({ files: toJson(files) })
        .where('task', '=', task)
        .execute();
    },
  };
}

/**
 * Part of the transaction that records a completed task, after its row was written. The entry is keyed by the task: a
 * record that is written again finds it.
 * @returns journal entries of what else became of it
 */
export async function logImplementation(
  trx: Transaction<Database>,
  { state, details }: TaskRecord,
  atMs: number,
): Promise<JournalEntry[]> {
  if (state.status !== 'completed' || details === null) return [];
  const task = await readTask(trx, state.id);
  const isRequirement = task?.type === 'requirement';
  if (task === undefined || (!isRequirement && details.commit === null)) return [];
  const { type: kind, name, title, project, batch } = task;
  const doneAtMs = details.completedAtMs ?? atMs;
  const { agent, sessionId: session, commit: commit_id } = details;
  const said = { agent, session, commit_id };
  await trx
    .insertInto('implementation_log')
    .values({
      task: state.id,
      project,
      batch,
      kind,
      name,
      title,
      ...said,
      files: null,
      at: toInstant(doneAtMs),
      attempt: state.attempt ?? 0,
    })
    // Only a newer record of the same end gets here; the files that somebody looked up stay.
    .onConflict((conflict) => conflict.column('task').doUpdateSet(said))
    .execute();
  return isRequirement ? await implementIdeas(trx, { project, task: state.id, requirement: name, atMs: doneAtMs }) : [];
}

async function readTask(trx: Transaction<Database>, id: TaskId) {
  const query = trx.selectFrom('tasks').select(['type', 'name', 'title', 'project', 'batch']);
  return await query.where('id', '=', id).executeTakeFirst();
}

function toRow(row: Selectable<ImplementationTable>): ImplementationRow {
  const { task, project, batch, kind, name, title, attempt, agent, session, commit_id: commit } = row;
  return {
    task,
    project,
    batch,
    kind,
    name,
    title,
    attempt,
    agent,
    session,
    commit,
    atMs: fromInstant(row.at),
    files: row.files === null ? null : fromJson(row.files),
  };
}
