/** Heartbeats of a real file and a real journal; only the clocks are moved. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchGaps } from '../../../src/main/gaps.ts';
import { silentLogger } from '../../../src/platform/logger.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { head, newBatch, projectRow, definition, T0 } from '../../contract/store-fixtures.ts';

let folder: string;
let store: Store;
let stop: AbortController;
let watching: Promise<void> | null = null;
const time = { atMs: T0, uptimeMs: 1000 };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightloom-gaps-'));
  store = await openStore({ file: join(folder, 'nightloom.db') });
  await store.projects.add(projectRow());
  stop = new AbortController();
  Object.assign(time, { atMs: T0, uptimeMs: 1000 });
});

afterEach(async () => {
  stop.abort();
  await watching;
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

async function withBatch(status: 'running' | 'paused'): Promise<void> {
  await store.batches.create(newBatch(1, [definition(1)]));
  await store.batches.confirm(head(1).batch, head(1, { status }));
}

function start(): void {
  const clock = { now: () => time.atMs };
  const options = { paths: { home: folder }, store, clock, logger: silentLogger };
  watching = watchGaps({ ...options, uptimeMs: () => time.uptimeMs, intervalMs: 10 }, stop.signal);
}

async function beaten(atMs: number): Promise<void> {
  const file = join(folder, 'heartbeat.json');
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => '{}');
    if (text.includes(`"atMs":${atMs}`) || text.includes(`"atMs": ${atMs}`)) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function notes(): Promise<unknown[]> {
  return (await store.events.systemNotes(10)).map((event) => event.data);
}

describe('gaps', () => {
  it('the machine slept while a batch ran', async () => {
    await withBatch('running');
    start();
    await beaten(T0);
    Object.assign(time, { atMs: T0 + 3_600_000, uptimeMs: 3_601_000 });
    await beaten(T0 + 3_600_000);
    expect(await notes()).toEqual([
      { from: '2026-01-31T22:00:00.000Z', until: '2026-01-31T23:00:00.000Z', why: 'asleep' },
    ]);
  });

  it('the stack was down while a batch was under way', async () => {
    await withBatch('running');
    await writeFile(join(folder, 'heartbeat.json'), JSON.stringify({ v: 1, atMs: T0 - 600_000 }));
    start();
    await beaten(T0);
    expect(await notes()).toEqual([
      { from: '2026-01-31T21:50:00.000Z', until: '2026-01-31T22:00:00.000Z', why: 'stack down' },
    ]);
  });

  it('is nobody’s business while no batch runs, and a set clock is no gap', async () => {
    await withBatch('paused');
    await writeFile(join(folder, 'heartbeat.json'), JSON.stringify({ v: 1, atMs: T0 - 600_000 }));
    start();
    await beaten(T0);
    time.atMs = T0 + 7_200_000;
    await beaten(T0 + 7_200_000);
    expect(await notes()).toEqual([]);
  });
});
