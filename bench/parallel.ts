/** What four batches at once cost each other, against what four bash loops at once do. */
import { join } from 'node:path';
import type { BenchOptions } from './run.ts';
import { bashLoop } from './support/floor.ts';
import { median } from './support/numbers.ts';
import { AGENT, makeFolder, makeRepository } from './support/place.ts';
import type { BenchResult } from './support/result.ts';
import { perTaskMs, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

const ROUNDS = 5;
const TASKS = 15;
const LANES = 4;
/** Short, but most of a task: four of them fit beside each other on two cores. */
const AGENT_ARGUMENTS = ['--sleep', '400'];

/** By how much a task takes longer when four lanes work than when one does; ours and the loops take turns. */
export async function parallel(options: BenchOptions): Promise<BenchResult> {
  const tasks = options.tasks ?? TASKS;
  const agent = [process.execPath, AGENT, ...AGENT_ARGUMENTS];
  const stack = await startStack('parallel');
  const ours: number[] = [];
  const floor: number[] = [];
  try {
    for (let round = 0; round < (options.rounds ?? ROUNDS); round += 1) {
      floor.push((await loops(LANES, tasks, agent)) / (await loops(1, tasks, agent)));
      ours.push((await batches(stack, LANES, { tasks, agent })) / (await batches(stack, 1, { tasks, agent })));
    }
  } finally {
    await stack.stop();
  }
  return {
    name: 'parallel',
    figures: [
      {
        metric: 'a task beside three others against a task alone',
        unit: 'times',
        ours: median(ours),
        floor: median(floor),
        target: { of: 'ratio', atMost: 1 / 0.9 },
        rounds: ours,
        floorRounds: floor,
      },
    ],
    notes: [
      `Agents of ${AGENT_ARGUMENTS[1]} ms, ${tasks} tasks a batch. 1.11x is 0.9 of the scaling of four bash loops.`,
    ],
  };
}

async function batches(stack: Stack, count: number, what: { tasks: number; agent: string[] }): Promise<number> {
  const made = [];
  for (let at = 0; at < count; at += 1) made.push(await stack.batch(what));
  await Promise.all(made.map((batch) => stack.start(batch.id)));
  const views = await Promise.all(made.map((batch) => stack.finish(batch.id)));
  return median(views.map(perTaskMs));
}

async function loops(count: number, tasks: number, agent: readonly string[]): Promise<number> {
  const folder = await makeFolder('parallel');
  try {
    const directories = Array.from({ length: count }, (_, at) => join(folder.path, `project-${at}`));
    for (const directory of directories) await makeRepository({ directory, tasks, agent });
    return median(await Promise.all(directories.map((directory) => bashLoop(directory, tasks, agent))));
  } finally {
    await folder.dispose();
  }
}
