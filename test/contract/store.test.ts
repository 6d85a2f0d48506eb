/** The contract of the store, for each implementation. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import { postgresPrograms, startPostgres } from '../support/postgres.ts';
import type { PostgresServer } from '../support/postgres.ts';
import { describeControl } from './control-suite.ts';
import { describeIdeas } from './ideas-suite.ts';
import { describeInbox } from './inbox-suite.ts';
import { describeJournal } from './journal-suite.ts';
import { describeStore } from './store-suite.ts';
import type { TestDatabase } from './store-suite.ts';
import { describeWriters } from './writers-suite.ts';

async function makeFile(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'nightloom-store-'));
  const file = join(folder, 'nightloom.db');
  return { connect: () => openStore({ file }), destroy: () => rm(folder, { recursive: true, force: true }) };
}

describeStore('SQLite', makeFile);
describeJournal('SQLite', makeFile);
describeWriters('SQLite', makeFile);
describeControl('SQLite', makeFile);
describeInbox('SQLite', makeFile);
describeIdeas('SQLite', makeFile);

describe.skipIf(postgresPrograms() === null)('with the programs of a PostgreSQL server', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  const makeDatabase = async (): Promise<TestDatabase> => {
    const url = await server.createDatabase();
    return { connect: () => openStore({ url }), destroy: () => Promise.resolve() };
  };
  describeStore('PostgreSQL', makeDatabase);
  describeJournal('PostgreSQL', makeDatabase);
  describeWriters('PostgreSQL', makeDatabase);
  describeControl('PostgreSQL', makeDatabase);
  describeInbox('PostgreSQL', makeDatabase);
  describeIdeas('PostgreSQL', makeDatabase);
});
