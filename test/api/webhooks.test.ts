/** Webhooks over HTTP. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { routes } from '../../src/contracts/http.ts';
import { signatureOf } from '../../src/notify/webhook-signature.ts';
import { startReceiver } from '../support/webhook-receiver.ts';
import type { Receiver } from '../support/webhook-receiver.ts';
import { problemOf, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

let stack: Stack;
let receiver: Receiver;
beforeEach(async () => {
  stack = await startStack();
  receiver = await startReceiver();
});
afterEach(async () => {
  await stack.close();
  await receiver.close();
});

async function create(body: object = {}, headers: Record<string, string> = {}) {
  const answer = await stack.send('POST', '/api/webhooks', { url: receiver.url, ...body }, headers);
  expect(answer.status).toBe(201);
  return routes.createWebhook.answers.parse(answer.body);
}

describe('webhooks', () => {
  it('shows the secret once, and keeps it nowhere', async () => {
    const { secret, ...made } = await create({ topics: ['task', 'task', 'batch.completed'] });
    expect(secret).toMatch(/^whsec_/);
    expect(made).toMatchObject({ topics: ['task', 'batch.completed'], enabled: true, version: 1 });
    const list = await stack.send('GET', '/api/webhooks');
    expect(list.body).toEqual({ items: [made], nextCursor: null });
    expect(JSON.stringify((await stack.send('GET', `/api/webhooks/${made.id}`)).body)).not.toContain('whsec');
    expect(JSON.stringify(await stack.store.webhooks.list())).not.toContain(secret.slice(6));
  });

  it('makes one for one Idempotency-Key, and keeps no answer with a secret', async () => {
    const headers = { 'idempotency-key': 'k1' };
    const [first, second] = [await create({}, headers), await create({}, headers)];
    expect(second).toEqual(first);
    expect((await stack.store.webhooks.list()).length).toBe(1);
    const other = await stack.send('POST', '/api/webhooks', { url: receiver.url, topics: ['batch'] }, headers);
    expect(problemOf(other)).toMatchObject({ status: 409, code: 'idempotency_key_reused' });
  });

  it.each([
    [{ url: 'https://127.0.0.2/' }, 'webhook_target_refused'],
    [{ url: 'https://user@example.org/' }, 'invalid_input'],
    [{ url: 'javascript:alert(1)' }, 'invalid_input'],
    [{ topics: ['task.exploded'] }, 'invalid_input'],
    [{ topics: ['__proto__'] }, 'invalid_input'],
    [{ url: null }, 'invalid_input'],
  ])('refuses %j', async (body, code) => {
    const answer = await stack.send('POST', '/api/webhooks', { url: receiver.url, ...body });
    expect(problemOf(answer)).toMatchObject({ status: 400, code });
    expect(await stack.store.webhooks.list()).toEqual([]);
  });

  it('changes, by version where one is named', async () => {
    const { id } = await create();
    const url = `/api/webhooks/${id}`;
    const changed = await stack.send('PATCH', url, { enabled: false }, { 'if-match': '"1"' });
    expect(changed).toMatchObject({ status: 200, headers: { etag: '"2"' }, body: { enabled: false, version: 2 } });
    const stale = await stack.send('PATCH', url, { topics: ['task'] }, { 'if-match': '"1"' });
    expect(problemOf(stale)).toMatchObject({
      status: 412,
      code: 'webhook_changed',
      details: { webhook: { version: 2, topics: [] } },
    });
    const forged = await stack.send('PATCH', url, { topics: [] }, { 'if-match': '"x"' });
    expect(problemOf(forged)).toMatchObject({ status: 400 });
    const inside = await stack.send('PATCH', url, { url: 'https://10.0.0.1/' });
    expect(problemOf(inside)).toMatchObject({ code: 'webhook_target_refused' });
    expect((await stack.send('PATCH', url, { topics: ['task'] })).body).toMatchObject({ version: 3, topics: ['task'] });
  });

  it('sends a test that its secret signs, also after the secret was renewed', async () => {
    const { id, secret } = await create();
    const renewed = await stack.send('POST', `/api/webhooks/${id}/secret`, {});
    const now = routes.renewWebhookSecret.answers.parse(renewed.body);
    expect(now.secret).not.toBe(secret);
    const sent = await stack.send('POST', `/api/webhooks/${id}/test`, {});
    expect(sent.body).toMatchObject({ delivered: true, responseCode: 204, problem: null });
    const [one] = receiver.received;
    const at = Number(one?.headers['webhook-timestamp']);
    const signature = signatureOf(now.secret, String(one?.headers['webhook-id']), at, one?.body ?? '');
    expect(one?.headers['webhook-signature']).toBe(signature);
    expect(JSON.parse(one?.body ?? '')).toMatchObject({ type: 'system.note', seq: 0 });
    receiver.answer = () => ({ status: 503 });
    const failed = await stack.send('POST', `/api/webhooks/${id}/test`, {});
    expect(failed.body).toMatchObject({ delivered: false, responseCode: 503, problem: 'answered 503' });
  });

  it('lists deliveries in pages and sends one again', async () => {
    const { id } = await create();
    const note = (name: string) => ({
      id: name,
      type: 'system.note' as const,
      atMs: 0,
      batch: null,
      task: null,
      data: {},
    });
    await stack.store.events.append(['a', 'b', 'c'].map(note));
    await stack.store.webhooks.plan(Date.now());
    const url = `/api/webhooks/${id}/deliveries`;
    const first = routes.listDeliveries.answers.parse((await stack.send('GET', `${url}?limit=2`)).body);
    const rest = await stack.send('GET', `${url}?cursor=${first.nextCursor}`);
    const all = [...first.items, ...routes.listDeliveries.answers.parse(rest.body).items];
    expect(all.map(({ type, status, attempts }) => [type, status, attempts])).toEqual(
      Array(3).fill(['system.note', 'pending', 0]),
    );
    const seq = all[0]?.seq ?? 0;
    const outcome = { status: 'failed' as const, responseCode: 500, problem: 'answered 500', nextAtMs: null };
    await stack.store.webhooks.settle((await stack.store.webhooks.list())[0]?.id ?? fail(), seq, outcome, Date.now());
    const again = await stack.send('POST', `${url}/${seq}/redeliver`, {});
    expect(again).toMatchObject({ status: 202, body: { webhook: id, seq } });
    const now = routes.listDeliveries.answers.parse((await stack.send('GET', `${url}?limit=1`)).body);
    expect(now.items).toMatchObject([{ seq, status: 'pending', attempts: 0 }]);
    const missing = await stack.send('POST', `${url}/999/redeliver`, {});
    expect(problemOf(missing)).toMatchObject({ status: 404, code: 'delivery_not_found' });
    expect((await stack.send('DELETE', `/api/webhooks/${id}`)).body).toEqual({ removed: id });
    expect(problemOf(await stack.send('GET', url))).toMatchObject({ status: 404, code: 'webhook_not_found' });
  });
});

function fail(): never {
  throw new Error('There is no webhook.');
}
