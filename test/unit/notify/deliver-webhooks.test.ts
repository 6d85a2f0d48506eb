/** Webhooks over a real store and real connections. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { asId } from '../../../src/contracts/ids.ts';
import { deliverWebhooks } from '../../../src/notify/deliver-webhooks.ts';
import { sendWebhook } from '../../../src/notify/send-webhook.ts';
import { signatureOf, webhookSecret } from '../../../src/notify/webhook-signature.ts';
import { silentLogger } from '../../../src/platform/logger.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { startReceiver } from '../../support/webhook-receiver.ts';
import type { Receiver } from '../../support/webhook-receiver.ts';

const WEBHOOK = asId('webhook', 'w_aaaaaaaaaa');
const PROGRAM = fileURLToPath(new URL('../../support/webhook-sender.ts', import.meta.url));

let folder: string;
let store: Store;
let receiver: Receiver;
let ending: AbortController;
let delivering: Promise<void>;
/** Added to the clock of the deliverer in this process. */
let aheadMs = 0;
let child: ChildProcess | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightloom-webhooks-'));
  store = await openStore({ file: join(folder, 'nightloom.db') });
  receiver = await startReceiver();
  ending = new AbortController();
  delivering = Promise.resolve();
  aheadMs = 0;
});
afterEach(async () => {
  child?.kill('SIGKILL');
  child = null;
  ending.abort();
  await delivering;
  await receiver.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

function begin(timeoutMs = 2000): void {
  delivering = deliverWebhooks(
    {
      queue: store.webhooks,
      onAppend: (listener) => store.events.onAppend(listener),
      secretOf: (id, number) => webhookSecret('installation', id, number),
      send: (message) => sendWebhook(message, { trusted: ['127.0.0.1'], version: '1.2.3', timeoutMs }),
      clock: { now: () => Date.now() + aheadMs },
      logger: silentLogger,
    },
    ending.signal,
  );
}
const add = (url = receiver.url, topics: string[] = []) =>
  store.webhooks.add({ id: WEBHOOK, url, topics, enabled: true, createdAtMs: Date.now() });
const append = (...ids: string[]) =>
  store.events.append(
    ids.map((id) => ({ id, type: 'task.failed' as const, atMs: 0, batch: null, task: null, data: { name: 'ä' } })),
  );
const deliveries = async () => (await store.webhooks.deliveries(WEBHOOK, { limit: 500 })).items;
const settled = (count: number) =>
  vi.waitUntil(
    async () => {
      const items = await deliveries();
      return items.length === count && items.every(({ status }) => status !== 'pending');
    },
    { timeout: 20_000 },
  );

describe('delivering', () => {
  it('sends the event, signed, once', async () => {
    await add();
    begin();
    await append('a');
    await settled(1);
    const [one] = receiver.received;
    const [event] = await store.events.after(0, { limit: 1 });
    expect(JSON.parse(one?.body ?? '')).toEqual(event);
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = one?.headers ?? {};
    expect(id).toBe(`${WEBHOOK}_${event?.seq}`);
    const secret = webhookSecret('installation', WEBHOOK, 1);
    expect(signature).toBe(signatureOf(secret, String(id), Number(at), one?.body ?? ''));
    expect(Math.abs(Number(at) - Date.now() / 1000)).toBeLessThan(10);
    expect(receiver.received).toHaveLength(1);
    expect(await deliveries()).toMatchObject([{ status: 'delivered', attempt: 1, responseCode: 204, nextAtMs: null }]);
  });

  it('tries again with growing pauses, under the same id, and gives up in the end', async () => {
    receiver.answer = () => ({ status: 500 });
    await add(receiver.url, ['task']);
    const settling = vi.spyOn(store.webhooks, 'settle');
    begin();
    await append('a');
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 8; attempt += 1) {
      await vi.waitUntil(() => settling.mock.settledResults.length === attempt, { timeout: 5000 });
      const [, , outcome, atMs] = settling.mock.lastCall ?? [];
      pauses.push(((outcome?.nextAtMs ?? 0) - (atMs ?? 0)) / 1000);
      aheadMs = (outcome?.nextAtMs ?? 0) - Date.now() + 1;
      // Wakes it: it need not find out by itself that its clock was moved.
      const note = { id: `n${attempt}`, type: 'system.note' as const, atMs: 0, batch: null, task: null, data: {} };
      await store.events.append([note]);
    }
    await settled(1);
    expect(pauses).toEqual([5, 30, 120, 600, 1800, 3600, 10_800, 21_600]);
    expect(await deliveries()).toMatchObject([{ status: 'failed', attempt: 9, problem: 'answered 500' }]);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    // And once more, when somebody asks for it.
    receiver.answer = () => ({ status: 200 });
    const [row] = await deliveries();
    expect(await store.webhooks.again(WEBHOOK, row?.seq ?? 0, Date.now())).toBe(true);
    await vi.waitUntil(async () => (await deliveries())[0]?.status === 'delivered', { timeout: 10_000 });
  });

  it.each([
    [
      'a redirect',
      302,
      { location: 'http://127.0.0.1:1/' },
      { status: 'pending', problem: expect.stringContaining('not followed') },
    ],
    ['an address that is gone', 410, {}, { status: 'failed', problem: 'answered 410' }],
  ])('%s', async (_name, status, headers, expected) => {
    receiver.answer = () => ({ status, headers: { ...headers } });
    await add();
    begin();
    await append('a');
    await vi.waitUntil(async () => (await deliveries())[0]?.problem, { timeout: 10_000 });
    expect(await deliveries()).toMatchObject([{ ...expected, responseCode: status }]);
    expect(receiver.received).toHaveLength(1);
  });

  it('waits as long as the receiver asks for', async () => {
    receiver.answer = () => ({ status: 429, headers: { 'retry-after': '77' } });
    await add();
    begin();
    await append('a');
    await vi.waitUntil(async () => (await deliveries())[0]?.problem, { timeout: 10_000 });
    const waitMs = ((await deliveries())[0]?.nextAtMs ?? 0) - Date.now();
    expect(waitMs / 1000).toBeGreaterThan(70);
    expect(waitMs / 1000).toBeLessThan(78);
  });

  it('gives up on a receiver that does not answer, and lets it hold up no other', async () => {
    const silent = await startReceiver();
    silent.answer = () => null;
    const other = asId('webhook', 'w_bbbbbbbbbb');
    await add(silent.url);
    await store.webhooks.add({ id: other, url: receiver.url, topics: [], enabled: true, createdAtMs: 0 });
    begin(60_000);
    await append(...Array.from({ length: 20 }, (_, at) => `e${at}`));
    await vi.waitUntil(() => receiver.received.length === 20, { timeout: 10_000 });
    expect(silent.received).toHaveLength(4);
    await silent.close();
  });

  it('hears only of its topics, and of nothing while it is off', async () => {
    const row = await add(receiver.url, ['task.failed']);
    begin();
    await store.events.append([{ id: 'n', type: 'system.note', atMs: 0, batch: null, task: null, data: {} }]);
    await append('a');
    await settled(1);
    const off = await store.webhooks.change(WEBHOOK, row.version, { enabled: false });
    await append('b');
    await store.webhooks.plan(Date.now());
    await store.webhooks.change(WEBHOOK, off?.version ?? 0, { enabled: true });
    await append('c');
    await settled(2);
    expect(receiver.received.map(({ body }) => JSON.parse(body).id)).toEqual(['a', 'c']);
  });

  it('calls no address of private networks, whatever a name resolves to', async () => {
    const message = { secret: 'whsec_AAAA', id: 'x', body: '{}', nowMs: 0 };
    const send = (url: string) => sendWebhook({ ...message, url }, { trusted: [], version: '1' });
    const refused = { status: 'not_delivered', responseCode: null };
    expect(await send(receiver.url)).toMatchObject({ ...refused, problem: expect.stringContaining('plain http') });
    const { port } = new URL(receiver.url);
    for (const host of ['localhost.localdomain', 'ip6-localhost', '127.0.0.1']) {
      expect(await send(`https://${host}:${port}/`), host).toMatchObject(refused);
    }
    expect(receiver.received).toEqual([]);
  });
});

describe('when the sender is killed', () => {
  it('[P8] nothing is lost: what it was sending is sent by the next one', async () => {
    await add();
    // The first four are taken in and never answered: the sender dies with them in its hands.
    receiver.answer = (_, count) => (count <= 4 ? null : { status: 200 });
    const ids = Array.from({ length: 16 }, (_, at) => `e${at}`);
    await append(...ids.slice(0, 8));
    child = spawn(execPath, [PROGRAM, join(folder, 'nightloom.db')], { stdio: ['pipe', 'ignore', 'inherit'] });
    await vi.waitUntil(() => receiver.received.length === 4, { timeout: 25_000 });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await append(...ids.slice(8));
    aheadMs = 31_000;
    begin();
    await settled(ids.length);
    const seen = receiver.received.slice(4).map(({ body }) => String(JSON.parse(body).id));
    expect(seen.toSorted()).toEqual(ids.toSorted());
    expect((await deliveries()).filter(({ attempt }) => attempt === 2)).toHaveLength(4);
  });
});
