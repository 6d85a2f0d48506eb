/** What is big: a batch of ten thousand tasks, a log of a gigabyte. */
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { BenchOptions } from './run.ts';
import { median, percentile } from './support/numbers.ts';
import { makeFolder, makeRepository } from './support/place.ts';
import type { BenchResult, Figure } from './support/result.ts';
import { residentOf } from './support/resident.ts';
import { startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

const TASKS = 10_000;
const ROUNDS = 3;
const PAGES = 200;
const TAILS = 20;
const GIGABYTE = 1024 ** 3;
const TAIL_BYTES = 262_144;

/** See above. */
export async function big(options: BenchOptions): Promise<BenchResult> {
  const stack = await startStack('big');
  const folder = await makeFolder('big');
  try {
    const tasks = options.tasks ?? TASKS;
    const created: number[] = [];
    let last = '';
    for (let round = 0; round < (options.rounds ?? ROUNDS); round += 1) {
      const directory = join(folder.path, `project-${round}`);
      const names = await makeRepository({ directory, tasks, agent: ['touch', 'done.txt'] });
      const { id: projectId } = await stack.client.call('addProject', { body: { path: directory } });
      const body = { name: `Big ${round}`, tasks: names.map((requirementName) => ({ projectId, requirementName })) };
      const startedAt = performance.now();
      last = (await stack.client.call('createBatch', { body })).id;
      created.push(performance.now() - startedAt);
    }
    const pages = await pageTimes(stack, last);
    const floor = rawInsert(folder.path, tasks);
    const log = await gigabyteLog(stack, options);
    return {
      name: 'big',
      figures: [
        {
          ...milliseconds(`batch of ${tasks} tasks created`, median(created), 2000, created),
          floor,
          floorRounds: [floor],
        },
        milliseconds('its tasks in pages of 100, p99', percentile(pages, 99), 50, pages),
        milliseconds('log of 1 GB: its last 256 KB, worst', Math.max(...log.times), 1000, log.times),
        {
          metric: 'resident set after that, grown by',
          unit: 'MB',
          ours: log.grownMb,
          floor: null,
          target: { of: 'value', atMost: 30 },
          rounds: [log.grownMb],
          floorRounds: [],
        },
      ],
      notes: [
        'Created: requirements read and frozen on the host, rows, workflow, answer with all tasks. Floor: as many rows by SQL alone, one transaction.',
      ],
    };
  } finally {
    await stack.stop();
    await folder.dispose();
  }
}

async function pageTimes(stack: Stack, batch: string): Promise<number[]> {
  const times: number[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES; page += 1) {
    const startedAt = performance.now();
    const query = { batch, limit: 100, ...(cursor === null ? {} : { cursor }) };
    const answer: { nextCursor: string | null } = await stack.client.call('listTasks', { query });
    times.push(performance.now() - startedAt);
    cursor = answer.nextCursor;
  }
  return times;
}

/** A log as a run leaves it; what is asked for is its end. */
async function gigabyteLog(stack: Stack, options: BenchOptions): Promise<{ times: number[]; grownMb: number }> {
  const { id, taskIds } = await stack.batch({ tasks: 1, agent: ['touch', 'done.txt'] });
  await stack.start(id);
  await stack.finish(id);
  const [task = ''] = taskIds;
  const file = join(stack.home, 'runs', task, '1', 'agent', 'stdout');
  await mkdir(dirname(file), { recursive: true });
  await writeLines(file, GIGABYTE);
  const query = { attempt: 1, step: 'agent', offset: -TAIL_BYTES, maxBytes: TAIL_BYTES };
  const read = async (): Promise<number> => {
    const startedAt = performance.now();
    const range = await stack.client.call('readLog', { params: { id: task }, query });
    if (range.totalBytes < GIGABYTE) throw new Error(`The log has ${range.totalBytes} bytes.`);
    return performance.now() - startedAt;
  };
  const times = [await read()];
  const before = (await residentOf(await stack.status())).control;
  for (let round = 0; round < (options.rounds ?? TAILS); round += 1) times.push(await read());
  const after = (await residentOf(await stack.status())).control;
  return { times, grownMb: Math.max(0, after - before) };
}

async function writeLines(file: string, bytes: number): Promise<void> {
  const line =
    '{"type":"assistant","message":{"content":[{"type":"text","text":"a line of an agent that talks much"}]}}\n';
  const chunk = Buffer.from(line.repeat(Math.ceil((1024 * 1024) / line.length)));
  const handle = await open(file, 'w');
  for (let written = 0; written < bytes; written += chunk.length) await handle.write(chunk);
  await handle.close();
}

/** Rows of the same size in one transaction. */
function rawInsert(folder: string, count: number): number {
  const database = new DatabaseSync(join(folder, 'floor.db'));
  database.exec(
    'pragma journal_mode = wal; create table rows (id text primary key, type text, status text, params text, name text, title text, rank real)',
  );
  const insert = database.prepare('insert into rows values (?, ?, ?, ?, ?, ?, ?)');
  const startedAt = performance.now();
  database.exec('begin immediate');
  for (let at = 0; at < count; at += 1)
    insert.run(`t_${at}`, 'requirement', 'idle', '{}', `task-${at}`, `Task ${at}`, at * 1024);
  database.exec('commit');
  const tookMs = performance.now() - startedAt;
  database.close();
  return tookMs;
}

function milliseconds(metric: string, ours: number, atMost: number, rounds: readonly number[]): Figure {
  return { metric, unit: 'ms', ours, floor: null, target: { of: 'value', atMost }, rounds, floorRounds: [] };
}
