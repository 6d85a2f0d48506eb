/** How soon something that happened is seen: the journal and a log, over server-sent events. */
import { appendFile, mkdir } from 'node:fs/promises';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchOptions } from './run.ts';
import { createClient } from '../src/client/client.ts';
import { openStore } from '../src/store/open-store.ts';
import type { Store } from '../src/store/store.ts';
import { startApi } from './support/api-process.ts';
import type { ApiProcess } from './support/api-process.ts';
import { median, percentile } from './support/numbers.ts';
import type { BenchResult, Figure } from './support/result.ts';
import { startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

const LISTENERS = 20;
const SLOW = 200;
const EVENTS = 300;
const MARKS = 100;
const PAUSE_MS = 25;
const FILL = 'x'.repeat(2000);

/** See above. The writer is a process of its own: this one. */
export async function events(options: BenchOptions): Promise<BenchResult> {
  const stack = await startStack('events');
  const store = await openStore({ file: join(stack.home, 'nightloom.db') });
  const count = options.rounds ?? EVENTS;
  try {
    const task = await startAgent(stack);
    const server = await startApi(stack);
    const alone = await journal(server, store, 'alone', count);
    const log = await logBytes(stack, server, task);
    const slow = await Promise.all(Array.from({ length: SLOW }, () => openAndIgnore(server)));
    // More than the buffers of all connections hold: from then on nobody of them reads.
    for (let at = 0; at < 300; at += 1)
      await append(
        store,
        Array.from({ length: 10 }, (_none, part) => `fill:${at}:${part}`),
        FILL,
      );
    const crowded = await journal(server, store, 'crowded', count);
    for (const response of slow) response.destroy();
    await server.stop();
    return {
      name: 'events',
      figures: [
        figure('journal write to client, p50', alone.seen, 50, 20),
        figure('journal write to client, p99', alone.seen, 99, 150),
        figure('log byte to client, p50', log, 50, 50),
        figure('log byte to client, p99', log, 99, null),
        figure(`journal write to client beside ${SLOW} that do not read, p99`, crowded.seen, 99, 150),
        {
          ...figure('an append to the journal beside them, p50', crowded.writes, 50, null),
          floor: median(alone.writes),
          floorRounds: alone.writes,
        },
      ],
      notes: [
        `${LISTENERS} readers, ${count} events, ${MARKS} log marks. Writer, API and readers are three processes on one SQLite file; a time runs from before the write to its arrival.`,
        'Floor of the append: the same without the clients that do not read.',
      ],
    };
  } finally {
    await store.close();
    await stack.stop();
  }
}

/** Events, one after the other, with a time each: how long every reader waited for each, and how long writing took. */
async function journal(server: ApiProcess, store: Store, name: string, count: number) {
  const ending = new AbortController();
  const seen: number[] = [];
  const writtenAt = new Map<string, number>();
  const after = await store.events.lastSeq();
  const readers = Array.from({ length: LISTENERS }, async () => {
    const client = createClient({ baseUrl: server.url, token: server.token });
    let got = 0;
    for await (const event of client.events({ after, signal: ending.signal })) {
      const at = writtenAt.get(event.id);
      if (at === undefined) continue;
      seen.push(performance.now() - at);
      got += 1;
      if (got === count) return;
    }
  });
  await sleep(1000);
  const writes: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const id = `${name}:${at}`;
    const startedAt = performance.now();
    writtenAt.set(id, startedAt);
    await append(store, [id], 'a fact');
    writes.push(performance.now() - startedAt);
    await sleep(PAUSE_MS * (0.5 + Math.random()));
  }
  const limit = setTimeout(() => ending.abort(), 30_000);
  await Promise.all(readers);
  clearTimeout(limit);
  if (seen.length < count * LISTENERS) throw new Error(`Only ${seen.length} of ${count * LISTENERS} arrived.`);
  return { seen, writes };
}

async function append(store: Store, ids: readonly string[], text: string): Promise<void> {
  await store.events.append(
    ids.map((id) => ({ id, type: 'system.note' as const, atMs: Date.now(), batch: null, task: null, data: { text } })),
  );
}

async function startAgent(stack: Stack): Promise<string> {
  const { id, taskIds } = await stack.batch({ tasks: 1, agent: ['sleep', '900'] });
  await stack.start(id);
  const deadline = performance.now() + 60_000;
  while ((await stack.status()).running < 1) {
    if (performance.now() > deadline) throw new Error('The agent was not started.');
    await sleep(200);
  }
  return taskIds[0] ?? '';
}

/** Lines appended to the log of a running agent, until a reader has them. */
async function logBytes(stack: Stack, server: ApiProcess, task: string): Promise<number[]> {
  const file = join(stack.home, 'runs', task, '1', 'agent', 'stdout');
  await mkdir(dirname(file), { recursive: true });
  const ending = new AbortController();
  const arrivals = new Map<number, number>();
  const client = createClient({ baseUrl: server.url, token: server.token });
  const follow = { task, attempt: 1, step: 'agent', signal: ending.signal };
  const reading = (async () => {
    for await (const { text } of client.followLog(follow)) {
      for (const [, mark] of text.matchAll(/mark-(\d+)-/g)) arrivals.set(Number(mark), performance.now());
    }
  })();
  const times: number[] = [];
  for (let mark = 0; mark < MARKS; mark += 1) {
    const writtenAt = performance.now();
    await appendFile(file, `mark-${mark}- is written\n`);
    while (!arrivals.has(mark)) {
      if (performance.now() - writtenAt > 10_000) throw new Error(`Mark ${mark} did not arrive.`);
      await sleep(1);
    }
    times.push((arrivals.get(mark) ?? Infinity) - writtenAt);
    await sleep(PAUSE_MS * (0.5 + Math.random()));
  }
  ending.abort();
  await reading;
  return times;
}

/** A client that opens the stream of all events and never reads. */
function openAndIgnore({ url, token }: ApiProcess): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/api/events?after=0`, { headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.pause();
      response.on('error', () => undefined);
      resolve(response);
    });
    sent.on('error', reject);
    sent.end();
  });
}

function figure(metric: string, rounds: readonly number[], p: number, atMost: number | null): Figure {
  const target = atMost === null ? null : ({ of: 'value', atMost } as const);
  return { metric, unit: 'ms', ours: percentile(rounds, p), floor: null, target, rounds, floorRounds: [] };
}
