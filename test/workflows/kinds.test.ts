/** Tasks that are no requirements, beside some that are: what they run, what they commit, what they leave. */
import { rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { TaskToFreeze } from '../../src/contracts/host-door-kinds.ts';
import type { BatchId } from '../../src/contracts/ids.ts';
import type { SettingsOverrides } from '../../src/contracts/settings.ts';
import { readResult } from '../../src/host/kinds/result-file.ts';
import { script, startInstallation } from '../support/installation.ts';
import type { TestInstallation } from '../support/installation.ts';
import { attemptsOf, filesOf, pathsIn, recorded, statuses, subjects } from '../support/night.ts';

let installation: TestInstallation;
beforeAll(async () => {
  installation = await startInstallation(inject('temporalAddress'), { 'README.md': '# Test\n' });
});
afterAll(() => installation.stop());

const command = (program: string, args: string[], options: object = {}): TaskToFreeze => ({
  kind: 'custom-command',
  params: { command: program, args, options },
});
const shell = (text: string, options: object = {}): TaskToFreeze => command('/bin/sh', ['-c', text], options);
const told = (instructions: string): TaskToFreeze => ({ kind: 'claude-cli', params: { instructions } });

async function run(wanted: (string | TaskToFreeze)[], flags: SettingsOverrides = {}) {
  const project = await installation.project(filesOf({ a: ['write a.txt 1'] }));
  const { batch, tasks } = await project.createBatch(wanted, flags);
  await installation.command(batch, 'start');
  const state = await installation.until(batch, (each) => each.status === 'completed');
  const { paths, masker } = installation.context;
  const results = tasks.map((task) => readResult(paths, task, 1, masker));
  return { repository: project.repository, tasks, state, results };
}

describe('custom-command', () => {
  it('[P2] commits what it changed, beside requirements and without one in its trailers', async () => {
    const { repository, tasks, state, results } = await run([shell('echo hi; echo made > made.txt'), 'a']);
    expect(statuses(state)).toEqual(['completed', 'completed']);
    expect(await subjects(repository)).toEqual(['Auto-commit: a', 'Auto-commit: custom-command']);
    expect(await pathsIn(repository, 'nightloom/night')).toEqual(['README.md', 'a.txt', 'made.txt']);
    const body = await repository.git(['log', '-1', '--format=%B', 'nightloom/night~1']);
    expect(body).toContain(`Nightloom-Task: ${tasks[0]}`);
    expect(body).not.toContain('Nightloom-Requirement');
    expect(results).toEqual([{ exitCode: 0, stdout: 'hi\n', stderr: '', durationMs: expect.any(Number) }, null]);
  });

  it('completes without a commit, and without verification, when nothing changed', async () => {
    const { repository, tasks, state } = await run([command('true', [])], { verify: ['test ! -e never'] });
    expect(statuses(state)).toEqual(['completed']);
    expect(await recorded(installation, tasks[0])).toMatchObject({ commit: null, verified: 'none' });
    expect(await subjects(repository)).toEqual([]);
  });

  it('gets its arguments without a shell, its stdin, its environment and a folder inside the workspace', async () => {
    const { results } = await run([
      command('printf', ['%s\n', '$HOME; rm -rf .', '*']),
      shell('cat; printf "%s %s" "$WHO" "${PWD##*/}"', { stdin: 'in:', env: { WHO: 'me' }, cwd: '.claude' }),
    ]);
    expect(results).toMatchObject([{ stdout: '$HOME; rm -rf .\n*\n' }, { stdout: 'in:me .claude' }]);
  });

  it('fails once with its exit code; its work is kept, and the next task runs', async () => {
    const { repository, tasks, state, results } = await run([shell('echo x > x.txt; echo bad >&2; exit 3'), 'a']);
    expect(statuses(state)).toEqual(['failed', 'completed']);
    expect((await recorded(installation, tasks[0])).failure).toMatchObject({ message: 'Exit 3: bad' });
    expect(await attemptsOf(installation, tasks[0])).toHaveLength(1);
    expect(results[0]).toMatchObject({ exitCode: 3, stderr: 'bad\n' });
    expect(await subjects(repository)).toEqual(['Auto-commit: a']);
  });

  it('is not repaired by anybody when its verification is red', async () => {
    const { tasks, state } = await run([shell('echo x > x.txt')], { verify: ['test ! -e x.txt'] });
    expect(statuses(state)).toEqual(['failed']);
    expect((await recorded(installation, tasks[0])).failure).toMatchObject({ code: 'verification_failed' });
  });

  it('is ended with its whole tree when its own time is up', async () => {
    const { tasks, state } = await run([shell('sleep 60 & sleep 60', { timeoutMs: 1000 })]);
    expect(statuses(state)).toEqual(['failed']);
    expect((await recorded(installation, tasks[0])).failure).toMatchObject({ code: 'timed_out' });
  });

  it.each([['../..'], ['/etc'], ['nowhere']])('does not start in %s', async (cwd) => {
    const { tasks, state } = await run([command('true', [], { cwd })]);
    expect(statuses(state)).toEqual(['failed']);
    expect((await recorded(installation, tasks[0])).failure).toMatchObject({ code: 'could_not_run' });
  });
});

describe('claude-cli', () => {
  it('tells the agent the instructions; what it changed is verified and committed, its last words are the result', async () => {
    const instructions = script('Say it', 'write said.txt hello', 'say all done');
    const { repository, state, results } = await run([told(instructions)], { verify: ['true'] });
    expect(statuses(state)).toEqual(['completed']);
    expect(await pathsIn(repository, 'nightloom/night')).toContain('said.txt');
    expect(results[0]).toMatchObject({ text: expect.stringMatching(/\w/) });
  });

  it('is ended when its own time is up', async () => {
    const params = { instructions: script('Sleep', 'sleep 60s'), timeoutMs: 1000 };
    const { state, tasks } = await run([{ kind: 'claude-cli', params }], { attempts: 1 });
    expect(statuses(state)).toEqual(['failed']);
    expect((await recorded(installation, tasks[0])).failure).toMatchObject({ code: 'timed_out' });
  });

  it('may change nothing', async () => {
    const { state, tasks } = await run([told(script('Look', 'say it is fine'))]);
    expect(statuses(state)).toEqual(['completed']);
    expect((await recorded(installation, tasks[0])).commit).toBeNull();
  });
});

describe('a task by itself', () => {
  it('is a workflow named after the task, and no batch that a list shows', async () => {
    const { createBatch, id } = await installation.project(filesOf({}));
    const { batch, tasks } = await createBatch([command('true', [])], {}, 'continue', 'alone', true);
    await installation.command(batch, 'start');
    await installation.until(batch, (state) => state.status === 'completed');
    const { client } = installation.temporal;
    const workflowId = `${installation.context.installation}:task:${tasks[0]}`;
    expect(await client.workflow.getHandle(workflowId).describe()).toMatchObject({ type: 'taskWorkflow' });
    const { items } = await installation.store.batches.list({ project: id, limit: 10 });
    expect(items).toEqual([]);
    expect(await installation.store.tasks.list({ project: id, limit: 10 })).toMatchObject({ items: [{ batch }] });
  });

  it('waits for one of the background places, of which a night takes none', async () => {
    const { createBatch, repository } = await installation.project(filesOf({ a: ['write a.txt 1'] }));
    const gate = `${repository.directory}.gate`;
    const wait = shell(`until test -e ${gate}; do sleep 0.1; done`);
    const alone: BatchId[] = [];
    for (let index = 0; index < 4; index += 1) {
      const { batch } = await createBatch([wait], {}, 'continue', 'alone', true);
      await installation.command(batch, 'start');
      await installation.until(batch, ({ lane }) => lane.status === 'held' || lane.wait !== null);
      alone.push(batch);
    }
    const last = await installation.until(alone[3] ?? never(), ({ lane }) => lane.wait !== null);
    expect(last.lane.wait).toEqual({ why: 'lanes_full', place: 1 });
    const night = await createBatch(['a'], {}, 'continue', 'night');
    await installation.command(night.batch, 'start');
    await installation.until(night.batch, ({ status }) => status === 'completed');
    await writeFile(gate, '');
    for (const batch of alone) await installation.until(batch, ({ status }) => status === 'completed');
    await rm(gate);
  });
});

function never(): never {
  throw new Error('there is no such batch');
}
