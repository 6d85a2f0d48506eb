/** How soon four batches in the middle of their tasks go on after `up` was killed: the next one replays all of them at once. */
import type { BenchOptions } from './run.ts';
import { kill, until } from './support/kills.ts';
import { AGENT } from './support/place.ts';
import { worstOf } from './support/result.ts';
import type { BenchResult } from './support/result.ts';
import { startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

const ROUNDS = 5;
const BATCHES = 4;
/** More than all rounds together work off. */
const TASKS = 300;
/** Between two kills; by then each batch is somewhere within an execution of ten. */
const TASKS_BETWEEN = 37;
const AGENT_MS = 100;

/** `up` is started again in the moment of its death. */
export async function replays(options: BenchOptions): Promise<BenchResult> {
  const stack = await startStack('replays');
  const times: number[] = [];
  try {
    const agent = [process.execPath, AGENT, '--sleep', String(AGENT_MS)];
    for (let at = 0; at < BATCHES; at += 1) await stack.start((await stack.batch({ tasks: TASKS, agent })).id);
    for (let round = 0; round < (options.rounds ?? ROUNDS); round += 1) {
      const before = await completedTasks(stack);
      await until(async () => sum(await completedTasks(stack)) >= sum(before) + TASKS_BETWEEN);
      times.push(await killAndGoOn(stack));
    }
  } finally {
    await stack.stop();
  }
  return {
    name: 'replays',
    figures: [worstOf('kill -9 of `up` to another task done in each of four batches', times, 8000)],
    notes: [`Agents of ${AGENT_MS} ms; what they did while nobody looked counts as soon as it is committed.`],
  };
}

async function killAndGoOn(stack: Stack): Promise<number> {
  await kill(stack, 'control');
  const killedMs = performance.now();
  stack.again();
  let before: number[] | null = null;
  await until(async () => {
    const now = await completedTasks(stack);
    before ??= now;
    return now.every((each, at) => each > (before?.[at] ?? each));
  });
  return performance.now() - killedMs;
}

/** Of each batch, in the order of their creation. */
async function completedTasks({ client }: Stack): Promise<number[]> {
  const { items } = await client.call('listBatches', { query: { limit: BATCHES } });
  return items.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt)).map(({ counts }) => counts.completed);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}
