/** Live events, through the client and over raw connections. */
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient } from '../../src/client/client.ts';
import type { Client } from '../../src/client/client.ts';
import type { JournalEntry } from '../../src/contracts/events.ts';
import type { RouteAnswer } from '../../src/contracts/http.ts';
import { asId } from '../../src/contracts/ids.ts';
import { TOKEN, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';
import { take } from './support/take.ts';

let stack: Stack;
let baseUrl: string;
let client: Client;
let ending: AbortController;

beforeEach(async () => {
  stack = await startStack();
  baseUrl = await stack.listen();
  client = createClient({ baseUrl, token: TOKEN });
  ending = new AbortController();
});
afterEach(async () => {
  ending.abort();
  await stack.close();
});

const entry = (id: string, batch: string | null = null): JournalEntry => ({
  id,
  type: 'system.note',
  atMs: 0,
  batch: batch === null ? null : asId('batch', batch),
  task: null,
  data: {},
});
const append = (...ids: string[]) => stack.store.events.append(ids.map((id) => entry(id)));

describe('events', () => {
  it('replays after a number and goes on live, without a gap or a double', async () => {
    await append('a', 'b', 'c');
    const [first] = await stack.store.events.after(0, { limit: 1 });
    const seen = take(client.events({ after: first?.seq ?? 0, signal: ending.signal }), 4);
    await setTimeout(30);
    await append('d');
    await append('e');
    expect((await seen).map((event) => event.id)).toEqual(['b', 'c', 'd', 'e']);
  });

  it('shows only what is new when no place is named, and what other connections wrote', async () => {
    await append('old');
    const lastSeq = vi.spyOn(stack.store.events, 'lastSeq');
    const seen = take(client.events({ signal: ending.signal }), 1);
    await vi.waitUntil(() => lastSeq.mock.results.length > 0, { timeout: 10_000 });
    await setTimeout(50);
    await append('new');
    expect((await seen).map((event) => event.id)).toEqual(['new']);
  });

  it('filters by batch', async () => {
    const shop = await stack.project('/srv/shop', 'a');
    const batch = await stack.batch(shop, 'a');
    await append('foreign');
    await stack.store.events.append([entry('mine', batch.id)]);
    const seen = await take(client.events({ after: 0, batch: batch.id, signal: ending.signal }), 2);
    expect(seen.map((event) => event.id)).toEqual([`${batch.id}:created`, 'mine']);
    const none = client.events({ batch: 'b_0000000000', signal: ending.signal });
    await expect(take(none, 1)).rejects.toMatchObject({ code: 'batch_not_found' });
  });

  it('filters by topic, and tells a reader how far that has looked', async () => {
    const mixed = Array.from({ length: 500 }, (_, at) => ({
      ...entry(`m${at}`),
      type: at % 100 === 0 ? ('task.failed' as const) : ('system.note' as const),
    }));
    await stack.store.events.append(mixed);
    const topics = ['task'];
    const seen = await take(client.events({ after: 0, topics, signal: ending.signal }), 5);
    expect(seen.map(({ id }) => id)).toEqual(['m0', 'm100', 'm200', 'm300', 'm400']);
    const none = client.events({ topics: ['task', 'nonsense'], signal: ending.signal });
    await expect(take(none, 1)).rejects.toMatchObject({ code: 'invalid_input' });
    const live = take(client.events({ after: seen[4]?.seq ?? 0, topics, signal: ending.signal }), 1);
    await append('other');
    await stack.store.events.append([{ ...entry('mine'), type: 'task.started' }]);
    expect((await live).map(({ id }) => id)).toEqual(['mine']);
  });

  it('gives the journal in pages', async () => {
    await append(...Array.from({ length: 25 }, (_, at) => `p${at}`));
    const newest = await client.call('listEvents', { query: { limit: 3 } });
    expect(newest.items.map(({ id }) => id)).toEqual(['p22', 'p23', 'p24']);
    expect(newest.nextCursor).toBeNull();
    const ids: string[] = [];
    let cursor: string | null = '0';
    while (cursor !== null) {
      const page: RouteAnswer<'listEvents'> = await client.call('listEvents', { query: { limit: 10, cursor } });
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(ids).toEqual(Array.from({ length: 25 }, (_, at) => `p${at}`));
    expect((await client.call('listEvents', { query: { topics: 'task' } })).items).toEqual([]);
    await expect(client.call('listEvents', { query: { cursor: '-1' } })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  it('keeps 200 clients that do not read from holding up anybody, and loses nothing of theirs', async () => {
    const slow = await Promise.all(Array.from({ length: 200 }, () => rawGet('/api/events?after=0')));
    for (const response of slow) response.pause();
    const after = vi.spyOn(stack.store.events, 'after');
    const fast = take(client.events({ after: 0, signal: ending.signal }), 800);
    const data = { text: 'x'.repeat(2000) };
    for (let at = 0; at < 800; at += 10) {
      await stack.store.events.append(Array.from({ length: 10 }, (_, part) => ({ ...entry(`s${at + part}`), data })));
    }
    expect((await fast).map(({ id }) => id)).toEqual(Array.from({ length: 800 }, (_, at) => `s${at}`));
    // One reader for all of them: a query of each client for each of the 80 appends would be 16,000.
    expect(after.mock.calls.length).toBeLessThan(200 + 4 * 80);
    const [one] = slow;
    if (one === undefined) throw new Error('There is no client.');
    let text = '';
    one.setEncoding('utf8');
    one.on('data', (chunk: string) => {
      text += chunk;
    });
    one.resume();
    await vi.waitUntil(() => text.includes('"s799"'), { timeout: 20_000 });
    const ids = [...text.matchAll(/"id":"(s\d+)"/g)].map((match) => match[1]);
    expect(ids).toEqual(Array.from({ length: 800 }, (_, at) => `s${at}`));
    for (const response of slow) response.destroy();
  });

  it('lets others in while many readers catch up', async () => {
    const sockets = new Set<Socket>();
    stack.app.server.on('connection', (socket) => sockets.add(socket));
    const readers = await Promise.all(Array.from({ length: 20 }, () => rawGet('/api/events?after=0')));
    const arrived = readers.map(lastIdOf);
    const data = { text: 'x'.repeat(2000) };
    await stack.store.events.append(Array.from({ length: 500 }, (_, at) => ({ ...entry(`s${at}`), data })));
    const last = await stack.store.events.lastSeq();
    let written = 0;
    let mostInOneTurn = 0;
    while (!arrived.every((seen) => seen() === last)) {
      const now = [...sockets].reduce((sum, socket) => sum + socket.bytesWritten, 0);
      mostInOneTurn = Math.max(mostInOneTurn, now - written);
      written = now;
      await setImmediate();
    }
    // One page of 200 for each of them would be 8 MB, all of it together 20 MB.
    expect(written).toBeGreaterThan(20_000_000);
    expect(mostInOneTurn).toBeLessThan(3_000_000);
    for (const response of readers) response.destroy();
  });

  it('[P11] goes on after a lost connection where it was', async () => {
    let connections = 0;
    const cutting: typeof fetch = async (input, init) => {
      connections += 1;
      const response = await fetch(input, init);
      const body = response.body;
      if (body === null || connections > 3) return response;
      const reader = body.getReader();
      let chunks = 0;
      const cut = new ReadableStream<Uint8Array>({
        pull: async (controller) => {
          const { value } = await reader.read();
          chunks += 1;
          if (value === undefined || chunks > 3) {
            await reader.cancel();
            controller.error(new Error('the connection was cut'));
          } else controller.enqueue(value);
        },
      });
      return new Response(cut, { status: response.status, headers: response.headers });
    };
    const flaky = createClient({ baseUrl, token: TOKEN, fetch: cutting });
    const ids = Array.from({ length: 30 }, (_, index) => `event-${index}`);
    const seen = take(flaky.events({ after: 0, signal: ending.signal }), ids.length);
    for (const id of ids) {
      await append(id);
      await setTimeout(5);
    }
    expect((await seen).map((event) => event.id)).toEqual(ids);
    expect(connections).toBeGreaterThan(1);
  });

  it('reads no further than a slow reader takes, and loses nothing of it', async () => {
    const data = { text: 'x'.repeat(2000) };
    const count = 20_000;
    const entries = Array.from({ length: count }, (_, index) => ({ ...entry(`e${index}`), data }));
    await stack.store.events.append(entries);
    const after = vi.spyOn(stack.store.events, 'after');
    const response = await rawGet('/api/events?after=0');
    expect(response.statusCode).toBe(200);
    response.pause();
    await vi.waitUntil(() => after.mock.calls.length > 0, { timeout: 10_000 });
    // What the reader of all streams looks at in vain meanwhile is nothing. Who keeps results reads in larger pages.
    const read = (): number =>
      after.mock.settledResults.reduce((sum, each, call) => {
        const isOfStreams = after.mock.calls[call]?.[1]?.limit === 200;
        return sum + (isOfStreams && each.type === 'fulfilled' ? each.value.length : 0);
      }, 0);
    let before = -1;
    await vi.waitUntil(
      () => {
        const settled = read() === before;
        before = read();
        return settled;
      },
      { interval: 300, timeout: 10_000 },
    );
    expect(before).toBeLessThan(count / 2);
    const seen: string[] = [];
    let held = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      const lines = `${held}${chunk}`.split('\n');
      held = lines.pop() ?? '';
      seen.push(...lines.filter((line) => line.startsWith('id: ')));
    });
    response.resume();
    await vi.waitUntil(() => seen.length >= count, { timeout: 20_000 });
    response.destroy();
    const stored = await stack.store.events.after(0, { limit: count });
    expect(seen).toEqual(stored.map((event) => `id: ${event.seq}`));
  });

  it('ends streams when the server closes, and refuses a forged place', async () => {
    const response = await rawGet('/api/events', { 'last-event-id': 'x' });
    expect(response.statusCode).toBe(400);
    response.resume();
    const open = await rawGet('/api/events');
    open.resume();
    const ended = Promise.race([once(open, 'end'), once(open, 'error'), once(open, 'close')]);
    await stack.app.close();
    await ended;
  });
});

/** Reads a stream; the function gives the number of the newest event that came. */
function lastIdOf(response: IncomingMessage): () => number {
  let last = 0;
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    for (const [, id] of chunk.matchAll(/^id: (\d+)$/gm)) last = Number(id);
  });
  return () => last;
}

async function rawGet(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const sent = request(`${baseUrl}${path}`, { headers: { authorization: `Bearer ${TOKEN}`, ...headers } });
  sent.end();
  return await new Promise((resolve, reject) => {
    sent.once('response', resolve);
    sent.once('error', reject);
  });
}
