/** The file in which a handler's run is told of events. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { asId } from '../../../src/contracts/ids.ts';
import type { EventView } from '../../../src/contracts/views.ts';
import { tellHandler } from '../../../src/host/kinds/handlers/events-file.ts';
import { handlerEvents } from '../../../src/host/kinds/handlers/handler-events.ts';

const TASK = asId('task', 't_aaaaaaaaaa');

let runs: string;
let run: string;
let file: string;
beforeEach(async () => {
  runs = await mkdtemp(join(tmpdir(), 'nightloom-told-'));
  run = join(runs, TASK, '1', 'agent');
  file = join(run, 'events.jsonl');
  await mkdir(run, { recursive: true });
  await writeFile(join(run, 'order.json'), '{}');
});
afterEach(() => rm(runs, { recursive: true, force: true }));

const event = (seq: number): EventView => ({
  seq,
  id: `e${seq}`,
  type: 'task.started',
  at: '2026-03-01T02:14:09.120Z',
  batch: null,
  task: TASK,
  data: { name: 'x' },
});
const tell = (...seqs: number[]) => tellHandler({ runs }, TASK, seqs.map(event));

/** Numbers that a listener hears until it has heard `last`. */
async function hear(last: number): Promise<number[]> {
  const heard: number[] = [];
  await new Promise<void>((resolve) => {
    const off = handlerEvents(file).on('*', ({ seq }) => {
      heard.push(seq);
      if (seq !== last) return;
      off();
      resolve();
    });
  });
  return heard;
}

it('takes each event once, however often it is told', async () => {
  expect(await tell()).toBe(0);
  expect(await tell(3, 4)).toBe(4);
  expect(await tell(3, 4, 7)).toBe(7);
  expect(await tell(4)).toBe(7);
  expect(await hear(7)).toEqual([3, 4, 7]);
});

it('goes on after a line that was left unfinished, and hears of it once', async () => {
  await tell(3);
  await writeFile(file, `${await readFile(file, 'utf8')}{"seq":4,"id":"e4","ty`);
  expect(await tell()).toBe(3);
  expect(await tell(4, 5)).toBe(5);
  expect(await hear(5)).toEqual([3, 4, 5]);
});

it('brings an event once though two told of it at the same time', async () => {
  await tell(1);
  await writeFile(file, (await readFile(file, 'utf8')).repeat(2));
  await tell(2);
  expect(await hear(2)).toEqual([1, 2]);
});

it('tells no run that has ended, or was never begun', async () => {
  expect(await tellHandler({ runs }, asId('task', 't_bbbbbbbbbb'), [event(1)])).toBeNull();
  await writeFile(join(run, 'exit.json'), '{}');
  expect(await tell(1)).toBeNull();
  await expect(readFile(file)).rejects.toThrow('ENOENT');
});
