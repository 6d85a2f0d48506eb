/** What every implementation of the store must do with the inbox. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../src/contracts/events.ts';
import { soloBatchOf } from '../../src/contracts/ids.ts';
import type { TaskDetails } from '../../src/contracts/state.ts';
import type { TaskStatus } from '../../src/contracts/vocabulary.ts';
import type { Store } from '../../src/store/store.ts';
import * as fixtures from './store-fixtures.ts';
import type { TestDatabase } from './store-suite.ts';

const { T0, batchId, taskId, definition, newBatch, head, details, record } = fixtures;
const DAY_MS = 86_400_000;

const event = (
  id: string,
  type: JournalEntry['type'],
  data: JournalEntry['data'] = {},
  atMs: number = T0,
): JournalEntry => ({ id, type, atMs, batch: batchId(1), task: null, data });

const ended = (number: number, status: TaskStatus, changes: Partial<TaskDetails> = {}) => ({
  state: { id: taskId(number), status, rank: number },
  details: details({ completedAtMs: T0 + number, ...changes }),
});

export function describeInbox(name: string, make: () => Promise<TestDatabase>): void {
  describe(`inbox on ${name}`, () => {
    let database: TestDatabase;
    let store: Store;
    let other: Store;

    beforeEach(async () => {
      database = await make();
      [store, other] = await Promise.all([database.connect(), database.connect()]);
    });
    afterEach(async () => {
      await Promise.all([store.close(), other.close()]);
      await database.destroy();
    });

    const createBatch = async (tasks: number): Promise<void> => {
      const definitions = Array.from({ length: tasks }, (_none, index) => definition(index + 1));
      await store.batches.create(newBatch(1, definitions));
      await store.batches.confirm(batchId(1), head(1));
    };
    const createSolo = async (number: number): Promise<void> => {
      const batch = soloBatchOf(taskId(number));
      await store.batches.create({ ...newBatch(number, [definition(number)]), id: batch });
      await store.batches.confirm(batch, { ...head(number), batch });
    };
    const endSolo = async (number: number, status: TaskStatus): Promise<void> => {
      const batch = soloBatchOf(taskId(number));
      const base = record(number, { seq: 2 }, { tasks: [ended(number, status)] });
      await store.record({ ...base, batch, head: { ...base.head, batch } }, T0);
    };
    const ids = async (show: 'current' | 'unread' | 'deleted' = 'current'): Promise<string[]> =>
      (await store.inbox.list({ show, limit: 100 })).items.map((row) => row.id);
    const told = async (): Promise<unknown[]> => {
      const events = await store.events.after(0, { limit: 500 });
      return events.filter(({ type }) => type === 'inbox.changed').map(({ data }) => data['unread']);
    };

    it('[P11] takes in failed tasks and what tasks by themselves did, each once', async () => {
      await createBatch(2);
      await createSolo(7);
      await createSolo(8);
      const failure = { code: 'agent_error', message: 'It broke.', step: 'agent' } as const;
      const first = record(1, { seq: 1 }, { tasks: [ended(1, 'failed', { failure }), ended(2, 'completed')] });
      await store.record(first, T0);
      await store.record(first, T0);
      await endSolo(7, 'completed');
      await endSolo(8, 'cancelled');
      expect(await ids()).toEqual([taskId(7), taskId(1)]);
      expect(await store.inbox.unread()).toBe(2);
      expect(await told()).toEqual([1, 2]);
      const { items } = await store.inbox.list({ show: 'unread', limit: 1 });
      expect(items).toMatchObject([{ source: 'task', task: taskId(7), status: 'completed', kind: 'requirement' }]);
    });

    it('[P11] keeps what the user did with an entry, until the task ends anew', async () => {
      await createBatch(1);
      const first = record(1, { seq: 1 }, { tasks: [ended(1, 'failed')] });
      await store.record(first, T0);
      expect(await store.inbox.mark(taskId(1), { read: true, deleted: true }, T0 + 5)).toBe(true);
      await store.record(first, T0);
      expect(await ids()).toEqual([]);
      expect(await ids('deleted')).toEqual([taskId(1)]);
      await store.record(record(1, { seq: 2 }, { tasks: [{ ...ended(1, 'queued'), details: null }] }), T0);
      expect(await ids('deleted')).toEqual([]);
      await store.record(record(1, { seq: 3 }, { tasks: [ended(1, 'failed', { completedAtMs: T0 + 99 })] }), T0);
      expect(await ids('unread')).toEqual([taskId(1)]);
      expect(await told()).toEqual([1, 0, 1]);
    });

    it('[P11] makes a notice of what a batch needs and has done, and resolves it when the batch goes on', async () => {
      await createBatch(1);
      const held = event('held:1', 'batch.held', { reason: 'needs_login', untilMs: null, message: 'Log in.' });
      const limit = event('held:0', 'batch.held', { reason: 'usage_limit', untilMs: T0 + 1000, message: 'Resets.' });
      await store.record(record(1, { seq: 1 }, { events: [limit, held] }), T0);
      await store.record(record(1, { seq: 1 }, { events: [limit, held] }), T0);
      expect(await ids('unread')).toEqual(['held:1']);
      const released = event('released:1', 'batch.released', {}, T0 + 10);
      const completed = event('completed', 'batch.completed', {}, T0 + 20);
      await store.record(record(1, { seq: 2 }, { events: [released, completed] }), T0);
      expect(await ids('unread')).toEqual(['completed']);
      const { items } = await store.inbox.list({ show: 'current', limit: 10 });
      expect(items).toMatchObject([
        { notice: 'completed', resolvedAtMs: null, batchName: 'night 1' },
        { notice: 'held', message: 'Log in.', resolvedAtMs: T0 + 10, readAtMs: T0 + 10 },
      ]);
      await store.record(record(1, { seq: 3 }, { events: [event('paused:3', 'batch.paused', { now: true })] }), T0);
      expect(await store.inbox.unread()).toBe(1);
    });

    it('does not count what belongs to a deleted batch', async () => {
      await createBatch(1);
      await store.record(record(1, { seq: 1 }, { tasks: [ended(1, 'failed')] }), T0);
      await store.batches.setDeleted(batchId(1), T0);
      expect(await store.inbox.unread()).toBe(0);
      await store.batches.setDeleted(batchId(1), null);
      expect(await store.inbox.unread()).toBe(1);
      await store.batches.remove(batchId(1));
      expect(await told()).toEqual([1, 0, 1, 0]);
    });

    it('shows pages without gaps, and refuses a forged cursor', async () => {
      await createBatch(7);
      const tasks = Array.from({ length: 7 }, (_none, index) => ended(index + 1, 'failed', { completedAtMs: T0 }));
      await store.record(record(1, { seq: 1 }, { tasks }), T0);
      const seen: string[] = [];
      for (let cursor: string | undefined; ;) {
        const page = await store.inbox.list({ show: 'current', limit: 3, ...(cursor === undefined ? {} : { cursor }) });
        seen.push(...page.items.map((row) => row.id));
        if (page.nextCursor === null) break;
        cursor = page.nextCursor;
      }
      expect(seen).toEqual(tasks.map(({ state }) => state.id).toReversed());
      const forged = store.inbox.list({ show: 'current', limit: 3, cursor: 'x' });
      await expect(forged).rejects.toMatchObject({ code: 'invalid_input' });
    });

    it('forgets what was dismissed long ago: notices and tasks by themselves, never those of a batch', async () => {
      await createBatch(1);
      await createSolo(7);
      await createSolo(8);
      const completed = event('completed', 'batch.completed');
      await store.record(record(1, { seq: 1 }, { tasks: [ended(1, 'failed')], events: [completed] }), T0);
      await endSolo(7, 'completed');
      for (const id of [taskId(1), taskId(7), taskId(8), 'completed']) {
        await store.inbox.mark(id, { deleted: true }, T0);
      }
      expect(await store.inbox.purge(T0, T0)).toBe(0);
      expect(await store.inbox.purge(T0 + 1, T0 + 30 * DAY_MS)).toBe(2);
      expect(await ids('deleted')).toEqual([taskId(1)]);
      expect(await store.tasks.get(taskId(7))).toBeNull();
      // It has not ended yet.
      expect(await store.tasks.get(taskId(8))).not.toBeNull();
    });

    it('[P11] has the exact number of unread entries after any marks of two connections at once', async () => {
      const COUNT = 6;
      await createBatch(COUNT);
      const tasks = Array.from({ length: COUNT }, (_none, index) => ended(index + 1, 'failed'));
      await store.record(record(1, { seq: 1 }, { tasks }), T0);
      const step = fc.record({
        task: fc.integer({ min: 1, max: COUNT }),
        read: fc.option(fc.boolean(), { nil: undefined }),
        deleted: fc.option(fc.boolean(), { nil: undefined }),
        all: fc.boolean(),
        second: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
          await Promise.all(
            steps.map(({ task, read, deleted, all, second }) => {
              const { inbox } = second ? other : store;
              if (all) return inbox.readAll(T0);
              const marks = { ...(read === undefined ? {} : { read }), ...(deleted === undefined ? {} : { deleted }) };
              return inbox.mark(taskId(task), marks, T0);
            }),
          );
          const unread = (await ids('unread')).length;
          expect(await store.inbox.unread()).toBe(unread);
          const [last] = (await store.events.after((await store.events.lastSeq()) - 1, { limit: 1 })).slice(-1);
          // Nothing was told only if nothing was unread before and everything was marked as read once more.
          if (last?.type === 'inbox.changed') expect(last.data).toEqual({ unread });
        }),
        { numRuns: 15 },
      );
    });
  });
}
