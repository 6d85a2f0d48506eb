/** A thousand batches that wait for somebody: the list stays quick, and the next batch starts at once. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { percentile } from '../../bench/support/numbers.ts';
import { AGENT, makeFolder, makeRepository } from '../../bench/support/place.ts';
import { residentOf } from '../../bench/support/resident.ts';
import { startStack } from '../../bench/support/stack.ts';
import type { Stack } from '../../bench/support/stack.ts';
import { exceeded } from './soak-part.ts';
import type { SoakOptions, SoakResult } from './soak-part.ts';

const BATCHES = 1000;
const STARTS = 10;
const LISTS = 200;
/** Batches made at the same time. */
const MAKERS = 4;
const START_WITHIN_MS = 500;
const LIST_WITHIN_MS = 250;

/** Makes them, then starts batches of one task one after the other, and lists. */
export async function idleBatches({ batches, say }: SoakOptions): Promise<SoakResult> {
  const count = batches ?? BATCHES;
  const folder = await makeFolder('soak-idle');
  const stack = await startStack('soak-idle');
  try {
    const directory = join(folder.path, 'project');
    const log = join(folder.path, 'agent.log');
    const agent = [process.execPath, AGENT, '--log', log];
    const names = await makeRepository({ directory, tasks: count + STARTS, agent });
    const project = await stack.client.call('addProject', { body: { path: directory } });
    const make = async (requirementName: string): Promise<string> => {
      const tasks = [{ projectId: project.id, requirementName }];
      return (await stack.client.call('createBatch', { body: { name: `Idle ${requirementName}`, tasks } })).id;
    };
    const createMs = await makeAll(names.slice(0, count), make, say);
    const startMs: number[] = [];
    for (const name of names.slice(count)) startMs.push(await timeStart(stack, await make(name), log));
    say(`${STARTS} batches started beside ${count} idle ones`);
    const listMs: number[] = [];
    for (let round = 0; round < LISTS; round += 1) {
      const askedMs = performance.now();
      await stack.client.call('listBatches');
      listMs.push(performance.now() - askedMs);
    }
    const figures = {
      idleBatches: count,
      createMs: Math.round(createMs),
      startToAgentMs: startMs.map(Math.round),
      listP50Ms: Math.round(percentile(listMs, 50)),
      listP99Ms: Math.round(percentile(listMs, 99)),
      residentMb: await residentOf(await stack.status()),
    };
    return {
      figures,
      violations: [
        ...exceeded('start of a batch to its agent, median', percentile(startMs, 50), START_WITHIN_MS, 'ms'),
        ...exceeded('a page of the list, p99', percentile(listMs, 99), LIST_WITHIN_MS, 'ms'),
      ],
    };
  } finally {
    await stack.stop();
    await folder.dispose();
  }
}

/** Milliseconds per batch. */
async function makeAll(
  names: readonly string[],
  make: (name: string) => Promise<string>,
  say: (text: string) => void,
): Promise<number> {
  const startedMs = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let name = names[next++]; name !== undefined; name = names[next++]) {
      await make(name);
      if (next % 200 === 0) say(`${next} batches made`);
    }
  };
  await Promise.all(Array.from({ length: MAKERS }, worker));
  return (performance.now() - startedMs) / names.length;
}

/** From the request to start the batch until its agent began, by the agent's own clock. */
async function timeStart(stack: Stack, batch: string, log: string): Promise<number> {
  const askedAtMs = performance.timeOrigin + performance.now();
  await stack.start(batch);
  await stack.finish(batch);
  const began = (await readFile(log, 'utf8')).split('\n').filter((line) => line.startsWith('began '));
  return Number(began.at(-1)?.split(' ')[1]) - askedAtMs;
}
