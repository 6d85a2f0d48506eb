/** The audit: a row for every change that somebody asked for. */
import type { Kysely, Selectable } from 'kysely';
import type { AuditRow, AuditStore } from './control-store.ts';
import type { AuditTable } from './control-tables.ts';
import { decodeNumberCursor, encodeNumberCursor } from './cursor.ts';
import type { Database } from './database.ts';
import { fromInstant, fromJson, fromNullableInstant, toInstant, toJson } from './values.ts';

/** {@link AuditStore} on `db`. */
export function createAuditStore(db: Kysely<Database>): AuditStore {
  return {
    begin: async ({ atMs, subjects, ...rest }) => {
      const row = {
        ...rest,
        at: toInstant(atMs),
        subjects: toJson(subjects),
        status: null,
        code: null,
        ended_at: null,
      };
      const { number } = await db.insertInto('audit').values(row).returning('number').executeTakeFirstOrThrow();
      return number;
    },
    end: async (number, { status, code, subjects, atMs }) => {
      const ended = { status, code, subjects: toJson(subjects), ended_at: toInstant(atMs) };
      await db.updateTable('audit').set(ended).where('number', '=', number).execute();
    },
    list: (filter) => list(db, filter),
    purge: async (beforeMs) => {
      await db.deleteFrom('audit').where('at', '<', toInstant(beforeMs)).execute();
    },
  };
}

async function list(
  db: Kysely<Database>,
  { limit, cursor, subject, who, method, outcome, sinceMs, untilMs }: Parameters<AuditStore['list']>[0],
): ReturnType<AuditStore['list']> {
  let query = db.selectFrom('audit').selectAll();
  if (cursor !== undefined) query = query.where('number', '<', decodeNumberCursor(cursor));
  // Ids hold no character that LIKE or JSON treats in a special way but the underscore, which fits itself too.
  if (subject !== undefined) query = query.where('subjects', 'like', `%"${subject}"%`);
  if (who !== undefined) query = query.where('who', '=', who);
  if (method !== undefined) query = query.where('method', '=', method);
  if (sinceMs !== undefined) query = query.where('at', '>=', toInstant(sinceMs));
  if (untilMs !== undefined) query = query.where('at', '<', toInstant(untilMs));
  if (outcome === 'unanswered') query = query.where('status', 'is', null);
  if (outcome === 'done') query = query.where('status', '<', 400);
  if (outcome === 'refused') query = query.where('status', '>=', 400);
  const rows = await query
    .orderBy('number', 'desc')
    .limit(limit + 1)
    .execute();
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > shown.length && last !== undefined;
  return { items: shown.map(toRow), nextCursor: more ? encodeNumberCursor(last.number) : null };
}

function toRow({ at, ended_at: endedAt, subjects, ...rest }: Selectable<AuditTable>): AuditRow {
  return { ...rest, atMs: fromInstant(at), endedAtMs: fromNullableInstant(endedAt), subjects: fromJson(subjects) };
}
