/** What every implementation of the store must do for several writers at once. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../src/contracts/events.ts';
import type { Store } from '../../src/store/store.ts';
import * as fixtures from './store-fixtures.ts';
import type { TestDatabase } from './store-suite.ts';

const { T0, PROJECT, batchId, taskId, definition, newBatch, head, details, attempt, record } = fixtures;

const entry = (id: string): JournalEntry => ({
  id,
  type: 'task.started',
  atMs: T0,
  batch: batchId(1),
  task: null,
  data: {},
});

export function describeWriters(name: string, make: () => Promise<TestDatabase>): void {
  describe(`two connections to a store on ${name}`, () => {
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

    const createConfirmed = async (number: number, names: readonly string[] = [`only-${number}`]): Promise<void> => {
      const tasks = names.map((each, index) => definition(number * 100 + index, { name: each }));
      await store.batches.create(newBatch(number, tasks));
      await store.batches.confirm(batchId(number), head(number));
    };

    it('[P1] lets exactly one of two connections queue a requirement', async () => {
      for (let round = 1; round <= 20; round += 1) {
        const name = `race-${round}`;
        const results = await Promise.allSettled(
          [store, other].map((each, index) => {
            const number = round * 10 + index;
            return each.batches.create(newBatch(number, [definition(number, { name })]));
          }),
        );
        expect(results.map((result) => result.status).toSorted()).toEqual(['fulfilled', 'rejected']);
        const refused = results.find((result) => result.status === 'rejected');
        expect(refused).toMatchObject({ reason: { code: 'already_queued' } });
      }
      expect(await store.batches.creating()).toHaveLength(20);
    });

    it('[P11] a reader that goes on from the last number it saw misses no event of several writers', async () => {
      await createConfirmed(1);
      const perWriter = 60;
      const write = async (writer: Store, name: string): Promise<void> => {
        for (let number = 0; number < perWriter; number += 1) await writer.events.append([entry(`${name}${number}`)]);
      };
      let writing = true;
      const writers = Promise.all([write(store, 'a'), write(store, 'b'), write(other, 'c'), write(other, 'd')]);
      const seen: string[] = [];
      const read = async (): Promise<void> => {
        for (let last = 0, more = true; more;) {
          // Asked before the look: what is written after an empty look must be looked for once more.
          const mayCome = writing;
          const some = await other.events.after(last, { limit: 50 });
          seen.push(...some.map((event) => event.id));
          last = some.at(-1)?.seq ?? last;
          more = mayCome || some.length > 0;
        }
      };
      const reading = read();
      await writers;
      writing = false;
      await reading;
      expect(seen).toHaveLength(4 * perWriter);
      expect(new Set(seen).size).toBe(4 * perWriter);
    });

    it('takes records of one batch from both and keeps the newest whole', async () => {
      await createConfirmed(1, ['a', 'b', 'c']);
      const write = (writer: Store, seq: number) =>
        writer.record(
          record(
            1,
            { seq },
            {
              tasks: [100, 101, 102].map((task) => ({
                state: { id: taskId(task), status: 'running' as const, rank: task, attempt: seq },
                details: details({ attempts: [attempt(1, { message: `${seq}` })] }),
              })),
              events: [entry(`record:${seq}`)],
            },
          ),
          T0,
        );
      const seqs = Array.from({ length: 30 }, (_, index) => index + 1);
      const writing = Promise.all(seqs.map((seq) => write(seq % 2 === 0 ? store : other, seq)));
      for (let round = 0; round < 20; round += 1) {
        const state = await store.batches.state(batchId(1));
        const attempts = new Set(state?.tasks.map((task) => task.attempt ?? 0));
        expect([...attempts]).toEqual([state?.seq]);
      }
      await writing;
      expect(await store.batches.get(batchId(1))).toMatchObject({ seq: 30, head: { seq: 30 } });
      expect((await store.tasks.lastAttempts(batchId(1))).get(taskId(102))?.message).toBe('30');
    });

    it('[P8] gives each command of a batch a number of its own', async () => {
      await createConfirmed(1);
      const begun = await Promise.all(
        Array.from({ length: 30 }, (_, index) =>
          (index % 2 === 0 ? store : other).commands.begin({
            id: `c${index}`,
            batch: batchId(1),
            type: 'pause',
            atMs: T0,
          }),
        ),
      );
      const numbers = begun.map(({ number }) => number).toSorted((left, right) => left - right);
      expect(numbers).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    });

    it('refuses tasks for a batch that is removed at the same moment, or removes them with it', async () => {
      for (let round = 1; round <= 10; round += 1) {
        await createConfirmed(round, [`r${round}`]);
        const added = other.batches.addTasks(batchId(round), [definition(round, { name: `x${round}` })], 1, T0);
        const [, result] = await Promise.allSettled([store.batches.remove(batchId(round)), added]);
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'batch_not_found' });
        expect(await store.tasks.get(taskId(round))).toBeNull();
      }
      expect((await store.tasks.openRequirements(PROJECT)).size).toBe(0);
    });

    it('raises an epoch once, and refuses what a lower one still records', async () => {
      await createConfirmed(1);
      const raised = await Promise.all([store, other].map((each) => each.batches.raiseEpoch(batchId(1), 1)));
      expect(raised.filter((each) => each)).toHaveLength(1);
      expect(await store.batches.get(batchId(1))).toMatchObject({ epoch: 2 });
      expect(await store.record(record(1, { epoch: 1, seq: 99 }), T0)).toBe(false);
      expect(await store.record(record(1, { epoch: 2, seq: 1 }), T0)).toBe(true);
      expect(await store.batches.raiseEpoch(batchId(9), 1)).toBe(false);
    });
  });
}
