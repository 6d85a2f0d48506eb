/** How soon a command is acknowledged, and how soon a lane goes from one batch to the next. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchOptions } from './run.ts';
import { eventsOfBatch } from './support/events.ts';
import type { HistoryEvent } from './support/events.ts';
import { median, percentile } from './support/numbers.ts';
import { AGENT } from './support/place.ts';
import type { BenchResult, Figure } from './support/result.ts';
import { startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

const ROUNDS = 20;
const HANDOVERS = 10;
/** Longer than all pauses of the benchmark together. */
const AGENT_MS = 20_000;

/** Pauses while an agent works, and a line of batches that share one lane. */
export async function commands(options: BenchOptions): Promise<BenchResult> {
  const stack = await startStack('commands');
  try {
    const pauses = await timePauses(stack, options.rounds ?? ROUNDS);
    const handovers = await timeHandovers(stack, options.tasks ?? HANDOVERS);
    return {
      name: 'commands',
      figures: [
        figureOf(
          `pause to its answer, worst (median ${Math.round(median(pauses))})`,
          pauses,
          Math.max(...pauses),
          1000,
        ),
        figureOf('lane given back to lane granted, p50', handovers, percentile(handovers, 50), 200),
        figureOf('lane given back to lane granted, worst', handovers, Math.max(...handovers), 200),
      ],
      notes: [
        'Lanes: by the times in the histories of the batch that gives and the batch that gets, limit of one lane.',
      ],
    };
  } finally {
    await stack.stop();
  }
}

function figureOf(metric: string, rounds: readonly number[], ours: number, atMost: number): Figure {
  return { metric, unit: 'ms', ours, floor: null, target: { of: 'value', atMost }, rounds, floorRounds: [] };
}

async function timePauses(stack: Stack, rounds: number): Promise<number[]> {
  const batch = await stack.batch({ tasks: 1, agent: [process.execPath, AGENT, '--sleep', String(AGENT_MS)] });
  const params = { id: batch.id };
  await stack.start(batch.id);
  const answered: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await sleep(200);
    const askedMs = performance.now();
    await stack.client.call('pauseBatch', { params, body: {} });
    answered.push(performance.now() - askedMs);
    await stack.client.call('resumeBatch', { params, body: {} });
  }
  await stack.finish(batch.id);
  return answered;
}

/** The batches are started in a row while the first one works; each gets the lane from the one before. */
async function timeHandovers(stack: Stack, count: number): Promise<number[]> {
  await stack.client.call('setLanes', { body: { limit: 1 } });
  const agent = [process.execPath, AGENT, '--sleep', '300'];
  const ids: string[] = [];
  for (let at = 0; at <= count; at += 1) ids.push((await stack.batch({ tasks: 1, agent })).id);
  for (const id of ids) await stack.start(id);
  for (const id of ids) await stack.finish(id);
  const status = await stack.status();
  const histories = await Promise.all(ids.map((id) => eventsOfBatch(status, id)));
  return histories
    .slice(1)
    .map((events, at) => timeOf(events, 'laneGranted') - timeOf(histories[at] ?? [], 'laneRelease'));
}

/** When the signal came, or was sent. */
function timeOf(events: readonly HistoryEvent[], signal: string): number {
  return events.find((event) => event.signal === signal)?.atMs ?? Number.NaN;
}
