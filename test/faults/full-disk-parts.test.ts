/** What each part does on a disk that is full to the last byte. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withFailures } from '../../src/activities/to-failure.ts';
import { launchRun } from '../../src/host/runs/launch.ts';
import { writeJson } from '../../src/host/runs/run-directory.ts';
import { inspectRun } from '../../src/host/runs/status.ts';
import { waitForRun } from '../../src/host/runs/wait.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { openStore } from '../../src/store/open-store.ts';
import { batchId, definition, newBatch } from '../contract/store-fixtures.ts';
import { mayMount, mountSmallDisk } from '../support/small-disk.ts';
import type { SmallDisk } from '../support/small-disk.ts';

const isSkipped = !(await mayMount());

let disk: SmallDisk;

describe.skipIf(isSkipped)('on a full disk', () => {
  beforeEach(async () => {
    disk = await mountSmallDisk(8);
  });
  afterEach(() => disk.remove());

  it('a run that began before says how it ended', async () => {
    const dir = join(disk.directory, 'run');
    const spec = { dir, marker: 'full-disk/run', cwd: '/', env: { PATH: '/usr/bin:/bin' }, stdin: null };
    await launchRun({ ...spec, argv: ['/bin/sh', '-c', 'sleep 0.5; exit 7'], timeoutMs: 20_000, graceMs: 1000 });
    disk.fill();
    await waitForRun(dir, { timeoutMs: 5000 });
    expect(await inspectRun(dir)).toMatchObject({ status: 'exited', exit: { code: 7, timedOut: false } });
  });

  it('the database says that the disk is full, keeps what it had, and takes the next write when there is space', async () => {
    const file = join(disk.directory, 'nightloom.db');
    const store = await openStore({ file });
    await store.batches.create(newBatch(1, [definition(1)]));
    disk.fill();
    const many = Array.from({ length: 500 }, (_, index) => definition(index + 10));
    await expect(store.batches.create(newBatch(2, many))).rejects.toMatchObject({ code: 'disk_low' });
    expect(await store.batches.get(batchId(2))).toBeNull();
    expect(await store.tasks.ofBatch(batchId(1))).toHaveLength(1);
    disk.empty();
    await store.batches.create(newBatch(2, many));
    expect(await store.tasks.ofBatch(batchId(2))).toHaveLength(500);
    await store.close();
  });

  it('a log waits with its lines and its process lives', async () => {
    const file = join(disk.directory, 'logs', 'test.log');
    const logger = createLogger({ name: 'test', file });
    disk.fill();
    logger.info({ text: 'x'.repeat(10_000) }, 'first');
    logger.info({}, 'second');
    disk.empty();
    logger.info({}, 'third');
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['first', 'second', 'third']);
  });

  it('a file that found no room is not there at all, and an activity says what is wrong', async () => {
    const folder = join(disk.directory, 'files');
    mkdirSync(folder);
    disk.fill();
    const { write } = withFailures({
      write: () => Promise.resolve(writeJson(join(folder, 'a.json'), { text: 'x'.repeat(10_000) })),
    });
    await expect(write()).rejects.toMatchObject({ type: 'disk_low', nonRetryable: true });
    expect(readdirSync(folder)).toEqual([]);
  });
});
