/** Kinds that a project defines itself: what they are handed, and that whatever they do harms only their own task. */
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { toKind } from '../../src/contracts/kinds.ts';
import type { TaskToFreeze } from '../../src/contracts/host-door-kinds.ts';
import type { SettingsOverrides } from '../../src/contracts/settings.ts';
import { progress } from '../../src/host/door/progress.ts';
import { readResult } from '../../src/host/kinds/result-file.ts';
import { startInstallation } from '../support/installation.ts';
import type { TestInstallation } from '../support/installation.ts';
import { findMarked } from '../support/marked-processes.ts';
import { pathsIn, recorded, statuses, subjects } from '../support/night.ts';

const ODD = await readFile(new URL('../fixtures/handlers/odd.mjs', import.meta.url), 'utf8');
const COUNT = await readFile(new URL('../../examples/handlers/count-lines.mjs', import.meta.url), 'utf8');

let installation: TestInstallation;
beforeAll(async () => {
  installation = await startInstallation(inject('temporalAddress'), { 'README.md': '# Test\n' });
}, 180_000);
afterAll(() => installation.stop());

const task = (name: string, params: Readonly<Record<string, unknown>> = {}): TaskToFreeze => {
  const kind = toKind(name);
  if (kind === null) throw new Error(`no kind can be called ${name}`);
  return { kind, params };
};

async function queue(wanted: TaskToFreeze[], flags: SettingsOverrides = {}, token: string | null = null) {
  const config = { handlers: ['./tools/odd.mjs', './tools/count-lines.mjs'], verify: ['true'] };
  const project = await installation.project({
    'README.md': '# Test\n',
    'nightloom.config.json': JSON.stringify(config),
    'tools/odd.mjs': ODD,
    'tools/count-lines.mjs': COUNT,
  });
  if (token !== null) {
    const file = join(project.repository.directory, '.nightloom', 'credentials.json');
    await mkdir(dirname(file));
    await writeFile(file, JSON.stringify({ githubToken: token }), { mode: 0o600 });
  }
  return { project, ...(await project.createBatch(wanted, flags)) };
}

async function run(wanted: TaskToFreeze[], flags: SettingsOverrides = {}, token: string | null = null) {
  const { project, batch, tasks } = await queue(wanted, flags, token);
  await installation.command(batch, 'start');
  const state = await installation.until(batch, (each) => each.status === 'completed', 100_000);
  const { paths, masker } = installation.context;
  return {
    project,
    batch,
    tasks,
    state,
    results: tasks.map((each) => readResult(paths, each, 1, masker)),
    failures: await Promise.all(tasks.map(async (each) => (await recorded(installation, each)).failure)),
  };
}

const COUNTS = task('count-lines', { ending: '.md', write: 'lines.txt' });

describe('a handler', () => {
  it('works in the tree; what it changed is verified and committed, what it returns is kept', async () => {
    const { project, state, results } = await run([COUNTS, COUNTS]);
    expect(statuses(state)).toEqual(['completed', 'completed']);
    expect(results).toEqual([
      { files: 1, lines: 2, more: null },
      { files: 1, lines: 2, more: 0 },
    ]);
    expect(await pathsIn(project.repository, 'nightloom/night')).toContain('lines.txt');
    expect(await subjects(project.repository)).toHaveLength(1);
  });

  it('is handed its task, its project and nothing of others; what cannot be had fails when it is used', async () => {
    const flags = { env: { MY_SECRET: 'only-mine' } };
    const { project, batch, tasks, results } = await run([task('looks', { a: 1 })], flags);
    expect(results[0]).toMatchObject({
      id: tasks[0],
      params: { a: 1 },
      metadata: { kind: 'looks', attempt: 1, batchId: batch },
      project: { id: project.id, checkout: project.repository.directory },
      credentials: { githubToken: null },
      visits: 0,
      github: 'components.github: there is no GitHub token for this project.',
      verify: [{ command: 'true' }],
      ids: ['NIGHTLOOM_PROJECT_ID', 'NIGHTLOOM_WORKER_ID', 'POPPOBUILDER_PROJECT_ID', 'POPPOBUILDER_WORKER_ID'],
      secrets: ['only-mine'],
    });
    const { projectPath, cwd, temporaryDirectory } = Object(results[0]);
    expect(cwd).toBe(projectPath);
    expect(projectPath).not.toBe(project.repository.directory);
    await expect(readdir(temporaryDirectory)).rejects.toThrow('ENOENT');
  });
});

