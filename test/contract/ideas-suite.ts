/** What every implementation of the store must do with ideas and with what was implemented. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IdeaId } from '../../src/contracts/ids.ts';
import { asId } from '../../src/contracts/ids.ts';
import type { TaskDetails } from '../../src/contracts/state.ts';
import type { TaskStatus } from '../../src/contracts/vocabulary.ts';
import type { IdeaRow } from '../../src/store/idea-store.ts';
import type { Store } from '../../src/store/store.ts';
import * as fixtures from './store-fixtures.ts';
import type { TestDatabase } from './store-suite.ts';

const { T0, PROJECT, OTHER_PROJECT, batchId, taskId, definition, newBatch, head, details, record } = fixtures;

const ideaId = (number: number): IdeaId => asId('idea', `d_${String(number).padStart(10, '0')}`);
const idea = (number: number, changes: Partial<IdeaRow> = {}): IdeaRow => ({
  id: ideaId(number),
  project: PROJECT,
  title: `Idea ${number}`,
  text: 'Ünï',
  status: 'idea',
  requirement: null,
  task: null,
  createdAtMs: T0 + number,
  updatedAtMs: T0 + number,
  implementedAtMs: null,
  ...changes,
});

const ended = (number: number, status: TaskStatus, changes: Partial<TaskDetails> = {}) => ({
  state: { id: taskId(number), status, rank: number, attempt: 2 },
  details: details({ completedAtMs: T0 + number, agent: 'claude', sessionId: 's-1', commit: 'c1', ...changes }),
});

export function describeIdeas(name: string, make: () => Promise<TestDatabase>): void {
  describe(`ideas on ${name}`, () => {
    let database: TestDatabase;
    let store: Store;

    beforeEach(async () => {
      database = await make();
      store = await database.connect();
      await store.projects.add(fixtures.projectRow());
    });
    afterEach(async () => {
      await store.close();
      await database.destroy();
    });

    const createBatch = async (...tasks: ReturnType<typeof definition>[]): Promise<void> => {
      await store.batches.create(newBatch(1, tasks));
      await store.batches.confirm(batchId(1), head(1));
    };
    const log = async () => (await store.implementationLog.list({ project: PROJECT, limit: 100 })).items;
    const told = async (): Promise<string[]> => {
      const events = await store.events.after(0, { limit: 500 });
      return events.filter(({ type }) => type === 'idea.changed').map(({ id }) => id);
    };

    it('keeps, changes and forgets an idea', async () => {
      await store.ideas.add(idea(1));
      await store.ideas.add(idea(1, { title: 'again' }));
      expect(await store.ideas.get(ideaId(1))).toEqual(idea(1));
      const changed = await store.ideas.change(ideaId(1), { title: 'New', status: 'implemented' }, T0 + 9);
      expect(changed).toEqual(
        idea(1, { title: 'New', status: 'implemented', updatedAtMs: T0 + 9, implementedAtMs: T0 + 9 }),
      );
      const back = await store.ideas.change(ideaId(1), { status: 'idea' }, T0 + 10);
      expect(back).toMatchObject({ status: 'idea', implementedAtMs: null });
      expect(await store.ideas.remove(ideaId(1))).toBe(true);
      expect(await store.ideas.remove(ideaId(1))).toBe(false);
      expect(await store.ideas.change(ideaId(1), { title: 'x' }, T0)).toBeNull();
    });

    it('lists them newest first, in pages, by project and status, without those of removed projects', async () => {
      await store.projects.add(fixtures.projectRow({ id: OTHER_PROJECT, path: '/srv/other' }));
      for (const number of [1, 2, 3]) await store.ideas.add(idea(number));
      await store.ideas.add(idea(4, { project: OTHER_PROJECT, status: 'implemented' }));
      const first = await store.ideas.list({ limit: 3 });
      expect(first.items.map(({ id }) => id)).toEqual([4, 3, 2].map(ideaId));
      const rest = await store.ideas.list({ limit: 3, cursor: first.nextCursor ?? '' });
      expect(rest).toEqual({ items: [idea(1)], nextCursor: null });
      expect((await store.ideas.list({ limit: 9, status: 'implemented' })).items).toHaveLength(1);
      await store.projects.remove(OTHER_PROJECT);
      expect((await store.ideas.list({ limit: 9 })).items).toHaveLength(3);
      await expect(store.ideas.list({ limit: 9, cursor: 'x' })).rejects.toMatchObject({ code: 'invalid_input' });
    });

    it('implements an idea when its requirement is completed: once, and only the one of that project', async () => {
      await store.ideas.add(idea(1, { status: 'requirement', requirement: 'req-1' }));
      await store.ideas.add(idea(2, { status: 'requirement', requirement: 'req-1', project: OTHER_PROJECT }));
      await store.ideas.add(idea(3, { status: 'requirement', requirement: 'req-2' }));
      await createBatch(definition(1), definition(2));
      await store.record(record(1, { seq: 1 }, { tasks: [ended(1, 'running'), ended(2, 'failed')] }), T0);
      expect(await store.ideas.get(ideaId(1))).toMatchObject({ status: 'requirement' });
      const done = record(1, { seq: 2 }, { tasks: [ended(1, 'completed')] });
      for (const atMs of [T0 + 5, T0 + 6]) await store.record(done, atMs);
      expect(await store.ideas.get(ideaId(1))).toMatchObject({
        status: 'implemented',
        task: taskId(1),
        implementedAtMs: T0 + 1,
      });
      expect(await store.ideas.get(ideaId(2))).toMatchObject({ status: 'requirement' });
      expect(await store.ideas.get(ideaId(3))).toMatchObject({ status: 'requirement' });
      expect(await told()).toEqual([`idea:${ideaId(1)}:implemented:${taskId(1)}`]);
      // The user reopens it: the same record again does not close it once more, another completion would.
      await store.ideas.change(ideaId(1), { status: 'idea', requirement: null }, T0 + 9);
      await store.record(done, T0 + 10);
      expect(await store.ideas.get(ideaId(1))).toMatchObject({ status: 'idea' });
    });

    it('follows a requirement to its new name', async () => {
      await store.ideas.add(idea(1, { status: 'requirement', requirement: 'old' }));
      await store.ideas.renameRequirement(PROJECT, 'old', 'new', T0 + 7);
      expect(await store.ideas.get(ideaId(1))).toMatchObject({ requirement: 'new', updatedAtMs: T0 + 7 });
      await store.ideas.forgetRequirement(PROJECT, 'old', T0 + 8);
      expect(await store.ideas.get(ideaId(1))).toMatchObject({ requirement: 'new', status: 'requirement' });
      await store.ideas.forgetRequirement(PROJECT, 'new', T0 + 9);
      expect(await store.ideas.get(ideaId(1))).toMatchObject({ requirement: null, status: 'idea' });
    });

    it('writes what was implemented once for each completed task, however often it is recorded', async () => {
      await createBatch(
        definition(1),
        definition(2),
        definition(3, { kind: 'claude-cli' }),
        definition(4, { kind: 'refine' }),
      );
      const ends = [
        ended(1, 'completed'),
        ended(2, 'failed'),
        ended(3, 'completed'),
        ended(4, 'completed', { commit: null }),
      ];
      await store.record(record(1, { seq: 1 }, { tasks: ends }), T0);
      await store.record(record(1, { seq: 1 }, { tasks: ends }), T0 + 1);
      await store.record(record(1, { seq: 2 }, { tasks: [{ ...ended(1, 'completed'), details: null }] }), T0 + 2);
      expect(await log()).toEqual([
        expect.objectContaining({ task: taskId(3), kind: 'claude-cli' }),
        {
          task: taskId(1),
          project: PROJECT,
          batch: batchId(1),
          kind: 'requirement',
          name: 'req-1',
          title: 'Requirement 1',
          atMs: T0 + 1,
          attempt: 2,
          agent: 'claude',
          session: 's-1',
          commit: 'c1',
          files: null,
        },
      ]);
    });

    it('keeps the files of a commit, and the entry when its batch is gone', async () => {
      await createBatch(definition(1), definition(2));
      const tasks = [ended(1, 'completed'), ended(2, 'completed', { commit: null })];
      await store.record(record(1, { seq: 1 }, { tasks }), T0);
      expect((await store.implementationLog.withoutFiles(9)).map(({ task }) => task)).toEqual([taskId(1)]);
      await store.implementationLog.setFiles(taskId(1), ['src/a.ts']);
      await store.record(record(1, { seq: 2 }, { tasks }), T0);
      expect(await store.implementationLog.withoutFiles(9)).toEqual([]);
      await store.batches.remove(batchId(1));
      const page = await store.implementationLog.list({ project: PROJECT, limit: 1 });
      const next = await store.implementationLog.list({ project: PROJECT, limit: 1, cursor: page.nextCursor ?? '' });
      expect([...page.items, ...next.items].map(({ task, files }) => [task, files])).toEqual([
        [taskId(2), null],
        [taskId(1), ['src/a.ts']],
      ]);
      expect(next.nextCursor).toBeNull();
    });
  });
}
