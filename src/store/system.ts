/** Facts about the installation. */
import type { Kysely } from 'kysely';
import { isId } from '../contracts/ids.ts';
import type { Database } from './database.ts';
import type { SystemStore } from './store.ts';

/** Key under which the installation's id is kept. */
const INSTALLATION_KEY = 'installation';

/** {@link SystemStore} on `db`. */
export function createSystemStore(db: Kysely<Database>): SystemStore {
  const get = async (key: string): Promise<string | null> => {
    const row = await db.selectFrom('system').select('value').where('key', '=', key).executeTakeFirst();
    return row?.value ?? null;
  };
  return {
    get,
    set: async (key, value) => {
      await db
        .insertInto('system')
        .values({ key, value })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
        .execute();
    },
    installation: async () => {
      const id = await get(INSTALLATION_KEY);
      return id !== null && isId('installation', id) ? id : null;
    },
  };
}
