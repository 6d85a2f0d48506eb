/** Events of its project, in the process of a handler: each once and in order, whoever dies; a listener harms only its task. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { tellHandlers } from '../../src/api/services/tell-handlers.ts';
import type { TaskToFreeze } from '../../src/contracts/host-door-kinds.ts';
import type { TaskId } from '../../src/contracts/ids.ts';
import { toKind } from '../../src/contracts/kinds.ts';
import { kindsDoor } from '../../src/host/door/kinds.ts';
import { progress } from '../../src/host/door/progress.ts';
import { readResult } from '../../src/host/kinds/result-file.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import { startInstallation } from '../support/installation.ts';
import type { TestInstallation } from '../support/installation.ts';
import { recorded, statuses } from '../support/night.ts';

const LISTENS = await readFile(new URL('../fixtures/handlers/listens-for.mjs', import.meta.url), 'utf8');
const FILES = {
  'README.md': '# Test\n',
  'nightloom.config.json': JSON.stringify({ handlers: ['./tools/listens.mjs'] }),
  'tools/listens.mjs': LISTENS,
};

let installation: TestInstallation;
let telling: { stop(): Promise<void> };
beforeAll(async () => {
  installation = await startInstallation(inject('temporalAddress'), { 'README.md': '# Test\n' });
  telling = startTelling();
}, 180_000);
afterAll(async () => {
  await telling.stop();
  await installation.stop();
});

/** A process with the journal, as the API is one. */
function startTelling(): { stop(): Promise<void> } {
  const { context, store } = installation;
  const door = kindsDoor(context.paths, context.masker, context.environment.raw);
  const stopping = new AbortController();
  const told = tellHandlers({ store, door, logger: silentLogger }, stopping.signal);
  return {
    stop: async () => {
      stopping.abort();
      await told;
    },
  };
}

const task = (name: string, params: Readonly<Record<string, unknown>> = {}): TaskToFreeze => {
  const kind = toKind(name);
  if (kind === null) throw new Error(`no kind can be called ${name}`);
  return { kind, params };
};

async function untilSaid(id: TaskId, said: string): Promise<void> {
  const { paths, masker } = installation.context;
  await vi.waitFor(async () => expect((await progress(paths, id, masker))?.lastTool).toBe(said), {
    timeout: 30_000,
    interval: 50,
  });
}

it('brings a handler each event of its project once and in order, through deaths of who tells and of the host worker', async () => {
  const project = await installation.project(FILES);
  const other = await installation.project(FILES);
  const listening = await project.createBatch([task('hears', { until: 'ends' })]);
  const before = await installation.store.events.lastSeq();
  await installation.command(listening.batch, 'start');
  const [listener] = listening.tasks;
  if (listener === undefined) throw new Error('no task was made');
  await untilSaid(listener, 'execute: listens');

  await telling.stop();
  const foreign = await other.createBatch([task('finishes')]);
  const first = await project.createBatch([task('finishes'), task('finishes')]);
  for (const { batch } of [foreign, first]) await installation.command(batch, 'start');
  for (const { batch } of [foreign, first]) await installation.until(batch, (each) => each.status === 'completed');
  await installation.workers.host.stop();
  await installation.workers.host.start();
  telling = startTelling();
  const second = startTelling();
  const last = await project.createBatch([task('ends')]);
  await installation.command(last.batch, 'start');
  const state = await installation.until(listening.batch, (each) => each.status === 'completed');
  await second.stop();

  expect(statuses(state)).toEqual(['completed']);
  const { paths, masker } = installation.context;
  const result = Object(readResult(paths, listener, 1, masker));
  const journal = await installation.store.events.after(before, { limit: 10_000 });
  const tasks = new Set<TaskId | null>([...listening.tasks, ...first.tasks, ...last.tasks]);
  const own = journal.filter((event) =>
    event.task === null ? event.batch === listening.batch : tasks.has(event.task),
  );
  const end = own.findIndex(({ type, task: ended }) => type === 'task.completed' && ended === last.tasks[0]);
  const from = own.findIndex(({ type }) => type === 'task.started');
  const wanted = own.slice(from, end + 1).map(({ seq, type, task: of }) => ({ seq, type, task: of }));
  expect(wanted.length).toBeGreaterThan(6);
  expect(result.heard).toEqual(wanted);
  expect(result.named).toEqual(expect.arrayContaining(['hears', 'execute']));
  // Its listener was taken off after the first.
  expect(result.named).not.toContain('finishes');
});

it('a listener that throws fails its own task and no other', async () => {
  const project = await installation.project(FILES);
  const { batch, tasks } = await project.createBatch([task('throws-at-events'), task('finishes')]);
  await installation.command(batch, 'start');
  const state = await installation.until(batch, (each) => each.status === 'completed');
  expect(statuses(state)).toEqual(['failed', 'completed']);
  const [first] = tasks;
  if (first === undefined) throw new Error('no task was made');
  expect((await recorded(installation, first)).failure?.message).toContain('this listener throws');
});
