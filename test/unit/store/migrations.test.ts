/** A database of every version that there was opens with the program of today, with what was in it. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { Migration } from 'kysely/migration';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asId } from '../../../src/contracts/ids.ts';
import { checkDatabase } from '../../../src/store/check.ts';
import type { ColumnTypes } from '../../../src/store/engine.ts';
import { HISTORY_TABLE } from '../../../src/store/migrations.ts';
import { initial } from '../../../src/store/migrations/0001-initial.ts';
import { kinds } from '../../../src/store/migrations/0002-kinds.ts';
import { control } from '../../../src/store/migrations/0004-control.ts';
import { inbox } from '../../../src/store/migrations/0006-inbox.ts';
import { ideas } from '../../../src/store/migrations/0007-ideas.ts';
import { audit } from '../../../src/store/migrations/0009-audit.ts';
import { figures } from '../../../src/store/migrations/0010-figures.ts';
import { openSqlite } from '../../../src/store/sqlite.ts';
import { openStore } from '../../../src/store/open-store.ts';

/** In order, with the beginning of the sha256 of the schema that each leaves: what was released is never changed. */
const VERSIONS: readonly (readonly [string, (types: ColumnTypes) => Migration, string])[] = [
  ['0001-initial', initial, '8cefcf4882f07eba'],
  ['0002-kinds', kinds, 'a1eb074224ff08d7'],
  ['0004-control', control, '8b6ee5a27890c774'],
  ['0006-inbox', inbox, 'e1baf32152e8b27e'],
  ['0007-ideas', ideas, 'f1b0ad3cf2c492ac'],
  ['0009-audit', audit, 'e4a41bf9fc948b07'],
  ['0010-figures', figures, 'e4a41bf9fc948b07'],
];

const AT = '2026-01-01T00:00:00.000Z';
const ROWS = [
  `insert into projects (id, name, path, host, settings, created_at) values ('p_aaaaaaaaaa', 'shop', '/srv/shop', 'laptop-ab12', '{"attempts":3}', '${AT}')`,
  `insert into batches (id, name, host, project, epoch, seq, status, on_failure, flags, command_number, created_at, recorded_at)
     values ('b_aaaaaaaaaa', 'Night', 'laptop-ab12', 'p_aaaaaaaaaa', 1, 4, 'completed', 'continue', '{}', 2, '${AT}', '${AT}')`,
  `insert into tasks (id, type, status, version, params, created_at, completed_at, batch, project, name, title, rank, attempt, spent)
     values ('t_aaaaaaaaaa', 'requirement', 'failed', '${'a'.repeat(64)}', '{}', '${AT}', '${AT}', 'b_aaaaaaaaaa', 'p_aaaaaaaaaa', 'fix', 'Fix it', 0, 2, 2)`,
  `insert into attempts (task, number, started_at, record) values ('t_aaaaaaaaaa', 1, '${AT}', '{"number":1}')`,
  `insert into events (id, type, at, batch, data) values ('e1', 'batch.completed', '${AT}', 'b_aaaaaaaaaa', '{}')`,
  `insert into commands (id, batch, type, number, created_at) values ('c1', 'b_aaaaaaaaaa', 'start', 1, '${AT}')`,
  `insert into system (key, value) values ('installation', 'i_aaaaaaaaaa')`,
];

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightloom-migrations-'));
  file = join(folder, 'nightloom.db');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Makes a database as a program with these migrations left it. */
async function make(versions: typeof VERSIONS): Promise<void> {
  const engine = await openSqlite(file);
  const db = new Kysely<unknown>({ dialect: engine.dialect });
  const migrations = versions.map(([name, of]) => [name, of(engine.types)] as const);
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => Object.fromEntries(migrations) },
    migrationTableName: HISTORY_TABLE,
    migrationLockTableName: `${HISTORY_TABLE}_lock`,
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
  await db.destroy();
}

function read<Row>(action: (database: DatabaseSync) => Row): Row {
  const database = new DatabaseSync(file);
  try {
    return action(database);
  } finally {
    database.close();
  }
}

/** Columns of every table, in the order of their names: how they came to be does not count. */
function schema(): string[] {
  return read((database) =>
    database
      .prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name")
      .all()
      .flatMap(({ name }) =>
        database
          .prepare(`select ? || '.' || name || ' ' || type as text from pragma_table_info(?) order by name`)
          .all(name ?? '', name ?? ''),
      )
      .map(({ text }) => String(text)),
  );
}

describe.each(VERSIONS.map(([name, , sha256], index) => ({ name, sha256, count: index + 1 })))(
  'a database of $name',
  ({ sha256, count }) => {
    it('is brought up to the schema of today with everything in it', async () => {
      await make(VERSIONS.slice(0, count));
      expect(createHash('sha256').update(schema().join('\n')).digest('hex').slice(0, 16)).toBe(sha256);
      read((database) => {
        for (const row of ROWS) database.exec(row);
      });
      const store = await openStore({ file });
      const batch = await store.batches.get(asId('batch', 'b_aaaaaaaaaa'));
      expect(batch).toMatchObject({ name: 'Night', status: 'completed', seq: 4 });
      const [task] = await store.tasks.ofBatch(asId('batch', 'b_aaaaaaaaaa'));
      expect(task).toMatchObject({
        definition: { name: 'fix', title: 'Fix it', kind: 'requirement' },
        state: { spent: 2 },
      });
      expect(await store.tasks.attempts(asId('task', 't_aaaaaaaaaa'))).toEqual([{ number: 1 }]);
      expect(await store.projects.list()).toMatchObject([{ path: '/srv/shop', settings: { attempts: 3 } }]);
      expect(await store.events.after(0, { limit: 9 })).toMatchObject([{ id: 'e1', type: 'batch.completed' }]);
      expect(await store.system.get('installation')).toBe('i_aaaaaaaaaa');
      await store.close();
      const migrated = schema();
      await rm(file);
      await rm(`${file}-wal`, { force: true });
      await (await openStore({ file })).close();
      expect(migrated).toEqual(schema());
    });
  },
);

it('a database that got 0009 before there was 0007 gets what it lacks, with everything in it', async () => {
  await make(VERSIONS.filter(([name]) => name !== '0007-ideas'));
  read((database) => {
    for (const row of ROWS) database.exec(row);
    database.exec(`insert into audit (at, who, address, method, route, subjects, request)
      values ('${AT}', 'token', '127.0.0.1', 'POST', '/api/batches', '[]', 'r1')`);
  });
  const store = await openStore({ file });
  expect(await store.batches.get(asId('batch', 'b_aaaaaaaaaa'))).toMatchObject({ name: 'Night' });
  expect((await store.ideas.list({ limit: 9 })).items).toEqual([]);
  expect((await store.audit.list({ limit: 9 })).items).toMatchObject([{ route: '/api/batches' }]);
  await store.close();
  const migrated = schema();
  await rm(file);
  await (await openStore({ file })).close();
  expect(migrated).toEqual(schema());
  expect(await checkDatabase(file)).toMatchObject({ problems: [], missing: [], damaged: false });
});
