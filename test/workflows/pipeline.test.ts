import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startInstallation } from '../support/installation.ts';
import type { TestInstallation } from '../support/installation.ts';
import { attemptsOf, pathsIn, recorded, runNight, sessionOfRun, statuses, subjects } from '../support/night.ts';

/** Green before any work, so that its failures count. */
const GREETING_IS_HELLO = '! test -e greeting.txt || grep -qx hello greeting.txt';

let installation: TestInstallation;
beforeAll(async () => {
  installation = await startInstallation(inject('temporalAddress'), { 'README.md': '# Test\n' });
});
afterAll(() => installation.stop());

describe('verification', () => {
  it('passes after a fix round in the same session', async () => {
    const scripts = { greet: ['write greeting.txt helo', 'on fix 1:', 'write greeting.txt hello'] };
    const { repository, tasks, state } = await runNight(installation, scripts, { verify: [GREETING_IS_HELLO] });
    expect(statuses(state)).toEqual(['completed']);
    expect(await repository.git(['show', 'nightloom/night:greeting.txt'])).toBe('hello');
    const [task] = tasks;
    expect(await recorded(installation, task)).toMatchObject({ verified: 'passed', failure: null });
    const attempts = await attemptsOf(installation, task);
    expect(attempts).toHaveLength(1);
    expect(attempts[0]).toMatchObject({ fixes: 1, outcome: 'succeeded', checks: [{ passed: true }] });
    if (task === undefined) throw new Error('no task');
    expect(sessionOfRun(installation, task, 1, 'fix-1')).toBe(sessionOfRun(installation, task, 1, 'agent'));
  });

  it('[P2] [P3] fails for good: work kept as a ref, branch clean, requirement still there, the next task runs', async () => {
    const scripts = {
      bad: ['write greeting.txt a', 'on fix 1:', 'write greeting.txt b', 'on fix 2:', 'write greeting.txt c'],
      good: ['write other.txt 1'],
    };
    const { repository, tasks, state } = await runNight(installation, scripts, { verify: [GREETING_IS_HELLO] });
    expect(statuses(state)).toEqual(['failed', 'completed']);
    const details = await recorded(installation, tasks[0]);
    expect(details.failure).toMatchObject({ code: 'verification_failed', step: 'verify' });
    expect(details.verified).toBe('failed');
    expect(await subjects(repository)).toEqual(['Auto-commit: good']);
    expect(await pathsIn(repository, 'nightloom/night')).toEqual(['.claude/commands/bad.md', 'README.md', 'other.txt']);
    expect(details.salvageRef).toBe(`refs/nightloom/salvage/${tasks[0]}/1`);
    expect(await repository.git(['show', `${details.salvageRef}:greeting.txt`])).toBe('c');
    expect(await repository.read('.claude/commands/bad.md')).not.toBeNull();
  });

  it('stops fixing when a fix changes nothing', async () => {
    const scripts = { greet: ['write greeting.txt helo'] };
    const { tasks, state } = await runNight(installation, scripts, {
      verify: [GREETING_IS_HELLO],
      limits: { maxFixes: 5 },
    });
    expect(statuses(state)).toEqual(['failed']);
    expect((await recorded(installation, tasks[0])).failure?.message).toContain('changed nothing');
    expect((await attemptsOf(installation, tasks[0]))[0]?.fixes).toBe(1);
  });

  it('reports a command that was red before and does not count it', async () => {
    const { tasks, state } = await runNight(
      installation,
      { a: ['write a.txt 1'] },
      { verify: ['test -e never', 'true'] },
    );
    expect(statuses(state)).toEqual(['completed']);
    expect(Object.values(state.workspaces)[0]?.redBaseline).toEqual(['test -e never']);
    const [attempt] = await attemptsOf(installation, tasks[0]);
    expect(attempt?.checks).toMatchObject([
      { command: 'test -e never', passed: false, baseline: 'failed' },
      { command: 'true', passed: true, baseline: 'passed' },
    ]);
  });
});

