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

    it('knows batches by name', async () => {
      await createConfirmed(1);
      await createConfirmed(2);
      const named = await store.batches.list({ limit: 2 });
      const expected = new Map(named.items.map(({ id, name }) => [id, name]));
      expect(await store.batches.names([batchId(1), batchId(2), batchId(3)])).toEqual(expected);
      expect(await store.batches.names([])).toEqual(new Map());
    });

    it('counts tasks anew as soon as anybody wrote, in this process or through another connection', async () => {
      await createConfirmed(1, ['a', 'b']);
      const other = await database.connect();
      const ended = (at: number, costUsd: number) => ({
        state: { id: taskId(100 + at), status: 'completed' as const, rank: at },
        details: details({ costUsd }),
      });
      const figures = async () => (await store.batches.figures([batchId(1)])).get(batchId(1));
      expect(await figures()).toEqual({ counts: { idle: 2 }, costUsd: null });
      await store.record(record(1, { seq: 1 }, { tasks: [ended(0, 0.5)] }), T0);
      expect(await figures()).toEqual({ counts: { idle: 1, completed: 1 }, costUsd: 0.5 });
      expect(await figures()).toEqual({ counts: { idle: 1, completed: 1 }, costUsd: 0.5 });
      await other.record(record(1, { seq: 2 }, { tasks: [ended(1, 0.25)] }), T0);
      await other.close();
      expect(await figures()).toEqual({ counts: { completed: 2 }, costUsd: 0.75 });
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
      const costUsd = async () => (await store.batches.figures([batchId(1)])).get(batchId(1))?.costUsd;
      expect(await costUsd()).toBeNull();
      await write(2, 0.25, [attempt(1, { outcome: 'failed', endedAtMs: T0 + 9 }), attempt(2)]);
      await write(3, 0.5, [attempt(2, { message: 'again' })]);
      expect(await store.tasks.attempts(taskId(100))).toEqual([
        attempt(1, { outcome: 'failed', endedAtMs: T0 + 9 }),
        attempt(2, { message: 'again' }),
      ]);
      const last = new Map([[taskId(100), attempt(2, { message: 'again' })]]);
      expect(await store.tasks.lastAttempts(batchId(1))).toEqual(last);
      expect(await store.tasks.lastAttemptsOf([taskId(100), taskId(101)])).toEqual(last);
      expect(await store.tasks.lastAttemptsOf([])).toEqual(new Map());
      expect(await store.batches.figures([batchId(1), batchId(2)])).toEqual(
        new Map([
          [batchId(1), { counts: { running: 1, idle: 1 }, costUsd: 0.5 }],
          [batchId(2), { counts: {}, costUsd: null }],
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
