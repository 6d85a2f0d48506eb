/** The API under load, beside a working stack: answers, start, memory. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import type { BenchOptions } from './run.ts';
import { createClient } from '../src/client/client.ts';
import { startApi } from './support/api-process.ts';
import type { ApiProcess } from './support/api-process.ts';
import { fillStore } from './support/filled-store.ts';
import { sendAtRate } from './support/load.ts';
import { median, percentile } from './support/numbers.ts';
import type { BenchResult, Figure } from './support/result.ts';
import { startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

const TASKS = 10_000;
const RUNNING = 4;
const LISTENERS = 20;
const PER_SECOND = 200;
const SECONDS = 20;
const WARM_UP_SECONDS = 3;
const STARTS = 5;
const PAGES = 200;
const EMPTY = fileURLToPath(new URL('./support/empty-server.mjs', import.meta.url));

/** With 10,000 tasks, 4 of them at work, and 20 readers of events. */
export async function api(options: BenchOptions): Promise<BenchResult> {
  const stack = await startStack('api');
  try {
    const half = Math.max(1000, Math.round((options.tasks ?? TASKS) / 2000) * 1000);
    await fillStore(join(stack.home, 'nightloom.db'), { ended: half, waiting: half });
    const batches = await startBatches(stack);
    const starts = await startTimes(stack, options.rounds ?? STARTS);
    const server = await startApi(stack);
    const idleMb = await server.residentMb();
    const ending = new AbortController();
    for (let at = 0; at < LISTENERS; at += 1) void listen(server, ending.signal);
    const paths = [
      '/api/batches?limit=20',
      '/api/tasks?limit=50',
      `/api/batches/${batches[0]}`,
      '/api/lanes',
      '/api/inbox',
    ];
    const floor = await emptyTimes();
    const load = { url: server.url, token: server.token, paths, perSecond: PER_SECOND };
    await sendAtRate({ ...load, seconds: WARM_UP_SECONDS });
    const times = await sendAtRate({ ...load, seconds: SECONDS });
    const pages = await pageTimes(server);
    const rows = rawPages(join(stack.home, 'nightloom.db'));
    const loadedMb = await server.residentMb();
    ending.abort();
    await server.stop();
    return {
      name: 'api',
      figures: [
        milliseconds(`answer at ${PER_SECOND} requests/s, p99`, percentile(times, 99), 25, times, floor),
        { ...milliseconds('the same, p50', median(times), 0, times, floor), floor: median(floor), target: null },
        milliseconds('page of 100 tasks, p99', percentile(pages, 99), 50, pages, rows),
        milliseconds('`api`: start to first answer', median(starts), 500, starts, []),
        megabytes('`api`: resident at its start', idleMb, null),
        megabytes('`api`: resident after the load', loadedMb, 150),
      ],
      notes: [
        `${half * 2} tasks, ${RUNNING} running, ${LISTENERS} readers of events, ${SECONDS} s at a fixed rate over five routes; times count from when a request was due.`,
        'Floor of the answers: an empty Fastify route at the same rate; of the page: the same 100 rows by SQL alone. `api` is a process of its own.',
      ],
    };
  } finally {
    await stack.stop();
  }
}

/** Four batches whose agents sleep: all lanes work. */
async function startBatches(stack: Stack): Promise<string[]> {
  const ids: string[] = [];
  for (let at = 0; at < RUNNING; at += 1) {
    const { id } = await stack.batch({ tasks: 1, agent: ['sleep', '900'] });
    await stack.start(id);
    ids.push(id);
  }
  const deadline = performance.now() + 60_000;
  while ((await stack.status()).running < RUNNING) {
    if (performance.now() > deadline) throw new Error('Not all agents were started.');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return ids;
}

async function startTimes(stack: Stack, rounds: number): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const server = await startApi(stack);
    times.push(server.startupMs);
    await server.stop();
  }
  return times;
}

async function listen({ url, token }: ApiProcess, signal: AbortSignal): Promise<void> {
  for await (const _event of createClient({ baseUrl: url, token }).events({ after: 0, signal }))
    if (signal.aborted) return;
}

async function emptyTimes(): Promise<number[]> {
  const child = spawn(process.execPath, [EMPTY], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const load = { url: String(line).trim(), token: '', paths: ['/'], perSecond: PER_SECOND };
  await sendAtRate({ ...load, seconds: 1 });
  const times = await sendAtRate({ ...load, seconds: 5 });
  child.kill('SIGTERM');
  await once(child, 'exit');
  return times;
}

/** All pages of the list, one after the other, again and again. */
async function pageTimes({ url, token }: ApiProcess): Promise<number[]> {
  const client = createClient({ baseUrl: url, token });
  const times: number[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES; page += 1) {
    const startedAt = performance.now();
    const query = cursor === null ? { limit: 100 } : { limit: 100, cursor };
    const answer: { nextCursor: string | null } = await client.call('listTasks', { query });
    times.push(performance.now() - startedAt);
    cursor = answer.nextCursor;
  }
  return times;
}

function rawPages(file: string): number[] {
  const database = new DatabaseSync(file, { readOnly: true });
  const read = database.prepare('select * from tasks order by created_at desc, id desc limit 100 offset ?');
  const times = Array.from({ length: PAGES }, (_none, page) => {
    const startedAt = performance.now();
    read.all((page % 100) * 100);
    return performance.now() - startedAt;
  });
  database.close();
  return times;
}

function milliseconds(
  metric: string,
  ours: number,
  atMost: number,
  rounds: readonly number[],
  floor: readonly number[],
): Figure {
  const floorValue = floor.length === 0 ? null : percentile(floor, 99);
  return { metric, unit: 'ms', ours, floor: floorValue, target: { of: 'value', atMost }, rounds, floorRounds: floor };
}

function megabytes(metric: string, ours: number, atMost: number | null): Figure {
  const target = atMost === null ? null : ({ of: 'value', atMost } as const);
  return { metric, unit: 'MB', ours, floor: null, target, rounds: [ours], floorRounds: [] };
}