describe('a handler at work', () => {
  it('shows what it is at, and is told by its signal that it is cancelled; its work is kept', async () => {
    const { project, batch, tasks } = await queue([task('listens')]);
    const [first] = tasks;
    if (first === undefined) throw new Error('no task was made');
    await installation.command(batch, 'start');
    const { paths, masker } = installation.context;
    await vi.waitFor(
      async () => expect((await progress(paths, first, masker))?.lastTool).toBe('execute: waits for the signal'),
      { timeout: 60_000, interval: 100 },
    );
    await installation.send(batch, 'cancelTask', (command) => ({ ...command, taskId: first }));
    await installation.until(batch, (each) => each.status === 'completed');
    const { salvageRef } = await recorded(installation, first);
    expect(await project.repository.git(['show', `${salvageRef}:stopped.txt`])).toBe('true');
  });

  it('says in the journal when what was around it is gone', async () => {
    const { tasks } = await run([COUNTS]);
    const events = await installation.store.events.after(0, { limit: 10_000 });
    const ours = events.filter((event) => event.task === tasks[0]).map((event) => event.type);
    expect(ours.filter((type) => type !== 'task.progress')).toEqual([
      'task.started',
      'task.completed',
      'context.cleaned',
    ]);
  });
});

describe('two projects at once', () => {
  it('see nothing of each other: environment, kept values, folders, process list', async () => {
    const [one, other] = await Promise.all(
      ['first-secret', 'second-secret'].map((secret) =>
        run([task('looks'), task('looks')], { env: { MY_SECRET: secret } }, `token-of-${secret}`),
      ),
    );
    for (const [mine, own, theirs] of [
      [one, 'first-secret', 'second-secret'],
      [other, 'second-secret', 'first-secret'],
    ] as const) {
      const github = expect.stringMatching(/^components\.github: The remote "origin" of .* is no repository at/);
      expect(mine?.results).toMatchObject([
        { secrets: [own], credentials: { githubToken: `token-of-${own}` } },
        { github },
      ]);
      expect(mine?.results.map((each) => Object(each).visits)).toEqual([0, 1]);
      expect(mine?.results.map((each) => Object(each).processes)).toEqual([[], []]);
      expect(JSON.stringify(mine?.results)).not.toContain(theirs);
    }
    const values = await readdir(join(installation.home, 'values'));
    expect(values).toEqual(expect.arrayContaining([one?.project.id, other?.project.id]));
  });
});

describe('a handler that misbehaves harms only its own task:', () => {
  const GOOD = task('declines');
  it.each([
    ['throws', 'this handler throws'],
    ['rejects-later', 'nobody caught this'],
    ['exits', 'ended its process before it returned'],
    ['kills-itself', 'SIGKILL'],
    ['never-returns', 'ended its process before it returned'],
    ['returns-nothing', 'must return {success, data}'],
    ['too-large', 'no JSON of at most'],
  ])('%s', async (name, message) => {
    const { state, failures } = await run([task(name), COUNTS]);
    expect(statuses(state)).toEqual(['failed', 'completed']);
    expect(failures[0]?.message).toContain(message);
  });

  it('one that holds up its process is ended when its time is up', async () => {
    const { state, failures } = await run([task('spins'), COUNTS], { agent: { timeout: '2s' } });
    expect(statuses(state)).toEqual(['failed', 'completed']);
    expect(failures[0]).toMatchObject({ code: 'timed_out' });
  });

  it('[P5] what it leaves running ends with it', async () => {
    const { state, results, tasks } = await run([task('leaks')]);
    expect(statuses(state)).toEqual(['completed']);
    expect(results[0]).toMatchObject({ pid: expect.any(Number) });
    expect(await findMarked(`${installation.context.installation}/${tasks[0]}/`)).toEqual([]);
  });

  it('that declines leaves its reason and its data', async () => {
    const { state, failures, results } = await run([GOOD]);
    expect(statuses(state)).toEqual(['failed']);
    expect(failures[0]?.message).toContain('not today');
    expect(results[0]).toEqual({ why: 'rain' });
  });
});