describe('the agent', () => {
  it.each([
    ['changes nothing', ['say nothing to do'], 'no_change'],
    ['ends with exit code 0 and no result', ['write a.txt 1', 'exit 0'], 'no_result'],
    [
      'leaves the branch for one that does not build on it',
      ['write a.txt 1', 'run git checkout -q --orphan o && git add -A && git commit -qm o'],
      'left_branch',
    ],
  ])('%s: failed', async (_what, lines, code) => {
    const { repository, tasks, state } = await runNight(
      installation,
      { a: lines, b: ['write b.txt 1'] },
      { attempts: 1 },
    );
    expect(statuses(state)).toEqual(['failed', 'completed']);
    expect((await recorded(installation, tasks[0])).failure?.code).toBe(code);
    expect(await subjects(repository)).toEqual(['Auto-commit: b']);
    expect(await pathsIn(repository, 'nightloom/night')).toEqual(['.claude/commands/a.md', 'README.md', 'b.txt']);
  });

  it('[P2] may commit by itself: there is one commit all the same', async () => {
    const { repository, state } = await runNight(installation, {
      a: ['write a.txt 1', 'commit Mine', 'write b.txt 2', 'commit Mine too'],
    });
    expect(statuses(state)).toEqual(['completed']);
    expect(await subjects(repository)).toEqual(['Auto-commit: a']);
    expect(await pathsIn(repository, 'nightloom/night')).toEqual(['README.md', 'a.txt', 'b.txt']);
  });

  it('[P2] may switch to a branch of its own: the commit is on ours', async () => {
    const { repository, state } = await runNight(installation, { a: ['switch mine', 'write a.txt 1', 'commit Mine'] });
    expect(statuses(state)).toEqual(['completed']);
    expect(await subjects(repository)).toEqual(['Auto-commit: a']);
    expect(await repository.git(['rev-parse', '--abbrev-ref', 'HEAD'])).toBe('main');
  });

  it('works once more after a failure, in a fresh session and on a clean tree', async () => {
    const scripts = { a: ['write partial.txt 1', 'fail no luck', 'on attempt 2:', 'write done.txt 2'] };
    const { repository, tasks, state } = await runNight(installation, scripts, { attempts: 2 });
    expect(state.tasks[0]).toMatchObject({ status: 'completed', attempt: 2, spent: 1 });
    const attempts = await attemptsOf(installation, tasks[0]);
    expect(attempts.map((each) => each.outcome)).toEqual(['failed', 'succeeded']);
    expect(attempts[0]?.sessionId).not.toBe(attempts[1]?.sessionId);
    expect(await pathsIn(repository, 'nightloom/night')).toEqual(['README.md', 'done.txt']);
    expect(await repository.git(['show', `refs/nightloom/salvage/${tasks[0]}/1:partial.txt`])).toBe('1');
  });

  it('goes on in the same session when it is out of turns', async () => {
    const scripts = { a: ['write a.txt 1', 'out-of-turns', 'write b.txt 2'] };
    const { repository, tasks, state } = await runNight(installation, scripts);
    expect(state.tasks[0]).toMatchObject({ status: 'completed', attempt: 1 });
    expect(state.tasks[0]?.spent).toBeUndefined();
    expect(await pathsIn(repository, 'nightloom/night')).toEqual(['README.md', 'a.txt', 'b.txt']);
    const [task] = tasks;
    if (task === undefined) throw new Error('no task');
    expect(sessionOfRun(installation, task, 1, 'continue-1')).toBe(sessionOfRun(installation, task, 1, 'agent'));
    expect((await recorded(installation, task)).continuations).toBe(1);
  });

  it('is not continued without end', async () => {
    const scripts = { a: ['write a.txt 1', 'out-of-turns', 'out-of-turns', 'out-of-turns', 'write b.txt 2'] };
    const { tasks, state } = await runNight(installation, scripts);
    expect(statuses(state)).toEqual(['failed']);
    expect((await recorded(installation, tasks[0])).failure).toMatchObject({ code: 'out_of_turns', step: 'agent' });
    expect((await recorded(installation, tasks[0])).continuations).toBe(1);
  });
});

