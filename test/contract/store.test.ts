/** The contract of the store, for each implementation. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/store/open-store.ts';
import { describeStore } from './store-suite.ts';

describeStore('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nightloom-store-'));
  const file = join(folder, 'nightloom.db');
  return { connect: () => openStore({ file }), destroy: () => rm(folder, { recursive: true, force: true }) };
});
