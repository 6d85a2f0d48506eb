/** One batch of ten thousand tasks: it may become neither slower nor larger on the way. */
import { setTimeout as sleep } from 'node:timers/promises';
import { residentOf } from '../../bench/support/resident.ts';
import type { Resident } from '../../bench/support/resident.ts';
import { startStack } from '../../bench/support/stack.ts';
import { exceeded } from './soak-part.ts';
import type { SoakOptions, SoakResult } from './soak-part.ts';

const TASKS = 10_000;
/** Until here everything is compiled and cached once. */
const WARM_TASKS = 100;
const POLL_MS = 1000;
const STUCK_MS = 120_000;
/** Changes one file and always differently; ends within a millisecond. */
const INSTANT_AGENT = ['sh', '-c', 'date +%s%N >result.txt'];
const SLOWER_AT_MOST = 1.1;
const LARGER_AT_MOST = 1.05;

/** How many tasks were completed when. */
interface Sample {
  readonly atMs: number;
  readonly completed: number;
}

/** Creates it, runs it, and compares the last tenth with the first after the warm-up, memory with memory after 100. */
export async function manyTasks({ tasks, say }: SoakOptions): Promise<SoakResult> {
  const count = tasks ?? TASKS;
  const stack = await startStack('soak-tasks');
  try {
    const createdMs = performance.now();
    const batch = await stack.batch({ tasks: count, agent: INSTANT_AGENT });
    const createMs = Math.round(performance.now() - createdMs);
    say(`${count} tasks registered and created in ${createMs} ms`);
    await stack.start(batch.id);
    const samples: Sample[] = [{ atMs: performance.now(), completed: 0 }];
    let early: Resident | null = null;
    for (let last = samples[0]; last !== undefined && last.completed < count; last = samples.at(-1)) {
      await sleep(POLL_MS);
      const { items } = await stack.client.call('listBatches', { query: { limit: 1 } });
      const completed = items[0]?.counts.completed ?? 0;
      const atMs = performance.now();
      if (completed > last.completed) samples.push({ atMs, completed });
      else if (atMs - last.atMs > STUCK_MS) return stuck(last, items[0]);
      if (early === null && completed >= WARM_TASKS) early = await residentOf(await stack.status());
      if (Math.floor(completed / 500) > Math.floor(last.completed / 500)) {
        const { control, host } = await residentOf(await stack.status());
        say(`${completed} tasks completed; control ${control} MB, host ${host} MB`);
      }
    }
    return judge(samples, { count, createMs, early, late: await residentOf(await stack.status()) });
  } finally {
    await stack.stop();
  }
}

function stuck(last: Sample, shown: unknown): SoakResult {
  const text = `no task completed for ${STUCK_MS / 1000} s: ${JSON.stringify(shown)}`;
  return { figures: { completed: last.completed }, violations: [text] };
}

interface Seen {
  readonly count: number;
  readonly createMs: number;
  readonly early: Resident | null;
  readonly late: Resident;
}

function judge(samples: readonly Sample[], { count, createMs, early, late }: Seen): SoakResult {
  const tenth = Math.floor((count - WARM_TASKS) / 10);
  const firstMs = perTaskMs(samples, WARM_TASKS, WARM_TASKS + tenth);
  const lastMs = perTaskMs(samples, count - tenth, count);
  const figures = {
    tasks: count,
    createMs,
    firstTasksMs: rounded(firstMs),
    lastTasksMs: rounded(lastMs),
    residentMbAfter100: early,
    residentMbAtTheEnd: late,
  };
  const larger = (['control', 'host'] as const).flatMap((role) =>
    early === null ? [] : exceeded(`memory of the ${role} process`, late[role], early[role] * LARGER_AT_MOST, 'MB'),
  );
  return {
    figures,
    violations: [...exceeded('the last tasks', lastMs, firstMs * SLOWER_AT_MOST, 'ms each'), ...larger],
  };
}

/** Milliseconds per task between the moments at which so many were completed. */
function perTaskMs(samples: readonly Sample[], from: number, to: number): number {
  return (momentOf(samples, to) - momentOf(samples, from)) / (to - from);
}

/** When so many were completed, between the two looks around it. */
function momentOf(samples: readonly Sample[], completed: number): number {
  const at = samples.findIndex((sample) => sample.completed >= completed);
  const after = samples[at];
  const before = samples[at - 1] ?? after;
  if (after === undefined || before === undefined) return Number.NaN;
  const share = (completed - before.completed) / Math.max(1, after.completed - before.completed);
  return before.atMs + share * (after.atMs - before.atMs);
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
