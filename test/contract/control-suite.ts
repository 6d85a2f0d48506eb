/** What every implementation of the store must do for the control plane: keyed requests, audit, webhooks, settings. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asId } from '../../src/contracts/ids.ts';
import type { AuditFilter, KeyedRequest } from '../../src/store/control-store.ts';
import type { Store } from '../../src/store/store.ts';
import { T0, batchId } from './store-fixtures.ts';
import type { TestDatabase } from './store-suite.ts';

const LEASE_MS = 15_000;
const request = (changes: Partial<KeyedRequest> = {}): KeyedRequest => ({
  principal: 'token',
  key: 'k1',
  method: 'POST',
  path: '/api/batches',
  bodySha256: 'a'.repeat(64),
  ...changes,
});
const lease = (holder: string, nowMs = T0) => ({
  holder,
  nowMs,
  leaseUntilMs: nowMs + LEASE_MS,
  bornAfterMs: nowMs - 86_400_000,
});
const WEBHOOK = asId('webhook', 'w_aaaaaaaaaa');
const webhook = (topics: string[] = []) => ({
  id: WEBHOOK,
  url: 'https://example.org/hook',
  topics,
  enabled: true,
  createdAtMs: T0,
});
const event = (id: string, type: 'task.started' | 'batch.started' = 'task.started') => ({
  id,
  type,
  atMs: T0,
  batch: batchId(1),
  task: null,
  data: {},
});

export function describeControl(name: string, make: () => Promise<TestDatabase>): void {
  describe(`control plane on ${name}`, () => {
    let database: TestDatabase;
    let store: Store;
    let other: Store;

    beforeEach(async () => {
      database = await make();
      store = await database.connect();
      other = await database.connect();
    });
    afterEach(async () => {
      await store.close();
      await other.close();
      await database.destroy();
    });

    it('lets one of many callers with the same key run, and answers the others as it was answered', async () => {
      const asked = await Promise.all(
        Array.from({ length: 8 }, (_, at) => (at % 2 ? store : other).idempotency.begin(request(), lease(`h${at}`))),
      );
      expect(asked.filter(({ verdict }) => verdict === 'run')).toEqual([{ verdict: 'run', again: false }]);
      expect(asked.filter(({ verdict }) => verdict === 'under_way')).toHaveLength(7);
      await store.idempotency.finish(request(), { status: 201, answer: '{"a":1}' });
      const answered = await other.idempotency.begin(request(), lease('x'));
      expect(answered).toEqual({ verdict: 'answered', status: 201, answer: '{"a":1}' });
    });

    it('tells another request with the same key, and keys of other callers apart', async () => {
      await store.idempotency.begin(request(), lease('h'));
      for (const changes of [{ method: 'PUT' }, { path: '/api/x' }, { bodySha256: 'b'.repeat(64) }]) {
        expect(await store.idempotency.begin(request(changes), lease('h'))).toEqual({ verdict: 'other_request' });
      }
      const theirs = await store.idempotency.begin(request({ principal: 'session:1' }), lease('h'));
      expect(theirs).toEqual({ verdict: 'run', again: false });
    });

    it('[P8] gives the key of a process that died to one other, once its lease is over', async () => {
      await store.idempotency.begin(request(), lease('dead'));
      await store.idempotency.renew('dead', [request()], T0 + 20_000);
      const early = await other.idempotency.begin(request(), lease('b', T0 + 19_000));
      expect(early).toEqual({ verdict: 'under_way', untilMs: T0 + 20_000 });
      const later = await Promise.all(
        ['b', 'c', 'd'].map((holder) => other.idempotency.begin(request(), lease(holder, T0 + 21_000))),
      );
      expect(later.filter(({ verdict }) => verdict === 'run')).toEqual([{ verdict: 'run', again: true }]);
    });

    it('forgets keys after a day, and those that are given back', async () => {
      await store.idempotency.begin(request(), lease('h'));
      await store.idempotency.finish(request(), { status: 200, answer: '{}' });
      const nextDay = await store.idempotency.begin(request({ path: '/other' }), lease('h', T0 + 86_400_001));
      expect(nextDay).toEqual({ verdict: 'run', again: false });
      await store.idempotency.release(request());
      expect(await store.idempotency.begin(request(), lease('h'))).toEqual({ verdict: 'run', again: false });
      await store.idempotency.purge(T0 + 1);
      expect(await store.idempotency.begin(request(), lease('h'))).toEqual({ verdict: 'run', again: false });
    });

    it('keeps the audit in order, in pages, by what, by whom and by its end', async () => {
      const entry = { who: 'token', address: '127.0.0.1', method: 'POST', request: 'r' };
      for (let at = 0; at < 5; at += 1) {
        const subjects = at === 3 ? [batchId(3)] : [];
        const who = at === 2 ? 'nobody' : 'token';
        const number = await store.audit.begin({ ...entry, atMs: T0 + at, who, route: `/api/${at}`, subjects });
        expect(number).toBe(at + 1);
        const end = { status: at === 1 ? 409 : 200, code: at === 1 ? 'task_running' : null, subjects, atMs: T0 + 9 };
        if (at !== 4) await other.audit.end(number, end);
      }
      const routesOf = async (filter: Partial<AuditFilter>) =>
        (await store.audit.list({ limit: 9, ...filter })).items.map(({ route }) => route);
      const first = await store.audit.list({ limit: 3 });
      expect(first.items.map(({ route }) => route)).toEqual(['/api/4', '/api/3', '/api/2']);
      expect(first.items[0]).toMatchObject({ number: 5, status: null, code: null, endedAtMs: null });
      const second = await store.audit.list({ limit: 3, cursor: first.nextCursor ?? '' });
      expect(second).toMatchObject({ items: [{ code: 'task_running', endedAtMs: T0 + 9 }, {}], nextCursor: null });
      expect(await routesOf({ subject: batchId(3) })).toEqual(['/api/3']);
      expect(await routesOf({ who: 'nobody' })).toEqual(['/api/2']);
      expect(await routesOf({ outcome: 'refused' })).toEqual(['/api/1']);
      expect(await routesOf({ outcome: 'unanswered' })).toEqual(['/api/4']);
      expect(await routesOf({ outcome: 'done', sinceMs: T0 + 1, untilMs: T0 + 3 })).toEqual(['/api/2']);
      expect(await routesOf({ method: 'PUT' })).toEqual([]);
      await expect(store.audit.list({ limit: 1, cursor: 'forged' })).rejects.toMatchObject({ code: 'invalid_input' });
      await store.audit.purge(T0 + 4);
      expect(await routesOf({})).toEqual(['/api/4']);
    });

    it('[P11] makes one delivery for each event and webhook, whoever plans, and only of its topics', async () => {
      await store.events.append([event('before')]);
      await store.webhooks.add(webhook(['task']));
      await store.events.append([event('a'), event('b', 'batch.started'), event('c')]);
      await Promise.all([store.webhooks.plan(T0), other.webhooks.plan(T0), store.webhooks.plan(T0)]);
      const { items } = await store.webhooks.deliveries(WEBHOOK, { limit: 10 });
      expect(items.map(({ type, status, attempt }) => [type, status, attempt])).toEqual([
        ['task.started', 'pending', 0],
        ['task.started', 'pending', 0],
      ]);
      expect(await store.webhooks.plan(T0)).toBe(false);
    });

    it('gives a due delivery to one claimer, and to another when its lease is over', async () => {
      await store.webhooks.add(webhook());
      await store.events.append([event('a')]);
      await store.webhooks.plan(T0);
      const claims = await Promise.all([
        store.webhooks.claim(T0, T0 + LEASE_MS, 5),
        other.webhooks.claim(T0, T0 + LEASE_MS, 5),
      ]);
      expect(claims.flat()).toMatchObject([{ attempt: 1, event: { id: 'a' }, webhook: { id: WEBHOOK } }]);
      expect(await other.webhooks.claim(T0 + 1000, T0 + LEASE_MS, 5)).toEqual([]);
      expect(await store.webhooks.nextDueMs()).toBe(T0 + LEASE_MS);
      const [again] = await other.webhooks.claim(T0 + LEASE_MS, T0 + 2 * LEASE_MS, 5);
      expect(again?.attempt).toBe(2);
      const seq = again?.event.seq ?? 0;
      const done = { status: 'delivered' as const, responseCode: 200, problem: null, nextAtMs: null };
      await store.webhooks.settle(WEBHOOK, seq, done, T0 + 1);
      expect(await store.webhooks.claim(T0 + 9 * LEASE_MS, T0 + 10 * LEASE_MS, 5)).toEqual([]);
      expect(await store.webhooks.nextDueMs()).toBeNull();
      expect(await store.webhooks.again(WEBHOOK, seq, T0)).toBe(true);
      expect(await store.webhooks.claim(T0, T0 + LEASE_MS, 5)).toMatchObject([{ attempt: 1 }]);
      expect(await store.webhooks.again(WEBHOOK, 999, T0)).toBe(false);
    });

    it('changes a webhook only from the version that was seen, and removes its deliveries with it', async () => {
      const row = await store.webhooks.add(webhook());
      expect(await store.webhooks.add({ ...webhook(), url: 'https://other' })).toEqual(row);
      const changed = await store.webhooks.change(WEBHOOK, row.version, { enabled: false, topics: ['batch'] });
      expect(changed).toEqual({ ...row, enabled: false, topics: ['batch'], version: 2 });
      expect(await store.webhooks.change(WEBHOOK, row.version, { enabled: true })).toBeNull();
      await store.events.append([event('a')]);
      await store.webhooks.plan(T0);
      expect((await store.webhooks.deliveries(WEBHOOK, { limit: 5 })).items).toEqual([]);
      await store.webhooks.remove(WEBHOOK);
      expect(await store.webhooks.get(WEBHOOK)).toBeNull();
    });

    it('changes a setting only from the version that was seen', async () => {
      expect(await store.settings.get('x')).toBeNull();
      const first = await Promise.all([store.settings.set('x', { a: 1 }, 0), other.settings.set('x', { a: 2 }, 0)]);
      expect(first.filter(Boolean)).toHaveLength(1);
      const version = (await store.settings.get('x'))?.version ?? 0;
      expect(await store.settings.set('x', null, version)).toBe(true);
      expect(await store.settings.set('x', 5, version)).toBe(false);
      expect(await store.settings.get('x')).toEqual({ value: null, version: version + 1 });
    });
  });
}
