/** The file under several processes, and under the death of one. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open-store.ts';
import { batchId } from '../../contract/store-fixtures.ts';

let folder: string;
let file: string;
let children: ChildProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightloom-store-'));
  file = join(folder, 'nightloom.db');
  children = [];
});
afterEach(async () => {
  for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

function start(number: number, mode: 'once' | 'forever'): ChildProcess {
  const script = join(import.meta.dirname, 'child-writer.ts');
  const child = spawn(process.execPath, [script, file, String(number), mode], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

async function firstOutput(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error('stdout is piped');
  await once(child.stdout, 'data');
}

describe('store in several processes', () => {
  it('opens a new file and writes it from two processes at once, without a lost or refused write', async () => {
    const ends = await Promise.all([start(1, 'once'), start(2, 'once')].map((child) => once(child, 'exit')));
    expect(ends.map(([code]) => code)).toEqual([0, 0]);
    const store = await openStore({ file });
    for (const number of [1, 2]) {
      expect(await store.batches.get(batchId(number))).toMatchObject({ seq: 100, status: 'running' });
      const { number: next } = await store.commands.begin({
        id: `${number}`,
        batch: batchId(number),
        type: 'x',
        atMs: 0,
      });
      expect(next).toBe(101);
    }
    expect(await store.events.after(0, { limit: 100_000 })).toHaveLength(2 * 100 * 50);
    await store.close();
  });

  it('[P8] kill -9 in the middle of writing leaves each transaction whole or absent', async () => {
    for (let round = 1; round <= 5; round += 1) {
      const child = start(round, 'forever');
      await firstOutput(child);
      await setTimeout(Math.random() * 40);
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      const store = await openStore({ file });
      const batch = await store.batches.get(batchId(round));
      const seq = batch?.seq ?? 0;
      expect(seq).toBeGreaterThan(2);
      expect(batch?.head?.seq).toBe(seq);
      const tasks = await store.tasks.ofBatch(batchId(round));
      expect(new Set(tasks.map((task) => task.state.attempt))).toEqual(new Set([seq]));
      expect(new Set(tasks.map((task) => task.details?.notes[0]))).toEqual(new Set([`round ${seq}`]));
      const attempts = await store.tasks.lastAttempts(batchId(round));
      expect(new Set([...attempts.values()].map((each) => each.message))).toEqual(new Set([`round ${seq}`]));
      expect(await store.events.after(0, { batch: batchId(round), limit: 1_000_000 })).toHaveLength(seq * 50);
      const next = await store.commands.begin({ id: `after ${round}`, batch: batchId(round), type: 'x', atMs: 0 });
      expect([seq, seq + 1]).toContain(next.number);
      await store.close();
    }
  });
});
