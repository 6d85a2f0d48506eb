/** How many history events a task costs: read from Temporal, all executions of the batch together. */
import type { BenchOptions } from './run.ts';
import { eventsOfBatch } from './support/events.ts';
import { AGENT } from './support/place.ts';
import type { BenchResult, Figure } from './support/result.ts';
import { startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

const TASKS = 40;

/** With an instant agent and nothing to verify, and with a watch and one verification. */
export async function history(options: BenchOptions): Promise<BenchResult> {
  const stack = await startStack('history');
  const tasks = options.tasks ?? TASKS;
  const agent = [process.execPath, AGENT];
  try {
    const plain = await measure(stack, tasks, { agent });
    const full = await measure(stack, tasks, { agent: [...agent, '--sleep', '400'], verify: ['true'] });
    return {
      name: 'history',
      figures: [
        figureOf('events per task, instant, no verification', plain, 24),
        figureOf('events per task, watch and one verification', full, 36),
      ],
      notes: [`All events of a batch of ${tasks} by its tasks, so start and end of the batch are in it.`],
    };
  } finally {
    await stack.stop();
  }
}

function figureOf(metric: string, events: number, atMost: number): Figure {
  return {
    metric,
    unit: 'events',
    ours: events,
    floor: null,
    target: { of: 'value', atMost },
    rounds: [events],
    floorRounds: [],
  };
}

async function measure(
  stack: Stack,
  tasks: number,
  what: { agent: readonly string[]; verify?: readonly string[] },
): Promise<number> {
  const batch = await stack.batch({ tasks, ...what });
  await stack.start(batch.id);
  await stack.finish(batch.id);
  const events = await eventsOfBatch(await stack.status(), batch.id);
  return events.length / tasks;
}
