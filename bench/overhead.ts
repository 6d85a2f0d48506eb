/** What a task costs beyond its agent: a batch of the real stack against a bare bash loop, with the same agent. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchOptions } from './run.ts';
import { bashLoop } from './support/floor.ts';
import { median } from './support/numbers.ts';
import { AGENT, makeFolder, makeRepository } from './support/place.ts';
import type { BenchResult, Figure } from './support/result.ts';
import { perTaskMs, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

const INSTANT = { rounds: 5, tasks: 100 };
/** A long agent leaves little to tell apart: three tasks a round. */
const LONG = { rounds: 5, tasks: 3 };

/** With an instant Node agent. */
export async function overhead(options: BenchOptions): Promise<BenchResult> {
  const stack = await startStack('overhead');
  try {
    const figure = await compare(stack, {
      metric: 'per task, instant Node agent',
      rounds: options.rounds ?? INSTANT.rounds,
      tasks: options.tasks ?? INSTANT.tasks,
      agent: [process.execPath, AGENT],
      atMost: 3,
      both: inTurns,
    });
    return { name: 'overhead', figures: [figure], notes: [SETUP_INCLUDED] };
  } finally {
    await stack.stop();
  }
}

/** With an agent of half a minute, or of `--agent-seconds`. */
export async function longAgent(options: BenchOptions): Promise<BenchResult> {
  const seconds = options.agentSeconds ?? 30;
  const stack = await startStack('long');
  try {
    const figure = await compare(stack, {
      metric: `per task, agent of ${seconds} s`,
      rounds: options.rounds ?? LONG.rounds,
      tasks: options.tasks ?? LONG.tasks,
      agent: [process.execPath, AGENT, '--sleep', String(seconds * 1000)],
      atMost: 1.01,
      both: (floor, ours) => apart(seconds * 1000, floor, ours),
    });
    const notes = [
      SETUP_INCLUDED,
      'Floor and ours ran at the same time, a third of an agent apart: both sleep but for moments.',
    ];
    return { name: 'long', figures: [figure], notes };
  } finally {
    await stack.stop();
  }
}

const SETUP_INCLUDED = 'Ours includes making and removing the worktree, once per batch.';

type Measure = () => Promise<number>;
/** How one round takes its two figures: [floor, ours]. */
type Both = (floor: Measure, ours: Measure) => Promise<[number, number]>;

const inTurns: Both = async (floor, ours) => [await floor(), await ours()];

/** The agents of both sleep nearly all the time; a third of their sleep apart, neither works while the other does. */
async function apart(agentMs: number, floor: Measure, ours: Measure): Promise<[number, number]> {
  return await Promise.all([sleep(agentMs / 3).then(floor), ours()]);
}

async function compare(
  stack: Stack,
  what: {
    readonly metric: string;
    readonly rounds: number;
    readonly tasks: number;
    readonly agent: readonly string[];
    readonly atMost: number;
    readonly both: Both;
  },
): Promise<Figure> {
  const { rounds, tasks, agent } = what;
  const ours: number[] = [];
  const floor: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const [floorMs, oursMs] = await what.both(
      () => floorOnce(tasks, agent),
      () => oursOnce(stack, tasks, agent),
    );
    floor.push(floorMs);
    ours.push(oursMs);
  }
  return {
    metric: what.metric,
    unit: 'ms',
    ours: median(ours),
    floor: median(floor),
    target: { of: 'ratio', atMost: what.atMost },
    rounds: ours,
    floorRounds: floor,
  };
}

async function oursOnce(stack: Stack, tasks: number, agent: readonly string[]): Promise<number> {
  const batch = await stack.batch({ tasks, agent });
  await stack.start(batch.id);
  return perTaskMs(await stack.finish(batch.id));
}

async function floorOnce(tasks: number, agent: readonly string[]): Promise<number> {
  const folder = await makeFolder('floor');
  try {
    const directory = join(folder.path, 'project');
    await makeRepository({ directory, tasks, agent });
    return await bashLoop(directory, tasks, agent);
  } finally {
    await folder.dispose();
  }
}
