/** The random nemesis: kills, commands and stale locks from a seed, against several batches; then quiet, then the checker. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Violation } from './checker.ts';
import { makeProject, readBatches, startBatch, violationsOf } from './fault-night.ts';
import type { FaultTask } from './fault-night.ts';
import { readHistories } from './histories.ts';
import { strike } from './nemesis-faults.ts';
import type { Night } from './nemesis-faults.ts';
import { seeded } from './seeded.ts';
import type { Seeded } from './seeded.ts';
import { mayMount, mountSmallDisk } from '../support/small-disk.ts';
import { makeStack } from './stack.ts';
import type { FaultStack } from './stack.ts';

/** Room for the logs, runs and worktrees of an hour besides the 200 MB that a task begins with. */
const DISK_MEGABYTES = 2048;

/** What to do, and for how long. */
export interface NemesisOptions {
  readonly seed: number;
  /** Time in which faults happen; the quiet time after it comes on top. */
  readonly faultsMs: number;
  readonly batches: number;
  readonly tasksPerBatch: number;
  /** Longest quiet time until every batch has ended. */
  readonly quietMs: number;
  readonly say: (text: string) => void;
}

/** What happened. */
export interface NemesisFigures {
  readonly seed: number;
  readonly faultSeconds: number;
  readonly quietSeconds: number;
  /** Kind of fault or command -> how often it hit something. */
  readonly faults: Readonly<Record<string, number>>;
  readonly batches: number;
  /** Status -> number of tasks. */
  readonly tasks: Readonly<Record<string, number>>;
  /** Holds that waited for a user: each one was resumed by hand in the quiet time. */
  readonly heldForUser: number;
  readonly violations: readonly (Violation | { readonly promise: 'P6' | 'end'; readonly text: string })[];
}

/** Runs it all and returns the figures. @throws Error when the stack cannot be brought up */
export async function runNemesis(options: NemesisOptions): Promise<NemesisFigures> {
  const { seed, faultsMs, say } = options;
  const disk = (await mayMount()) ? await mountSmallDisk(DISK_MEGABYTES) : null;
  const stack = await makeStack({ temporalAddress: null, ...(disk === null ? {} : { stateIn: disk.directory }) });
  if (disk !== null) stack.defer(() => disk.remove());
  const night: Night = {
    stack,
    disk,
    random: seeded(seed),
    projects: [],
    batches: [],
    counts: new Map(),
    violations: [],
  };
  try {
    stack.keepUp();
    await stack.up();
    const startedMs = performance.now();
    while (performance.now() - startedMs < faultsMs) {
      if (openBatches(night).length === 0) await addBatches(night, options);
      await sleep(night.random.int(300, 6000));
      await strike(night, say);
    }
    const quietMs = performance.now();
    const heldForUser = await untilAllEnded(night, options.quietMs);
    const quietSeconds = seconds(performance.now() - quietMs);
    const status = await stack.call((client) => client.call('status'));
    const histories = await readHistories(status, night.batches);
    const found = await violationsOf(stack, night.projects, { histories });
    return {
      seed,
      faultSeconds: seconds(quietMs - startedMs),
      quietSeconds,
      faults: Object.fromEntries(night.counts),
      batches: night.batches.length,
      tasks: countTasks(stack),
      heldForUser,
      violations: [...night.violations, ...found],
    };
  } finally {
    await stack.stop();
  }
}

/** Half of the batches share each of two new repositories, so that worktrees of one repository meet. */
async function addBatches(night: Night, { batches, tasksPerBatch, say }: NemesisOptions): Promise<void> {
  const { stack, random, projects } = night;
  const round = projects.length / 2 + 1;
  for (const half of [0, 1]) {
    const count = half === 0 ? Math.ceil(batches / 2) : Math.floor(batches / 2);
    const lists = Array.from({ length: count }, (_, batch) =>
      Array.from({ length: tasksPerBatch }, (_task, task) => makeTask(random, `${half}-${batch}-${task}`)),
    );
    const project = await makeProject(stack, lists.flat());
    projects.push(project);
    for (const [index, tasks] of lists.entries()) {
      const name = `round ${round} batch ${half}-${index}`;
      const names = tasks.map((task) => task.name);
      night.batches.push(await startBatch(stack, project, names, name, { attempts: 4 }));
    }
  }
  say(`round ${round}: ${batches} batches of ${tasksPerBatch} tasks`);
}

function makeTask(random: Seeded, id: string): FaultTask {
  const good = `write src/${id}.txt good`;
  const bad = `write src/${id}.txt bad`;
  const nap = `sleep ${random.int(50, 1500)}ms`;
  const lines = {
    instant: [good],
    slow: [nap, good, nap],
    fixed: [bad, nap, 'on fix 1:', nap, good],
    broken: [bad, 'on fix 1:', `write src/${id}.txt worse`],
    failing: [nap, 'fail'],
    limited: [good, 'limit 2s', nap],
    overloaded: [good, 'overloaded', nap],
    escaping: [good, 'spawn-escaped 300s', nap],
    committing: [good, 'commit of the agent', nap],
  };
  const kind = random.weighted({
    instant: 4,
    slow: 8,
    fixed: 4,
    broken: 2,
    failing: 1,
    limited: 1,
    overloaded: 1,
    escaping: 2,
    committing: 2,
  });
  return { name: `${kind}-${id}`, lines: lines[kind], untracked: random.int(1, 4) === 1 };
}

function openBatches({ stack, batches }: Night): string[] {
  const statuses = readBatches(stack.home).batches;
  return batches.filter((id) => !['completed', 'cancelled'].includes(statuses.get(id)?.status ?? ''));
}

/** Resumes what waits for a user, as a user would in the morning, and counts it. */
async function untilAllEnded(night: Night, quietMs: number): Promise<number> {
  const { stack, violations } = night;
  const deadline = performance.now() + quietMs;
  let heldForUser = 0;
  for (;;) {
    const open = openBatches(night);
    if (open.length === 0) return heldForUser;
    if (performance.now() > deadline) {
      const shown = JSON.stringify([...readBatches(stack.home).batches].filter(([id]) => open.includes(id)));
      violations.push({ promise: 'end', text: `not ended after ${seconds(quietMs)} s of quiet: ${shown}` });
      return heldForUser;
    }
    for (const id of open) {
      const batch = readBatches(stack.home).batches.get(id);
      if (batch?.status !== 'paused' && !batch?.waitsForUser) continue;
      heldForUser += 1;
      await stack.call((client) => client.call('resumeBatch', { params: { id } }));
    }
    await sleep(500);
  }
}

function countTasks({ home }: FaultStack): Record<string, number> {
  const groups = Map.groupBy(readBatches(home).tasks, (task) => task.status);
  return Object.fromEntries([...groups].map(([status, tasks]) => [status, tasks.length]));
}

function seconds(ms: number): number {
  return Math.round(ms / 1000);
}
