/** What every implementation of the store must do with the journal and with numbered commands. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../src/contracts/events.ts';
import type { Store } from '../../src/store/store.ts';
import * as fixtures from './store-fixtures.ts';
import type { TestDatabase } from './store-suite.ts';

const { T0, batchId, taskId, definition, newBatch, head, record } = fixtures;

const entry = (id: string, changes: Partial<JournalEntry> = {}): JournalEntry => ({
  id,
  type: 'task.started',
  atMs: T0,
  batch: batchId(1),
  task: null,
  data: { name: id },
  ...changes,
});

export function describeJournal(name: string, make: () => Promise<TestDatabase>): void {
  describe(`journal and commands on ${name}`, () => {
    let database: TestDatabase;
    let store: Store;

    beforeEach(async () => {
      database = await make();
      store = await database.connect();
    });
    afterEach(async () => {
      await store.close();
      await database.destroy();
    });

    const createConfirmed = async (number: number): Promise<void> => {
      await store.batches.create(newBatch(number, [definition(number * 100)]));
      await store.batches.confirm(batchId(number), head(number));
    };

    it('[P11] writes each event once, in order, and tells listeners', async () => {
      let told = 0;
      const end = store.events.onAppend(() => {
        told += 1;
      });
      await store.events.append([entry('a'), entry('b', { batch: null })]);
      await store.events.append([entry('a', { data: { name: 'other content' } }), entry('c')]);
      // At least: a database that also tells of other processes calls once more when it begins to.
      expect(told).toBeGreaterThanOrEqual(2);
      end();
      const before = told;
      await store.events.append([entry('d')]);
      expect(told).toBe(before);
      const all = await store.events.after(0, { limit: 10 });
      expect(all.map((event) => event.id)).toEqual(['a', 'b', 'c', 'd']);
      expect(all[0]).toMatchObject({ at: new Date(T0).toISOString(), data: { name: 'a' } });
      expect(all.map((event) => event.seq).toSorted((left, right) => left - right)).toEqual(all.map((e) => e.seq));
      const seq = all[1]?.seq ?? 0;
      expect((await store.events.after(seq, { limit: 1 })).map((event) => event.id)).toEqual(['c']);
      expect((await store.events.after(0, { batch: batchId(1), limit: 9 })).map((e) => e.id)).toEqual(['a', 'c', 'd']);
      expect(await store.events.lastSeq()).toBe(all.at(-1)?.seq);
    });

    it('[P8] numbers commands and answers a repeated one alike', async () => {
      await createConfirmed(1);
      const begin = (id: string, type = 'pause') => store.commands.begin({ id, batch: batchId(1), type, atMs: T0 });
      expect(await begin('one')).toEqual({ number: 1, answer: null });
      expect(await begin('two')).toEqual({ number: 2, answer: null });
      await store.commands.finish('one', { result: 'applied', status: 'paused', running: taskId(100) });
      expect(await begin('one')).toEqual({
        number: 1,
        answer: { result: 'applied', status: 'paused', running: taskId(100) },
      });
      await expect(begin('one', 'cancel')).rejects.toMatchObject({ code: 'invalid_input' });
      await store.record(record(1, { seq: 1 }, { head: { commandNumber: 40 } }), T0);
      expect(await begin('three')).toEqual({ number: 41, answer: null });
    });

    it('gives the newest notes of the stack itself, oldest first', async () => {
      const note = (id: string): JournalEntry => entry(id, { type: 'system.note', batch: null });
      const others = [entry('x', { batch: null }), entry('y', { type: 'system.note' })];
      await store.events.append([note('a'), ...others, note('b'), note('c')]);
      expect((await store.events.systemNotes(2)).map((event) => event.id)).toEqual(['b', 'c']);
    });
  });
}
