/** The contract of the store, for each implementation. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import { postgresPrograms, startPostgres } from '../support/postgres.ts';
import type { PostgresServer } from '../support/postgres.ts';
import { describeStore } from './store-suite.ts';

describeStore('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nightloom-store-'));
  const file = join(folder, 'nightloom.db');
  return { connect: () => openStore({ file }), destroy: () => rm(folder, { recursive: true, force: true }) };
});

describe.skipIf(postgresPrograms() === null)('with the programs of a PostgreSQL server', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  describeStore('PostgreSQL', async () => {
    const url = await server.createDatabase();
    return { connect: () => openStore({ url }), destroy: () => Promise.resolve() };
  });
});
