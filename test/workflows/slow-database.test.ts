/** A database that is slow to write while it reads well: the order in which local activities end is not that of their start. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { startInstallation } from '../support/installation.ts';
import type { TestInstallation } from '../support/installation.ts';
import { startNight, statuses } from '../support/night.ts';
import { replay, takeHistory } from '../support/replay.ts';

/** Much longer than a read takes. */
const SLOW_MS = 200;

let installation: TestInstallation;
beforeEach(async () => {
  installation = await startInstallation(inject('temporalAddress'), { 'README.md': '# Test\n' });
}, 60_000);
afterEach(() => installation.stop(), 60_000);

it('[P8] what comes of a night beside slow writes replays', async () => {
  const scripts = { a: ['write a.txt 1'], b: ['write b.txt 1', 'limit 1s', 'write c.txt 1'], c: ['write d.txt 1'] };
  const { store, temporal, context } = installation;
  const write = store.record.bind(store);
  // As a disk does that takes its time to flush.
  Object.assign(store, {
    record: async (...record: Parameters<typeof write>) => {
      await sleep(SLOW_MS);
      return await write(...record);
    },
  });
  const { batch } = await startNight(installation, scripts);
  const state = await installation.until(batch, (each) => each.completedAtMs !== null, 50_000);
  expect(statuses(state)).toEqual(['completed', 'completed', 'completed']);
  await replay(await takeHistory(temporal, context.installation, batch));
});
