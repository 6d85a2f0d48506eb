/** Memory of the two processes: at rest after the start, and after a hundred tasks. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchOptions } from './run.ts';
import { AGENT } from './support/place.ts';
import { residentOf } from './support/resident.ts';
import type { BenchResult, Figure } from './support/result.ts';
import { startStack } from './support/stack.ts';

const TASKS = 100;
const SETTLE_MS = 30_000;
const TARGETS_MB = { control: 260, host: 150 } as const;

/** Resident set of control and host process. */
export async function memory(options: BenchOptions): Promise<BenchResult> {
  const stack = await startStack('memory');
  try {
    await sleep(SETTLE_MS);
    const idle = await residentOf(await stack.status());
    const batch = await stack.batch({ tasks: options.tasks ?? TASKS, agent: [process.execPath, AGENT] });
    await stack.start(batch.id);
    await stack.finish(batch.id);
    await sleep(5000);
    const after = await residentOf(await stack.status());
    const figures: Figure[] = (['control', 'host'] as const).flatMap((role) => [
      figureOf(`${role} process, idle 30 s after the start`, idle[role], TARGETS_MB[role]),
      figureOf(`${role} process, after ${batch.taskIds.length} tasks`, after[role], null),
    ]);
    return { name: 'memory', figures, notes: ['Resident set (VmRSS). The control process serves the API, too.'] };
  } finally {
    await stack.stop();
  }
}

function figureOf(metric: string, value: number, atMost: number | null): Figure {
  return {
    metric,
    unit: 'MB',
    ours: value,
    floor: null,
    target: atMost === null ? null : { of: 'value', atMost },
    rounds: [value],
    floorRounds: [],
  };
}
