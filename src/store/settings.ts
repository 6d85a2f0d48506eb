/** Settings of the installation. */
import type { Kysely } from 'kysely';
import type { SettingStore } from './control-store.ts';
import type { Database } from './database.ts';
import { fromJson } from './values.ts';

/** {@link SettingStore} on `db`. */
export function createSettingStore(db: Kysely<Database>): SettingStore {
  return {
    get: async (key) => {
      const row = await db.selectFrom('settings').selectAll().where('key', '=', key).executeTakeFirst();
      return row === undefined ? null : { value: fromJson<unknown>(row.value), version: row.version };
    },
    set: async (key, value, version) => {
      const next = { value: JSON.stringify(value), version: version + 1 };
      if (version === 0) {
        const inserting = db.insertInto('settings').values({ key, ...next });
        const made = await inserting.onConflict((conflict) => conflict.column('key').doNothing()).executeTakeFirst();
        return (made.numInsertedOrUpdatedRows ?? 0n) > 0n;
      }
      const updating = db.updateTable('settings').set(next).where('key', '=', key).where('version', '=', version);
      return (await updating.executeTakeFirst()).numUpdatedRows > 0n;
    },
  };
}
