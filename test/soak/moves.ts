/** Two batches that hand tasks to and fro while they run and continue as new: no task is lost or done twice. */
import { AppError } from '../../src/contracts/errors.ts';
import { makeProject, readBatches, startBatch, untilEnded, violationsOf } from '../faults/fault-night.ts';
import type { FaultTask } from '../faults/fault-night.ts';
import { readHistories } from '../faults/histories.ts';
import { seeded } from '../faults/seeded.ts';
import { makeStack } from '../faults/stack.ts';
import type { FaultStack } from '../faults/stack.ts';
import type { SoakOptions, SoakResult } from './soak-part.ts';

const MOVES = 200;
const TASKS_PER_BATCH = 150;
const AT_ONCE = 5;
const BATCH_TIMEOUT_MS = 20 * 60_000;

/** Moves until it is enough or nothing is left to move, waits for both, then lets the checker look. */
export async function moves({ moves: wanted, tasks, seed, say }: SoakOptions): Promise<SoakResult> {
  const stack = await makeStack({ temporalAddress: null });
  try {
    await stack.up();
    const perBatch = tasks ?? TASKS_PER_BATCH;
    const lists = ['left', 'right'].map((side) => Array.from({ length: perBatch }, (_, at) => taskOf(`${side}-${at}`)));
    const project = await makeProject(stack, lists.flat());
    const sides: string[] = [];
    for (const [at, list] of lists.entries()) {
      const names = list.map((task) => task.name);
      sides.push(await startBatch(stack, project, names, `soak ${at === 0 ? 'left' : 'right'}`));
    }
    const applied = await moveToAndFro(stack, sides, { wanted: wanted ?? MOVES, seed, say });
    for (const batch of sides) await untilEnded(stack, batch, BATCH_TIMEOUT_MS);
    const ended = readBatches(stack.home).tasks;
    const statuses = Object.fromEntries(
      [...Map.groupBy(ended, (task) => task.status)].map(([status, all]) => [status, all.length]),
    );
    const histories = await readHistories(await stack.call((client) => client.call('status')), sides);
    const executions = sides.map((batch) => histories.get(batch)?.length ?? 0);
    const found = await violationsOf(stack, [project], { histories });
    return {
      figures: { moves: applied, tasks: lists.flat().length, statuses, executions },
      violations: [
        ...found.map(({ promise, text }) => `${promise} ${text}`),
        ...(applied < (wanted ?? MOVES) ? [`only ${applied} moves before nothing was left to move`] : []),
        ...(statuses['completed'] === lists.flat().length ? [] : [`not every task completed`]),
        ...(Math.min(...executions) > 1 ? [] : ['a batch did not continue as new']),
      ],
    };
  } finally {
    await stack.stop();
  }
}

function taskOf(name: string): FaultTask {
  return { name, lines: [`write src/${name}.txt good`] };
}

interface MoveOptions {
  readonly wanted: number;
  readonly seed: number;
  readonly say: (text: string) => void;
}

/** How many moves were applied: up to five queued tasks at a time, from the longer list. */
async function moveToAndFro(
  stack: FaultStack,
  sides: readonly string[],
  { wanted, seed, say }: MoveOptions,
): Promise<number> {
  const random = seeded(seed);
  let applied = 0;
  while (applied < wanted) {
    const queued = readBatches(stack.home).tasks.filter((task) => task.status === 'queued');
    const byLength = sides.toSorted((a, b) => countIn(queued, b) - countIn(queued, a));
    // Mostly from the longer list, so that none runs dry; sometimes the other way, so that moves cross.
    const [from, to] = random.int(1, 3) === 1 ? byLength.toReversed() : byLength;
    if (from === undefined || to === undefined || queued.length === 0) return applied;
    const there = queued.filter((task) => task.batch === from);
    const taskIds = there.slice(-random.int(1, AT_ONCE)).map((task) => task.id);
    if (taskIds.length === 0) continue;
    const body = { to, taskIds, commandId: `soak-move-${applied}-${random.int(1, 2 ** 30)}` };
    const isMoved = await stack
      .call((client) => client.call('offload', { params: { id: from }, body }))
      .then((answer) => answer.tasks.some((task) => task.result !== 'stayed'))
      .catch(ignoreConflict);
    if (!isMoved) continue;
    applied += 1;
    if (applied % 50 === 0) say(`${applied} moves`);
  }
  return applied;
}

function countIn(tasks: readonly { batch: string }[], batch: string): number {
  return tasks.filter((task) => task.batch === batch).length;
}

/** The tasks began, or are on their way already. */
function ignoreConflict(error: unknown): boolean {
  if (AppError.is(error) && error.category === 'conflict') return false;
  throw error;
}
