/** How long the machine stands idle between two agents: the end of one to the start of the next, by their own clocks. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchOptions } from './run.ts';
import { bashLoop } from './support/floor.ts';
import { percentile } from './support/numbers.ts';
import { AGENT, makeFolder, makeRepository } from './support/place.ts';
import type { BenchResult, Figure } from './support/result.ts';
import { startStack } from './support/stack.ts';

const ROUNDS = 5;
const TASKS = 21;
/** Longer than a start waits, so that every task is watched. */
const SLEEP_MS = '300';

/** Gaps of all rounds together; floor and ours take turns. */
export async function gap(options: BenchOptions): Promise<BenchResult> {
  const folder = await makeFolder('gap');
  const stack = await startStack('gap');
  const tasks = options.tasks ?? TASKS;
  const ours: number[] = [];
  const floor: number[] = [];
  try {
    for (let round = 0; round < (options.rounds ?? ROUNDS); round += 1) {
      const floorLog = join(folder.path, `floor-${round}.log`);
      const directory = join(folder.path, `project-${round}`);
      await makeRepository({ directory, tasks, agent: agentWith(floorLog) });
      await bashLoop(directory, tasks, agentWith(floorLog));
      floor.push(...(await gapsIn(floorLog)));

      const log = join(folder.path, `ours-${round}.log`);
      const batch = await stack.batch({ tasks, agent: agentWith(log) });
      await stack.start(batch.id);
      await stack.finish(batch.id);
      ours.push(...(await gapsIn(log)));
    }
  } finally {
    await stack.stop();
    await folder.dispose();
  }
  const figure = (p: number, atMost: number): Figure => ({
    metric: `agent exit to next agent, p${p}`,
    unit: 'ms',
    ours: percentile(ours, p),
    floor: percentile(floor, p),
    target: { of: 'value', atMost },
    rounds: ours,
    floorRounds: floor,
  });
  return {
    name: 'gap',
    figures: [figure(50, 100), figure(99, 250)],
    notes: ['Floor: the bash loop, whose gap is rm, git add and git commit.'],
  };
}

function agentWith(log: string): string[] {
  return [process.execPath, AGENT, '--sleep', SLEEP_MS, '--log', log];
}

/** Milliseconds from each `ended` to the `began` after it. */
async function gapsIn(log: string): Promise<number[]> {
  const gaps: number[] = [];
  let ended: number | null = null;
  for (const line of (await readFile(log, 'utf8')).split('\n')) {
    const [what, at] = line.split(' ');
    if (what === 'began' && ended !== null) gaps.push(Number(at) - ended);
    if (what === 'ended') ended = Number(at);
  }
  return gaps;
}
