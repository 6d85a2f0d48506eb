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
    });
    return { name: 'overhead', figures: [figure], notes: [SETUP_INCLUDED] };
  } finally {
    await stack.stop();
  }
}

/**
 * With an agent of half a minute, or of `--agent-seconds`. All rounds, floor and ours, run at the same time but evenly
 * apart: agents that sleep cost nothing, and while one round works between two agents the others sleep.
 */
export async function longAgent(options: BenchOptions): Promise<BenchResult> {
  const agentMs = (options.agentSeconds ?? 30) * 1000;
  const { rounds, tasks } = { rounds: options.rounds ?? LONG.rounds, tasks: options.tasks ?? LONG.tasks };
  const agent = [process.execPath, AGENT, '--sleep', String(agentMs)];
  const stack = await startStack('long');
  try {
    await stack.client.call('setLanes', { body: { limit: rounds } });
    const spaceMs = agentMs / rounds / 2;
    const both = Array.from({ length: rounds }, (_, round) => [
      sleep(2 * round * spaceMs).then(() => floorOnce(tasks, agent)),
      sleep((2 * round + 1) * spaceMs).then(() => oursOnce(stack, tasks, agent)),
    ]);
    const all = await Promise.all(both.map((pair) => Promise.all(pair)));
    const [floorRounds, oursRounds] = [0, 1].map((at) => all.map((pair) => pair[at] ?? Number.NaN));
    const figure: Figure = {
      metric: `per task, agent of ${agentMs / 1000} s`,
      unit: 'ms',
      ours: median(oursRounds ?? []),
      floor: median(floorRounds ?? []),
      target: { of: 'ratio', atMost: 1.01 },
      rounds: oursRounds ?? [],
      floorRounds: floorRounds ?? [],
    };
    return { name: 'long', figures: [figure], notes: [SETUP_INCLUDED, 'All rounds at the same time, evenly apart.'] };
  } finally {
    await stack.stop();
  }
}

const SETUP_INCLUDED = 'Ours includes making and removing the worktree, once per batch.';

async function compare(
  stack: Stack,
  what: {
    readonly metric: string;
    readonly rounds: number;
    readonly tasks: number;
    readonly agent: readonly string[];
    readonly atMost: number;
  },
): Promise<Figure> {
  const { rounds, tasks, agent } = what;
  const ours: number[] = [];
  const floor: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    floor.push(await floorOnce(tasks, agent));
    ours.push(await oursOnce(stack, tasks, agent));
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