describe('around the agent', () => {
  it('[P2] [P3] a hook that rejects the commit fails the task and gives the requirement back', async () => {
    const project = await installation.project({
      'README.md': '# Test\n',
      '.claude/commands/a.md': '# a\n\n```script\nwrite a.txt 1\n```\n',
    });
    await project.repository.hook('pre-commit', 'echo "no commits at night"; exit 1');
    const { batch, tasks } = await project.createBatch(['a']);
    await installation.command(batch, 'start');
    const state = await installation.until(batch, (each) => each.status === 'completed');
    expect(statuses(state)).toEqual(['failed']);
    const { failure, salvageRef } = await recorded(installation, tasks[0]);
    expect(failure).toMatchObject({ code: 'commit_rejected', step: 'commit' });
    expect(failure?.message).toContain('no commits at night');
    expect(await subjects(project.repository)).toEqual([]);
    expect(await pathsIn(project.repository, salvageRef ?? '')).toContain('.claude/commands/a.md');
    expect(await project.repository.read('.claude/commands/a.md')).not.toBeNull();
  });

  it('a failing set-up holds the batch with its output, and goes on once it is repaired', async () => {
    const project = await installation.project({
      'README.md': '# Test\n',
      '.claude/commands/a.md': '# a\n\n```script\nwrite a.txt 1\n```\n',
    });
    const flag = `${project.repository.root}/repaired`;
    const { batch, tasks } = await project.createBatch(['a'], { setup: [`echo broken dependencies; test -e ${flag}`] });
    await installation.command(batch, 'start');
    const held = await installation.until(batch, (each) => each.hold !== null);
    expect(held.hold?.reason).toBe('environment');
    expect(held.hold?.message).toContain('broken dependencies');
    expect(held.tasks[0]).toMatchObject({ status: 'waiting' });
    expect(held.tasks[0]?.spent).toBeUndefined();
    await project.repository.write('repaired', '', { in: project.repository.root });
    await installation.command(batch, 'skipWait');
    const state = await installation.until(batch, (each) => each.status === 'completed');
    expect(statuses(state)).toEqual(['completed']);
    expect((await recorded(installation, tasks[0])).waits).toMatchObject([{ kind: 'environment' }]);
  });

  it('a set-up that is corrected in the project file counts when the batch goes on', async () => {
    const project = await installation.project({
      'README.md': '# Test\n',
      'nightloom.config.json': JSON.stringify({ setup: ['false'] }),
      '.claude/commands/a.md': '# a\n\n```script\nwrite a.txt 1\n```\n',
    });
    const { batch } = await project.createBatch(['a']);
    await installation.command(batch, 'start');
    await installation.until(batch, (each) => each.hold !== null);
    await project.repository.write('nightloom.config.json', JSON.stringify({ setup: ['true'] }));
    await project.trust();
    await installation.command(batch, 'resume');
    const state = await installation.until(batch, (each) => each.status === 'completed');
    expect(statuses(state)).toEqual(['completed']);
  });

  it('settings with mistakes hold the batch instead of failing every task', async () => {
    const project = await installation.project({
      'README.md': '# Test\n',
      'nightloom.config.json': JSON.stringify({ setpu: ['true'] }),
      '.claude/commands/a.md': '# a\n\n```script\nwrite a.txt 1\n```\n',
    });
    const { batch } = await project.createBatch(['a']);
    await installation.command(batch, 'start');
    const held = await installation.until(batch, (each) => each.hold !== null);
    expect(held.hold).toMatchObject({ reason: 'environment' });
    await project.repository.write('nightloom.config.json', '{}');
    await project.trust();
    await installation.command(batch, 'skipWait');
    await installation.until(batch, (each) => each.status === 'completed');
  });

  it('[P2] a worktree that was removed in the night is made again', async () => {
    const project = await installation.project({
      'README.md': '# Test\n',
      '.claude/commands/a.md': '# a\n\n```script\nsleep 500ms\nwrite a.txt 1\n```\n',
      '.claude/commands/b.md': '# b\n\n```script\nwrite b.txt 1\n```\n',
    });
    const { batch, tasks } = await project.createBatch(['a', 'b']);
    await installation.command(batch, 'start');
    await installation.until(batch, (each) => each.tasks[0]?.status === 'running');
    await installation.pause(batch, false);
    const paused = await installation.until(batch, (each) => each.tasks[0]?.status === 'completed');
    expect(statuses(paused)).toEqual(['completed', 'queued']);
    const tree = `${installation.context.paths.worktrees}/${batch}`;
    await project.repository.git(['worktree', 'remove', '--force', `${tree}/${project.id}`]);
    await installation.command(batch, 'resume');
    await installation.until(batch, (each) => each.hold !== null || each.status === 'completed');
    await installation.command(batch, 'skipWait');
    const done = await installation.until(batch, (each) => each.status === 'completed');
    expect(statuses(done)).toEqual(['completed', 'completed']);
    expect(await subjects(project.repository)).toEqual(['Auto-commit: b', 'Auto-commit: a']);
    expect((await recorded(installation, tasks[1])).commit).not.toBeNull();
  });

  it.each([
    ['stop', 'skipped', 'completed'],
    ['pause', 'queued', 'paused'],
  ] as const)('after a failure: %s', async (onFailure, rest, status) => {
    const project = await installation.project({
      'README.md': '# Test\n',
      '.claude/commands/a.md': '# a\n\n```script\nfail no\n```\n',
      '.claude/commands/b.md': '# b\n\n```script\nwrite b.txt 1\n```\n',
    });
    const { batch } = await project.createBatch(['a', 'b'], { attempts: 1 }, onFailure);
    await installation.command(batch, 'start');
    const state = await installation.until(batch, (each) => each.status === status);
    expect(statuses(state)).toEqual(['failed', rest]);
    if (status === 'paused') await installation.command(batch, 'cancel');
  });
});
