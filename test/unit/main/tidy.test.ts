/** Old runs go by themselves, those of open batches never. */
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { purgeInbox, tidyOnce } from '../../../src/main/tidy-hourly.ts';
import { silentLogger } from '../../../src/platform/logger.ts';
import { ensureStateDirectory } from '../../../src/platform/paths.ts';
import type { StatePaths } from '../../../src/platform/paths.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { batchId, definition, head, newBatch, projectRow, record, T0, taskId } from '../../contract/store-fixtures.ts';

const DAY = 86_400_000;
let root: string;
let paths: StatePaths;
let store: Store;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nightloom-tidy-'));
  paths = await ensureStateDirectory(join(root, 'home'));
  store = await openStore({ file: paths.database });
  await store.projects.add(projectRow());
});
afterEach(async () => {
  await store.close();
  await rm(root, { recursive: true, force: true });
});

async function oldRun(task: number, batch: number, ageDays: number): Promise<void> {
  const folder = join(paths.runs, taskId(task), '1', 'agent');
  await mkdir(folder, { recursive: true });
  const order = join(folder, 'order.json');
  await writeFile(order, JSON.stringify({ batch: batchId(batch) }));
  await writeFile(join(folder, 'exit.json'), JSON.stringify({ v: 1, code: 0 }));
  const at = new Date(T0 - ageDays * DAY);
  for (const path of [order, join(folder, 'exit.json'), join(paths.runs, taskId(task))]) await utimes(path, at, at);
}

it('removes what is older than 30 days and of no open batch', async () => {
  await store.batches.create(newBatch(2, [definition(2)]));
  await store.batches.confirm(batchId(2), head(2, { status: 'running' }));
  await oldRun(1, 1, 31);
  await oldRun(2, 2, 31);
  await oldRun(3, 1, 29);
  const options = { paths, store, clock: { now: () => T0 }, logger: silentLogger };
  expect(await tidyOnce(options)).toBe(1);
  expect((await readdir(paths.runs)).toSorted()).toEqual([taskId(2), taskId(3)]);
  expect(await tidyOnce(options)).toBe(0);
});

it('forgets what was dismissed from the inbox more than 30 days ago', async () => {
  await store.batches.create(newBatch(1, [definition(1)]));
  await store.batches.confirm(batchId(1), head(1));
  const completed = {
    id: 'done:1',
    type: 'batch.completed',
    atMs: T0,
    batch: batchId(1),
    task: null,
    data: {},
  } as const;
  await store.record(record(1, { seq: 1 }, { events: [completed] }), T0);
  await store.inbox.mark('done:1', { deleted: true }, T0);
  const at = (nowMs: number) => ({ store, clock: { now: () => nowMs }, logger: silentLogger });
  expect(await purgeInbox(at(T0 + 30 * DAY))).toBe(0);
  expect(await purgeInbox(at(T0 + 30 * DAY + 1))).toBe(1);
  expect((await store.inbox.list({ show: 'deleted', limit: 9 })).items).toEqual([]);
});
