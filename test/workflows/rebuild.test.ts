/** A database that has lost everything, brought back from a real Temporal. */
import { join } from 'node:path';
import { afterEach, expect, inject, it } from 'vitest';
import { bringBackBatches } from '../../src/main/bring-back-batches.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { startInstallation } from '../support/installation.ts';
import type { TestInstallation } from '../support/installation.ts';
import { runNight } from '../support/night.ts';

let installation: TestInstallation;
let rebuilt: Store | null = null;
afterEach(async () => {
  await rebuilt?.close();
  await installation.stop();
});

async function rebuildInto(store: Store) {
  const { temporal, context } = installation;
  const options = { store, temporal, installation: context.installation, clock: systemClock, logger: silentLogger };
  return await bringBackBatches(options);
}

it('brings back batches, tasks, attempts and projects, says so, and leaves alone what is newer', async () => {
  installation = await startInstallation(inject('temporalAddress'), { 'README.md': '# Test\n' });
  const night = await runNight(installation, { a: ['write a.txt 1'], b: ['fail'] }, { attempts: 1 });
  const queued = await night.project.createBatch(['b'], {}, 'stop');
  rebuilt = await openStore({ file: join(installation.home, 'other.db') });
  const result = await rebuildInto(rebuilt);
  expect(result.lost).toEqual([]);
  expect(result.batches).toEqual([night.batch, queued.batch]);
  // The one that never ran had no order: what it works from is in no history.
  expect(result.unnamed).toEqual(queued.tasks);

  const [before, after] = [installation.store, rebuilt];
  expect(await after.batches.state(queued.batch)).toMatchObject({ status: 'idle', onFailure: 'stop' });
  expect(await after.batches.get(night.batch)).toMatchObject({ status: 'completed', name: night.state.name });
  const rows = async (store: Store) =>
    (await store.tasks.ofBatch(night.batch)).map(({ definition, state, batch }) => ({
      id: definition.id,
      name: definition.name,
      kind: definition.kind,
      project: definition.project,
      sha256: definition.sha256,
      status: state.status,
      rank: state.rank,
      batch,
    }));
  expect(await rows(after)).toEqual(await rows(before));
  const path = (store: Store) => store.projects.list().then((list) => list.map((project) => project.path));
  expect(await path(after)).toContain(night.repository.directory);
  const notes = await after.events.systemNotes(5);
  expect(notes.at(-1)?.data).toMatchObject({ why: 'database rebuilt', batches: 2, lost: 0, unnamed: 1 });

  // The store of the installation is as new as Temporal: nothing is lost by doing it there.
  const kept = await before.tasks.ofBatch(night.batch);
  await rebuildInto(before);
  expect(await before.tasks.ofBatch(night.batch)).toEqual(kept);
});
