/** Ideas. */
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { JournalEntry } from '../contracts/events.ts';
import type { ProjectId } from '../contracts/ids.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { Database, IdeaTable } from './database.ts';
import type { IdeaChange, IdeaRow, IdeaStore } from './idea-store.ts';
import { fromInstant, fromNullableInstant, toInstant, toNullableInstant } from './values.ts';

/** {@link IdeaStore} on `db`. */
export function createIdeaStore(db: Kysely<Database>): IdeaStore {
  return {
    add: async (idea) => {
      await db
        .insertInto('ideas')
        .values(toColumns(idea))
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute();
    },
    get: async (id) => {
      const row = await db.selectFrom('ideas').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toRow(row);
    },
    list: (filter) => list(db, filter),
    change: async (id, change, atMs, from) => {
      const set = { ...changedColumns(change, atMs), updated_at: toInstant(atMs) };
      let changing = db.updateTable('ideas').set(set).where('id', '=', id);
      if (from !== undefined) {
        const { title, text, status, requirement } = from;
        changing = changing.where('title', '=', title).where('body', '=', text).where('status', '=', status);
        changing = changing.where('requirement', 'is not distinct from', requirement);
      }
      const row = await changing.returningAll().executeTakeFirst();
      return row === undefined ? null : toRow(row);
    },
    remove: async (id) => {
      const { numDeletedRows } = await db.deleteFrom('ideas').where('id', '=', id).executeTakeFirst();
      return numDeletedRows > 0n;
    },
    renameRequirement: (project, from, to, atMs) => follow(db, project, from, { requirement: to }, atMs),
    forgetRequirement: (project, name, atMs) => follow(db, project, name, { requirement: null, status: 'idea' }, atMs),
  };
}

async function follow(
  db: Kysely<Database>,
  project: ProjectId,
  requirement: string,
  change: IdeaChange,
  atMs: number,
): Promise<void> {
  await db
    .updateTable('ideas')
    .set({ ...changedColumns(change, atMs), updated_at: toInstant(atMs) })
    .where('project', '=', project)
    .where('requirement', '=', requirement)
    .where('status', '=', 'requirement')
    .execute();
}

/** Part of the transaction that records a completed task: its ideas are implemented. Again: changes nothing. */
export async function implementIdeas(
  trx: Transaction<Database>,
  done: Pick<IdeaRow, 'project' | 'task'> & { readonly requirement: string; readonly atMs: number },
): Promise<JournalEntry[]> {
  const at = toInstant(done.atMs);
  const rows = await trx
    .updateTable('ideas')
    .set({ status: 'implemented', task: done.task, updated_at: at, implemented_at: at })
    .where('project', '=', done.project)
    .where('requirement', '=', done.requirement)
    .where('status', '=', 'requirement')
    .returning('id')
    .execute();
  return rows.map(({ id }) => ({
    id: `idea:${id}:implemented:${done.task}`,
    type: 'idea.changed',
    atMs: done.atMs,
    batch: null,
    task: done.task,
    data: { idea: id, project: done.project, change: 'implemented' },
  }));
}

async function list(
  db: Kysely<Database>,
  { project, status, requirement, limit, cursor }: Parameters<IdeaStore['list']>[0],
): Promise<Awaited<ReturnType<IdeaStore['list']>>> {
  let query = db
    .selectFrom('ideas')
    .innerJoin('projects', 'projects.id', 'ideas.project')
    .selectAll('ideas')
    .where('projects.removed_at', 'is', null);
  if (project !== undefined) query = query.where('ideas.project', '=', project);
  if (status !== undefined) query = query.where('ideas.status', '=', status);
  if (requirement !== undefined) query = query.where('ideas.requirement', '=', requirement);
  if (cursor !== undefined) {
    const place = decodeCursor(cursor, 'idea');
    query = query.where((eb) =>
      eb(eb.refTuple('ideas.created_at', 'ideas.id'), '<', eb.tuple(place.createdAt, place.id)),
    );
  }
  const rows = await query
    .orderBy('ideas.created_at', 'desc')
    .orderBy('ideas.id', 'desc')
    .limit(limit + 1)
    .execute();
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > shown.length && last !== undefined;
  return {
    items: shown.map(toRow),
    nextCursor: more ? encodeCursor({ createdAt: last.created_at, id: last.id }) : null,
  };
}

function changedColumns({ title, text, status, requirement }: IdeaChange, atMs: number): Partial<IdeaTable> {
  return {
    ...(title === undefined ? {} : { title }),
    ...(text === undefined ? {} : { body: text }),
    ...(requirement === undefined ? {} : { requirement }),
    ...(status === undefined
      ? {}
      : { status, task: null, implemented_at: status === 'implemented' ? toInstant(atMs) : null }),
  };
}

function toColumns(idea: IdeaRow): IdeaTable {
  const { id, project, title, text, status, requirement, task } = idea;
  return {
    id,
    project,
    title,
    body: text,
    status,
    requirement,
    task,
    created_at: toInstant(idea.createdAtMs),
    updated_at: toInstant(idea.updatedAtMs),
    implemented_at: toNullableInstant(idea.implementedAtMs),
  };
}

function toRow(row: Selectable<IdeaTable>): IdeaRow {
  const { id, project, title, body, status, requirement, task } = row;
  return {
    id,
    project,
    title,
    text: body,
    status,
    requirement,
    task,
    createdAtMs: fromInstant(row.created_at),
    updatedAtMs: fromInstant(row.updated_at),
    implementedAtMs: fromNullableInstant(row.implemented_at),
  };
}
