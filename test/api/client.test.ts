/** The client: routes, errors, a log that is followed, and whoever else answers at the address. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient } from '../../src/client/client.ts';
import type { Client } from '../../src/client/client.ts';
import { asId } from '../../src/contracts/ids.ts';
import { logKey } from './support/memory-door.ts';
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

describe('following a log', () => {
  const address = { task: asId('task', 't_0000000000'), attempt: 1, step: 'agent', stream: 'stdout' as const };

  it('[P9] sends every byte once while it grows, then ends', async () => {
    const batch = await stack.batch(await stack.project('/srv/shop', 'a'), 'a');
    const task = asId('task', batch.tasks[0]?.id ?? '');
    const log = { text: 'first ', ended: false };
    stack.door.logTexts.set(logKey({ ...address, task }), log);
    const parts: string[] = [];
    const follow = async () => {
      const ranges = client.followLog({ task, attempt: 1, step: 'agent', offset: 0, signal: ending.signal });
      for await (const range of ranges) parts.push(range.text);
    };
    const done = follow();
    await vi.waitUntil(() => parts.length === 1, { timeout: 10_000 });
    log.text += 'säcond ';
    await vi.waitUntil(() => parts.length === 2, { timeout: 10_000 });
    log.text += 'third';
    log.ended = true;
    await done;
    expect(parts.join('')).toBe('first säcond third');
  });

  it('says when there is no such run', async () => {
    const batch = await stack.batch(await stack.project('/srv/shop', 'a'), 'a');
    const follow = (task: string) => take(client.followLog({ task, attempt: 1, step: 'agent' }), 1);
    await expect(follow(batch.tasks[0]?.id ?? '')).rejects.toMatchObject({ code: 'run_not_found' });
    await expect(follow('t_0000000000')).rejects.toMatchObject({ code: 'task_not_found' });
  });
});

describe('client', () => {
  it('calls routes and gives errors with their code', async () => {
    await stack.project('/srv/shop', 'a');
    expect(await client.call('listProjects')).toMatchObject({ items: [{ name: 'shop' }] });
    expect(await client.call('listBatches', { query: { limit: 1, status: 'idle' } })).toEqual({
      items: [],
      nextCursor: null,
    });
    await expect(client.call('getBatch', { params: { id: 'b_0000000000' } })).rejects.toMatchObject({
      code: 'batch_not_found',
      category: 'not_found',
    });
    const stranger = createClient({ baseUrl, token: 'wrong' });
    await expect(stranger.call('status')).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it('says that nothing answers', async () => {
    const { port } = new URL(baseUrl);
    await stack.app.close();
    const gone = createClient({ baseUrl: `http://127.0.0.1:${port}`, token: TOKEN });
    await expect(gone.call('health')).rejects.toMatchObject({ code: 'stack_unreachable' });
    await expect(take(gone.events({ after: 0 }), 1)).rejects.toMatchObject({ code: 'stack_unreachable' });
  });

  it('does not take another program for ours', async () => {
    const html = createClient({ baseUrl, token: TOKEN, fetch: async () => new Response('<html>', { status: 502 }) });
    await expect(html.call('health')).rejects.toMatchObject({ code: 'stack_unreachable' });
    const other = createClient({ baseUrl, token: TOKEN, fetch: async () => new Response('{"status":"up"}') });
    await expect(other.call('health')).rejects.toMatchObject({ code: 'internal' });
  });
});
