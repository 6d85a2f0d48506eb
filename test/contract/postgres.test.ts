/** What only PostgreSQL can do to us: other processes, a server that goes and comes, rights, a schema from the future. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { POSTGRES_PASSWORD, postgresPrograms, startPostgres } from '../support/postgres.ts';
import type { PostgresServer } from '../support/postgres.ts';
import { T0, batchId, definition, newBatch, projectRow } from './store-fixtures.ts';

const event = (id: string) => ({ id, type: 'task.started' as const, atMs: T0, batch: null, task: null, data: {} });

/** Resolves when the listener of `store` was called after this call. */
function nextAppend(store: Store): Promise<void> {
  return new Promise((resolve) => {
    const end = store.events.onAppend(() => {
      end();
      resolve();
    });
  });
}

describe.skipIf(postgresPrograms() === null)('PostgreSQL (with the programs of its server)', () => {
  let server: PostgresServer;
  let url: string;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    url = await server.createDatabase();
  });

  it('lets several processes open a new database at once', async () => {
    const stores = await Promise.all(Array.from({ length: 6 }, () => openStore({ url })));
    await stores[0]?.batches.create(newBatch(1, [definition(1)]));
    expect((await stores[5]?.batches.creating())?.map((row) => row.id)).toEqual([batchId(1)]);
    expect(await server.query('select name from schema_version', url)).not.toHaveLength(0);
    await Promise.all(stores.map((store) => store.close()));
  });

  it('[P11] tells listeners of another connection, also after the server went and came back', async () => {
    const [writer, reader] = await Promise.all([openStore({ url }), openStore({ url })]);
    // The first call is for having connected.
    await nextAppend(reader);
    let told = nextAppend(reader);
    await writer.events.append([event('a')]);
    await told;
    await server.kill();
    await expect(writer.events.append([event('b')])).rejects.toMatchObject({ code: 'database_unreachable' });
    told = nextAppend(reader);
    await server.start();
    await told;
    told = nextAppend(reader);
    await writer.events.append([event('c')]);
    await told;
    expect((await reader.events.after(0, { limit: 9 })).map(({ id }) => id)).toEqual(['a', 'c']);
    await Promise.all([writer.close(), reader.close()]);
  });

  it('goes on after the server closed all connections', async () => {
    const store = await openStore({ url });
    await store.system.set('fact', '1');
    await server.query('select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()', url);
    await expect.poll(() => store.system.get('fact').catch(() => null)).toBe('1');
    await store.close();
  });

  it('says what is wrong with an address, and never its password', async () => {
    const secret = 'hunter2-hunter2';
    const withUser = (user: string, password: string): string => {
      const changed = new URL(url);
      changed.username = user;
      changed.password = password;
      return changed.href;
    };
    for (const [address, code] of [
      [url.replace(/\/test_\d+$/, '/nowhere'), 'database_unusable'],
      [withUser('stranger', secret), 'database_unusable'],
      [withUser('tester', secret), 'database_unusable'],
      [withUser('tester', ''), 'database_unusable'],
      [withUser('tester', secret).replace(/:\d+\//, ':1/'), 'database_unreachable'],
      [`mysql://root:${secret}@127.0.0.1/x`, 'invalid_input'],
      ['nonsense', 'invalid_input'],
    ] as const) {
      const error: unknown = await openStore({ url: address }).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code });
      const { message, details } = Object(error);
      expect(`${message} ${JSON.stringify(details)}`).not.toContain(secret);
    }
  });

  it('takes the password from beside the address', async () => {
    const without = new URL(url);
    without.password = '';
    const store = await openStore({ url: without.href, password: POSTGRES_PASSWORD });
    await store.system.set('fact', '1');
    await store.close();
  });

  it('refuses a schema of a newer program', async () => {
    await (await openStore({ url })).close();
    await server.query("insert into schema_version (name, timestamp) values ('0099-future', '2030-01-01')", url);
    await expect(openStore({ url })).rejects.toMatchObject({
      code: 'database_unusable',
      details: { unknown: ['0099-future'] },
    });
  });

  it('refuses a read-only database and text that it cannot store, and writes nothing then', async () => {
    const store = await openStore({ url });
    const name = 'a\u0000b';
    await expect(store.projects.add(projectRow({ name }))).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await store.projects.list()).toEqual([]);
    await server.query(`alter database ${new URL(url).pathname.slice(1)} set default_transaction_read_only = on`);
    const late = await openStore({ url });
    await expect(late.system.set('a', 'b')).rejects.toMatchObject({ code: 'database_unusable' });
    await late.close();
    await store.close();
  });

  it('counts in whole numbers and orders text by its bytes, whatever the locale of the database', async () => {
    const store = await openStore({ url });
    const columns = await server.query(
      `select column_name, data_type, collation_name from information_schema.columns where table_name = 'batches'`,
      url,
    );
    expect(columns.find((column) => column['column_name'] === 'seq')?.['data_type']).toBe('bigint');
    expect(columns.find((column) => column['column_name'] === 'created_at')?.['collation_name']).toBe('C');
    await store.batches.create(newBatch(1, [definition(1)], { epoch: 5_000_000_000 }));
    expect((await store.batches.get(batchId(1)))?.epoch).toBe(5_000_000_000);
    await store.close();
  });
});
