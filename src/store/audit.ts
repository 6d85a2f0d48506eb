/** The audit: a row for every change that somebody asked for. */
import type { Kysely, Selectable } from 'kysely';
import type { AuditRow, AuditStore } from './control-store.ts';
import type { AuditTable } from './control-tables.ts';
import { decodeNumberCursor, encodeNumberCursor } from './cursor.ts';
import type { Database } from './database.ts';
import { fromInstant, fromJson, toInstant, toJson } from './values.ts';

/** {@link AuditStore} on `db`. */
export function createAuditStore(db: Kysely<Database>): AuditStore {
  return {
    add: async ({ atMs, subjects, ...rest }) => {
      const row = { ...rest, at: toInstant(atMs), subjects: toJson(subjects) };
      await db.insertInto('audit').values(row).execute();
    },
    list: async ({ limit, cursor, subject }) => {
      let query = db.selectFrom('audit').selectAll();
      if (cursor !== undefined) query = query.where('number', '<', decodeNumberCursor(cursor));
      // Ids hold no character that LIKE or JSON treats in a special way but the underscore, which fits itself too.
      if (subject !== undefined) query = query.where('subjects', 'like', `%"${subject}"%`);
      const rows = await query
        .orderBy('number', 'desc')
        .limit(limit + 1)
        .execute();
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      const more = rows.length > shown.length && last !== undefined;
      return { items: shown.map(toRow), nextCursor: more ? encodeNumberCursor(last.number) : null };
    },
    purge: async (beforeMs) => {
      await db.deleteFrom('audit').where('at', '<', toInstant(beforeMs)).execute();
    },
  };
}

function toRow({ at, subjects, ...rest }: Selectable<AuditTable>): AuditRow {
  return { ...rest, atMs: fromInstant(at), subjects: fromJson(subjects) };
}
