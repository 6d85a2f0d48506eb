/** What every implementation of the store must do; given a maker of fresh, shared databases. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../src/contracts/events.ts';
import type { Store } from '../../src/store/store.ts';
import * as fixtures from './store-fixtures.ts';

const { T0, PROJECT, OTHER_PROJECT, batchId, taskId, definition, newBatch, head, details, attempt, record } = fixtures;

/** A fresh database; `connect` opens one more connection to it. */
export interface TestDatabase {
  connect(): Promise<Store>;
  destroy(): Promise<void>;
}

const entry = (id: string, changes: Partial<JournalEntry> = {}): JournalEntry => ({
  id,
  type: 'task.started',
  atMs: T0,
  batch: batchId(1),
  task: null,
  data: { name: id },
  ...changes,
});

export function describeStore(name: string, make: () => Promise<TestDatabase>): void {
  describe(`store on ${name}`, () => {
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

    const createConfirmed = async (number: number, names: readonly string[] = [`only-${number}`]): Promise<void> => {
      const tasks = names.map((each, index) => definition(number * 100 + index, { name: each }));
      await store.batches.create(newBatch(number, tasks));
      await store.batches.confirm(batchId(number), head(number));
    };

    it('registers a path once and brings a removed project back with its id', async () => {
      const first = await store.projects.add(fixtures.projectRow());
      const again = await store.projects.add(fixtures.projectRow({ id: OTHER_PROJECT, name: 'other' }));
      expect(again).toEqual(first);
      await store.projects.remove(PROJECT);
      expect(await store.projects.list()).toEqual([]);
      expect(await store.projects.get(PROJECT)).toBeNull();
      const back = await store.projects.add(fixtures.projectRow({ id: OTHER_PROJECT, name: 'renamed' }));
      expect(back).toEqual({ ...first, name: 'renamed' });
    });

    it('keeps project settings and trust', async () => {
      await store.projects.add(fixtures.projectRow());
      await store.projects.setTrusted(PROJECT, 'f'.repeat(64));
      const changed = await store.projects.setSettings(PROJECT, { attempts: 3, env: { LANG: 'Ünï' } });
      expect(changed).toEqual(
        fixtures.projectRow({ settings: { attempts: 3, env: { LANG: 'Ünï' } }, trustedSha256: 'f'.repeat(64) }),
      );
      expect(await store.projects.setSettings(OTHER_PROJECT, {})).toBeNull();
    });

    it('shows a batch only after its confirmation, and forgets an abandoned one with its requirements', async () => {
      await store.batches.create(newBatch(1, [definition(1)]));
      expect((await store.batches.creating()).map((row) => row.id)).toEqual([batchId(1)]);
      expect((await store.batches.list({ limit: 10 })).items).toEqual([]);
      expect(await store.batches.state(batchId(1))).toBeNull();
      await store.batches.abandon(batchId(1));
      expect(await store.batches.get(batchId(1))).toBeNull();
      expect((await store.tasks.openRequirements(PROJECT)).size).toBe(0);
      await createConfirmed(2, ['req-1']);
      await store.batches.abandon(batchId(2));
      expect(await store.batches.get(batchId(2))).toMatchObject({ status: 'idle', head: { batch: batchId(2) } });
      expect((await store.batches.open()).map((row) => row.id)).toEqual([batchId(2)]);
    });

    it('refuses a requirement that is open elsewhere, naming batch and task, and writes nothing', async () => {
      await createConfirmed(1, ['login', 'logout']);
      const second = newBatch(2, [definition(1, { name: 'fresh' }), definition(2, { name: 'logout' })]);
      await expect(store.batches.create(second)).rejects.toMatchObject({
        code: 'already_queued',
        details: { requirements: [{ name: 'logout', batch: batchId(1), task: taskId(101) }] },
      });
      expect(await store.batches.get(batchId(2))).toBeNull();
      expect([...(await store.tasks.openRequirements(PROJECT)).keys()]).toEqual(['login', 'logout']);
      await store.batches.create(newBatch(3, [definition(3, { name: 'logout', project: OTHER_PROJECT })]));
    });

    it('refuses a requirement named twice in one batch', async () => {
      const twice = [definition(1, { name: 'same' }), definition(2, { name: 'same' })];
      await expect(store.batches.create(newBatch(1, twice))).rejects.toMatchObject({ code: 'already_queued' });
      expect(await store.batches.get(batchId(1))).toBeNull();
    });

    it('[P1] lets exactly one of two connections queue a requirement', async () => {
      const other = await database.connect();
      try {
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
      } finally {
        await other.close();
      }
    });

    it('frees a requirement when its task is final, removed or dropped', async () => {
      await createConfirmed(1, ['a', 'b', 'c', 'd']);
      await store.record(
        record(
          1,
          { seq: 1 },
          {
            tasks: [{ state: { id: taskId(100), status: 'completed', rank: 0 }, details: null }],
            removed: [taskId(101)],
          },
        ),
        T0,
      );
      await store.batches.dropTasks(batchId(1), [taskId(102)]);
      expect([...(await store.tasks.openRequirements(PROJECT)).entries()]).toEqual([
        ['d', { task: taskId(103), batch: batchId(1), status: 'idle' }],
      ]);
      expect((await store.tasks.ofBatch(batchId(1))).map((row) => row.definition.name)).toEqual(['a', 'd']);
    });

    it('adds tasks behind the others', async () => {
      await createConfirmed(1, ['a']);
      await store.batches.addTasks(batchId(1), [definition(1), definition(2)], 4096, T0 + 5);
      const rows = await store.tasks.ofBatch(batchId(1));
      expect(rows.map((row) => row.state.rank)).toEqual([0, 4096, 5120]);
      await expect(store.batches.addTasks(batchId(1), [definition(3, { name: 'a' })], 9000, T0)).rejects.toMatchObject({
        code: 'already_queued',
      });
      await expect(store.batches.addTasks(batchId(9), [definition(4)], 0, T0)).rejects.toMatchObject({
        code: 'batch_not_found',
      });
    });

    it('takes records in order of (epoch, seq): equal ones overwrite, older ones are ignored', async () => {
      await createConfirmed(1);
      const write = (epoch: number, seq: number, name: string) =>
        store.record(
          record(
            1,
            { epoch, seq },
            {
              head: { hold: { reason: 'budget', sinceMs: 1, untilMs: null, message: name } },
              events: [entry(name)],
            },
          ),
          T0 + seq,
        );
      const message = async () => (await store.batches.get(batchId(1)))?.head?.hold?.message;
      expect(await write(1, 5, 'first')).toBe(true);
      expect(await write(1, 5, 'same number')).toBe(true);
      expect(await message()).toBe('same number');
      expect(await write(1, 4, 'older')).toBe(false);
      expect(await write(2, 1, 'higher epoch')).toBe(true);
      expect(await write(1, 99, 'lower epoch')).toBe(false);
      expect(await message()).toBe('higher epoch');
      expect(await store.batches.get(batchId(1))).toMatchObject({ epoch: 2, seq: 1, recordedAtMs: T0 + 1 });
      const written = await store.events.after(0, { limit: 10 });
      expect(written.map((event) => event.id)).toEqual(['first', 'same number', 'higher epoch']);
    });

    it('ignores records of unknown batches, and tasks that a batch does not have', async () => {
      expect(await store.record(record(7, { seq: 1 }), T0)).toBe(false);
      await createConfirmed(1, ['a']);
      await createConfirmed(2, ['b']);
      const foreign = { state: { id: taskId(200), status: 'completed' as const, rank: 0 }, details: details() };
      expect(await store.record(record(1, { seq: 1 }, { tasks: [foreign], removed: [taskId(200)] }), T0)).toBe(true);
      expect((await store.tasks.get(taskId(200)))?.state.status).toBe('idle');
    });

    it('a record before the confirmation confirms, and the confirmation then changes nothing', async () => {
      await store.batches.create(newBatch(1, [definition(1)]));
      await store.record(record(1, { seq: 3 }, { head: { status: 'running' } }), T0);
      await store.batches.confirm(batchId(1), head(1));
      expect(await store.batches.get(batchId(1))).toMatchObject({ status: 'running', seq: 3 });
    });

    it('keeps attempts by number and counts costs', async () => {
      await createConfirmed(1, ['a', 'b']);
      const write = (seq: number, costUsd: number | null, attempts: ReturnType<typeof attempt>[]) =>
        store.record(
          record(
            1,
            { seq },
            {
              tasks: [
                {
                  state: { id: taskId(100), status: 'running', rank: 0, attempt: attempts.length },
                  details: details({ costUsd, attempts }),
                },
              ],
            },
          ),
          T0,
        );
      await write(1, null, [attempt(1)]);
      expect(await store.batches.costs([batchId(1)])).toEqual(new Map());
      await write(2, 0.25, [attempt(1, { outcome: 'failed', endedAtMs: T0 + 9 }), attempt(2)]);
      await write(3, 0.5, [attempt(2, { message: 'again' })]);
      expect(await store.tasks.attempts(taskId(100))).toEqual([
        attempt(1, { outcome: 'failed', endedAtMs: T0 + 9 }),
        attempt(2, { message: 'again' }),
      ]);
      expect(await store.tasks.lastAttempts(batchId(1))).toEqual(
        new Map([[taskId(100), attempt(2, { message: 'again' })]]),
      );
      expect(await store.batches.costs([batchId(1), batchId(2)])).toEqual(new Map([[batchId(1), 0.5]]));
      expect(await store.batches.counts([batchId(1), batchId(2)])).toEqual(
        new Map([
          [batchId(1), { running: 1, idle: 1 }],
          [batchId(2), {}],
        ]),
      );
    });

    it('pages newest first without a gap or a double, also among equal times', async () => {
      for (let number = 1; number <= 7; number += 1) {
        await store.batches.create(
          newBatch(number, [definition(number)], { createdAtMs: T0 + Math.floor(number / 3) }),
        );
        await store.batches.confirm(batchId(number), head(number));
      }
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page = await store.batches.list({ limit: 2, ...(cursor === null ? {} : { cursor }) });
        seen.push(...page.items.map((row) => row.id));
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1].map(batchId));
      const tasks = await store.tasks.list({ limit: 3 });
      const more = await store.tasks.list({ limit: 9, cursor: tasks.nextCursor ?? '' });
      expect([...tasks.items, ...more.items].map((row) => row.definition.id)).toEqual(
        [7, 6, 5, 4, 3, 2, 1].map(taskId),
      );
      expect(more.nextCursor).toBeNull();
    });

    it.each(['', 'x', Buffer.from('["2026-01-01T00:00:00.000Z","1 or 1"]').toString('base64url'), 'W10', '💥'])(
      'refuses the forged cursor %j',
      async (cursor) => {
        await expect(store.batches.list({ limit: 1, cursor })).rejects.toMatchObject({ code: 'invalid_input' });
        await expect(store.tasks.list({ limit: 1, cursor })).rejects.toMatchObject({ code: 'invalid_input' });
      },
    );

    it('filters lists', async () => {
      await createConfirmed(1, ['a']);
      await store.batches.create(newBatch(2, [definition(2, { project: OTHER_PROJECT })], { project: OTHER_PROJECT }));
      await store.batches.confirm(batchId(2), head(2, { status: 'running' }));
      const ids = async (filter: { status?: 'running'; project?: typeof PROJECT; sinceMs?: number }) =>
        (await store.batches.list({ ...filter, limit: 9 })).items.map((row) => row.id);
      expect(await ids({ status: 'running' })).toEqual([batchId(2)]);
      expect(await ids({ project: PROJECT })).toEqual([batchId(1)]);
      expect(await ids({ sinceMs: T0 + 365 * 86_400_000 * 100 })).toEqual([]);
      const tasks = await store.tasks.list({ project: OTHER_PROJECT, batch: batchId(2), status: 'idle', limit: 9 });
      expect(tasks.items.map((row) => row.definition.id)).toEqual([taskId(2)]);
    });

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

    describe('with a second connection', () => {
      let other: Store;
      beforeEach(async () => {
        other = await database.connect();
      });
      afterEach(() => other.close());

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
          for (let last = 0, more = true; more || writing;) {
            const some = await other.events.after(last, { limit: 50 });
            seen.push(...some.map((event) => event.id));
            last = some.at(-1)?.seq ?? last;
            more = some.length > 0;
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
    });

    it('raises an epoch once, and refuses what a lower one still records', async () => {
      await createConfirmed(1);
      const other = await database.connect();
      const raised = await Promise.all([store, other].map((each) => each.batches.raiseEpoch(batchId(1), 1)));
      await other.close();
      expect(raised.toSorted()).toEqual([false, true]);
      expect(await store.batches.get(batchId(1))).toMatchObject({ epoch: 2 });
      expect(await store.record(record(1, { epoch: 1, seq: 99 }), T0)).toBe(false);
      expect(await store.record(record(1, { epoch: 2, seq: 1 }), T0)).toBe(true);
      expect(await store.batches.raiseEpoch(batchId(9), 1)).toBe(false);
    });

    it('gives the newest notes of the stack itself, oldest first', async () => {
      const note = (id: string): JournalEntry => entry(id, { type: 'system.note', batch: null });
      const others = [entry('x', { batch: null }), entry('y', { type: 'system.note' })];
      await store.events.append([note('a'), ...others, note('b'), note('c')]);
      expect((await store.events.systemNotes(2)).map((event) => event.id)).toEqual(['b', 'c']);
    });

    it('remembers facts', async () => {
      expect(await store.system.get('installation')).toBeNull();
      await store.system.set('installation', 'i_abcdefghij');
      await store.system.set('installation', 'i_bbbbbbbbbb');
      expect(await store.system.installation()).toBe('i_bbbbbbbbbb');
      await store.system.set('installation', 'nonsense');
      expect(await store.system.installation()).toBeNull();
    });

    it('removes a batch with everything of it but its events', async () => {
      await createConfirmed(1, ['a']);
      await store.events.append([entry('a')]);
      await store.batches.remove(batchId(1));
      expect(await store.tasks.get(taskId(100))).toBeNull();
      expect((await store.tasks.openRequirements(PROJECT)).size).toBe(0);
      expect(await store.events.after(0, { limit: 9 })).toHaveLength(1);
      expect(await store.record(record(1, { seq: 9 }), T0)).toBe(false);
    });
  });
}
