/** What a task costs beyond its agent: a batch of the real stack against a bare bash loop, with the same agent. */
import { join } from 'node:path';
import type { BenchOptions } from './run.ts';
import { bashLoop } from './support/floor.ts';
import { median } from './support/numbers.ts';
import { AGENT, makeFolder, makeRepository } from './support/place.ts';
import type { BenchResult, Figure } from './support/result.ts';
import { perTaskMs, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

const INSTANT = { rounds: 5, tasks: 100 };
/** A long agent leaves little to tell apart: two rounds of three tasks. */
const LONG = { rounds: 2, tasks: 3 };

/** With an instant Node agent; with `--agent-seconds` also with one that takes as long. */
export async function overhead(options: BenchOptions): Promise<BenchResult> {
  const stack = await startStack('overhead');
  try {
    const figures = [
      await compare(stack, {
        metric: 'per task, instant Node agent',
        rounds: options.rounds ?? INSTANT.rounds,
        tasks: options.tasks ?? INSTANT.tasks,
        agent: [process.execPath, AGENT],
        atMost: 3,
      }),
    ];
    const { agentSeconds } = options;
    if (agentSeconds !== null) {
      figures.push(
        await compare(stack, {
          metric: `per task, agent of ${agentSeconds} s`,
          ...LONG,
          agent: [process.execPath, AGENT, '--sleep', String(agentSeconds * 1000)],
          atMost: 1.01,
        }),
      );
    }
    return { name: 'overhead', figures, notes: ['Ours includes making and removing the worktree, once per batch.'] };
  } finally {
    await stack.stop();
  }
}

async function compare(
  stack: Stack,
  what: { metric: string; rounds: number; tasks: number; agent: readonly string[]; atMost: number },
): Promise<Figure> {
  const { rounds, tasks, agent } = what;
  const ours: number[] = [];
  const floor: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    floor.push(await floorOnce(tasks, agent));
    const batch = await stack.batch({ tasks, agent });
    await stack.start(batch.id);
    ours.push(perTaskMs(await stack.finish(batch.id)));
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
