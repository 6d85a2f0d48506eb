import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { BatchId, TaskId } from '../../src/contracts/ids.ts';
import { findMarked } from '../support/marked-processes.ts';
import { startInstallation } from '../support/installation.ts';
import type { TestInstallation } from '../support/installation.ts';
import { attemptsOf, filesOf, pathsIn, recorded, startNight, statuses, subjects } from '../support/night.ts';

let installation: TestInstallation;
beforeEach(async () => {
  installation = await startInstallation(inject('temporalAddress'), { 'README.md': '# Test\n' });
});
afterEach(() => installation.stop());

/** Waits until the agent of the task runs. */
async function agentRuns(batch: BatchId, task: TaskId | undefined): Promise<void> {
  await installation.until(batch, (each) => each.tasks.find(({ id }) => id === task)?.status === 'running');
  await expect
    .poll(() => findMarked(`${installation.context.installation}/${task}/`), { timeout: 10_000 })
    .not.toEqual([]);
}

function processesOf(task: TaskId | undefined): Promise<number[]> {
  return findMarked(`${installation.context.installation}/${task}/`);
}

describe('pause', () => {
  it('[P6] lets the running task end with its verification, and starts no other', async () => {
    const scripts = { a: ['sleep 700ms', 'write a.txt 1'], b: ['write b.txt 1'] };
    const { batch, tasks } = await startNight(installation, scripts, { verify: ['sleep 0.3'] });
    await agentRuns(batch, tasks[0]);
    const outcome = await installation.pause(batch, false);
    expect(outcome).toMatchObject({ answer: { result: 'applied', status: 'paused', running: tasks[0] } });
    const paused = await installation.until(batch, (each) => each.tasks[0]?.status === 'completed');
    expect(paused).toMatchObject({ status: 'paused' });
    expect((await recorded(installation, tasks[0])).verified).toBe('passed');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(statuses(await installation.batches.state(batch))).toEqual(['completed', 'queued']);
    await installation.command(batch, 'resume');
    await installation.until(batch, (each) => each.status === 'completed');
  });

  it('[P5] [P6] now: the agent is gone, its work stays, and resume goes on in the same session', async () => {
    const scripts = { a: ['write a.txt 1', 'sleep 60s', 'write b.txt 2'], b: ['write c.txt 1'] };
    const { batch, tasks, repository } = await startNight(installation, scripts);
    await agentRuns(batch, tasks[0]);
    await expect.poll(async () => await repository.git(['worktree', 'list'])).toContain(batch);
    await installation.pause(batch, true);
    const paused = await installation.until(batch, (each) => each.tasks[0]?.status === 'queued', 15_000);
    expect(paused.status).toBe('paused');
    expect(await processesOf(tasks[0])).toEqual([]);
    const [first] = await attemptsOf(installation, tasks[0]);
    expect(first).toMatchObject({ outcome: 'stopped' });
    expect(first?.sessionId).toMatch(/^[0-9a-f-]{36}$/);

    await installation.command(batch, 'resume');
    await agentRuns(batch, tasks[0]);
    await installation.pause(batch, true);
    const again = await installation.until(batch, (each) => each.tasks[0]?.status === 'queued', 15_000);
    expect(again.tasks[0]).toMatchObject({ attempt: 2 });
    const attempts = await attemptsOf(installation, tasks[0]);
    expect(attempts[1]?.sessionId).toBe(first?.sessionId);
    expect(again.tasks[0]?.spent).toBeUndefined();
    await installation.command(batch, 'cancel');
    await installation.until(batch, (each) => each.completedAtMs !== null);
    const { salvageRef } = await recorded(installation, tasks[0]);
    expect(await repository.git(['show', `${salvageRef}:a.txt`])).toBe('1');
  });

  it('now, while the set-up of the workspace runs: nothing is left of it, and resume does it again', async () => {
    const scripts = { a: ['write a.txt 1'] };
    const { batch, repository } = await startNight(installation, scripts, { setup: ['sleep 2'] });
    const prefix = `${installation.context.installation}/${batch}/`;
    await expect.poll(() => findMarked(prefix), { timeout: 10_000 }).not.toEqual([]);
    await installation.pause(batch, true);
    await installation.until(batch, (each) => each.tasks[0]?.status === 'queued', 15_000);
    expect(await findMarked(prefix)).toEqual([]);
    await installation.command(batch, 'resume');
    const state = await installation.until(batch, (each) => each.status === 'completed');
    expect(statuses(state)).toEqual(['completed']);
    expect(await subjects(repository)).toEqual(['Auto-commit: a']);
  });

  it('[P5] now, while a verification command runs: it is gone', async () => {
    const { batch, tasks } = await startNight(
      installation,
      { a: ['write a.txt 1'] },
      { verify: ['test ! -e a.txt || sleep 30'] },
    );
    await installation.until(batch, (each) => Object.values(each.details).some((details) => details.step === 'verify'));
    await expect.poll(() => processesOf(tasks[0]), { timeout: 10_000 }).not.toEqual([]);
    await installation.pause(batch, true);
    await installation.until(batch, (each) => each.tasks[0]?.status === 'queued', 15_000);
    expect(await processesOf(tasks[0])).toEqual([]);
    await installation.command(batch, 'cancel');
    const state = await installation.until(batch, (each) => each.completedAtMs !== null);
    expect(statuses(state)).toEqual(['cancelled']);
  });
});

describe('cancel', () => {
  it('[P2] [P5] of a running batch: process gone, tree clean, work kept, the rest cancelled', async () => {
    const scripts = { a: ['write a.txt 1', 'ignore-term', 'spawn-escaped 60s', 'sleep 60s'], b: ['write b.txt 1'] };
    const { batch, tasks, repository } = await startNight(installation, scripts);
    await agentRuns(batch, tasks[0]);
    await expect.poll(async () => (await processesOf(tasks[0])).length, { timeout: 10_000 }).toBeGreaterThan(1);
    await installation.command(batch, 'cancel');
    const state = await installation.until(batch, (each) => each.completedAtMs !== null, 15_000);
    expect(await processesOf(tasks[0])).toEqual([]);
    expect(state.status).toBe('cancelled');
    expect(statuses(state)).toEqual(['cancelled', 'cancelled']);
    const { salvageRef } = await recorded(installation, tasks[0]);
    expect(await repository.git(['show', `${salvageRef}:a.txt`])).toBe('1');
    expect(await subjects(repository)).toEqual([]);
    expect(await repository.git(['worktree', 'list'])).not.toContain(batch);
    expect(await repository.git(['status', '--porcelain'])).toBe('');
  });

  it('of the running task: the next one runs', async () => {
    const scripts = { a: ['write a.txt 1', 'sleep 60s'], b: ['write b.txt 1'], last: ['sleep 60s'] };
    const { batch, tasks, repository } = await startNight(installation, scripts);
    await agentRuns(batch, tasks[0]);
    const [first, next, last] = tasks;
    if (first === undefined || next === undefined || last === undefined) throw new Error('no tasks');
    const cancel = (taskId: TaskId) => installation.send(batch, 'cancelTask', (command) => ({ ...command, taskId }));
    await cancel(first);
    await installation.until(batch, (each) => each.tasks[1]?.status === 'completed');
    await expect(cancel(next)).rejects.toMatchObject({ code: 'illegal_transition' });
    await cancel(last);
    const state = await installation.until(batch, (each) => each.status === 'completed');
    expect(statuses(state)).toEqual(['cancelled', 'completed', 'cancelled']);
    expect(await subjects(repository)).toEqual(['Auto-commit: b']);
    expect(await pathsIn(repository, 'nightloom/night')).toEqual([
      '.claude/commands/a.md',
      '.claude/commands/last.md',
      'README.md',
      'b.txt',
    ]);
  });

  it('[P7] of a task that waits with work in the tree: the work is kept, and what is known of the task stays', async () => {
    const scripts = { a: ['write a.txt 1', 'cost 0.5', 'limit 1h'], b: ['write b.txt 1'] };
    const { batch, tasks, repository } = await startNight(installation, scripts);
    await installation.until(batch, (each) => each.hold !== null);
    const [taskId] = tasks;
    if (taskId === undefined) throw new Error('no task');
    await installation.send(batch, 'cancelTask', (command) => ({ ...command, taskId }));
    await installation.command(batch, 'skipWait');
    const state = await installation.until(batch, (each) => each.status === 'completed');
    expect(statuses(state)).toEqual(['cancelled', 'completed']);
    expect(await pathsIn(repository, 'nightloom/night')).toEqual(['.claude/commands/a.md', 'README.md', 'b.txt']);
    const details = await recorded(installation, taskId);
    expect(await repository.git(['show', `${details.salvageRef}:a.txt`])).toBe('1');
    expect(details.costUsd).toBeCloseTo(0.5);
    expect(details.startedAtMs).not.toBeNull();
    expect(details.waits).toHaveLength(1);
  });

  it('[P7] of a task whose tree another one has got meanwhile: that one keeps its own', async () => {
    const scripts = { a: ['write a.txt 1', 'limit 1h'], b: ['write b.txt 1', 'limit 1h', 'write c.txt 2'] };
    const { batch, tasks, repository } = await startNight(installation, scripts);
    await installation.until(batch, (each) => each.hold !== null);
    const [first, second] = tasks;
    if (first === undefined || second === undefined) throw new Error('no tasks');
    await installation.send(batch, 'moveTask', (command) => ({ ...command, taskId: second, position: 0 }));
    await installation.command(batch, 'skipWait');
    await installation.until(
      batch,
      (each) => each.tasks[0]?.id === second && each.tasks[0].status === 'waiting' && each.hold !== null,
    );
    await installation.send(batch, 'cancelTask', (command) => ({ ...command, taskId: first }));
    await installation.command(batch, 'skipWait');
    const state = await installation.until(batch, (each) => each.status === 'completed');
    expect(state.tasks.map(({ id, status }) => [id, status])).toEqual([
      [second, 'completed'],
      [first, 'cancelled'],
    ]);
    expect(await pathsIn(repository, 'nightloom/night')).toEqual([
      '.claude/commands/a.md',
      'README.md',
      'b.txt',
      'c.txt',
    ]);
    const { salvageRef } = await recorded(installation, first);
    expect(await repository.git(['show', `${salvageRef}:a.txt`])).toBe('1');
    expect(await pathsIn(repository, salvageRef ?? '')).not.toContain('b.txt');
  });

  it('from Temporal itself is done properly, too', async () => {
    const scripts = { a: ['write a.txt 1', 'sleep 60s'], b: ['write b.txt 1'] };
    const { batch, tasks } = await startNight(installation, scripts);
    await agentRuns(batch, tasks[0]);
    await installation.temporal.client.workflow
      .getHandle(`${installation.context.installation}:batch:${batch}`)
      .cancel();
    const state = await installation.until(batch, (each) => each.completedAtMs !== null, 15_000);
    expect(state.status).toBe('cancelled');
    expect(statuses(state)).toEqual(['cancelled', 'cancelled']);
    expect(await processesOf(tasks[0])).toEqual([]);
  });
});

describe('the list of tasks', () => {
  it('changes while a task runs, but never that task', async () => {
    const scripts = {
      a: ['sleep 2s', 'write a.txt 1'],
      b: ['write b.txt 1'],
      c: ['write c.txt 1'],
      d: ['write d.txt 1'],
    };
    const project = await installation.project(filesOf(scripts));
    const { batch, tasks } = await project.createBatch(['a', 'b', 'c']);
    await installation.command(batch, 'start');
    await agentRuns(batch, tasks[0]);
    const [a, b, c] = tasks;
    if (a === undefined || b === undefined || c === undefined) throw new Error('no tasks');

    const send = installation.send;
    await expect(send(batch, 'removeTasks', (each) => ({ ...each, taskIds: [a] }))).rejects.toMatchObject({
      code: 'task_running',
    });
    await expect(send(batch, 'moveTask', (each) => ({ ...each, taskId: a, position: 1 }))).rejects.toMatchObject({
      code: 'task_running',
    });
    await expect(
      send(batch, 'removeTasks', (each) => ({ ...each, taskIds: ['t_unknown000' as TaskId] })),
    ).rejects.toMatchObject({ code: 'task_not_found' });
    await send(batch, 'moveTask', (each) => ({ ...each, taskId: c, position: 0 }));
    await send(batch, 'removeTasks', (each) => ({ ...each, taskIds: [b] }));
    const added = await project.defineTasks(batch, ['d']);
    await send(batch, 'addTasks', (each) => ({ ...each, tasks: added }));
    await expect(send(batch, 'addTasks', (each) => ({ ...each, tasks: added }))).rejects.toMatchObject({
      code: 'already_queued',
    });

    const state = await installation.until(batch, (each) => each.status === 'completed');
    expect(state.tasks.map((task) => task.name)).toEqual(['a', 'c', 'd']);
    expect(await subjects(project.repository)).toEqual(['Auto-commit: d', 'Auto-commit: c', 'Auto-commit: a']);
  });

  it('a task that has begun is cancelled, not removed', async () => {
    const { batch, tasks } = await startNight(installation, { a: ['write a.txt 1', 'limit 1h'] });
    await installation.until(batch, (each) => each.hold !== null);
    await expect(
      installation.send(batch, 'removeTasks', (each) => ({ ...each, taskIds: tasks })),
    ).rejects.toMatchObject({ code: 'illegal_transition' });
    await installation.command(batch, 'cancel');
    await installation.until(batch, (each) => each.completedAtMs !== null);
  });
});

describe('commands that come late or twice', () => {
  it('[P6] [P8] the same command twice has one effect and one answer; an older one is superseded', async () => {
    const project = await installation.project(filesOf({ a: ['sleep 2s', 'write a.txt 1'], b: ['write b.txt 1'] }));
    const { batch, tasks } = await project.createBatch(['a', 'b']);
    const { batches } = installation;
    await installation.command(batch, 'start');
    const older = await installation.begin(batch, 'resume');
    await agentRuns(batch, tasks[0]);
    const pause = { ...(await installation.begin(batch, 'pause')), now: false };
    const first = await batches.update(batch, 'pause', pause);
    expect(await batches.update(batch, 'resume', older)).toMatchObject({
      answer: { result: 'superseded', status: 'paused' },
    });
    expect(await batches.update(batch, 'pause', pause)).toEqual(first);
    const paused = await installation.until(batch, (each) => each.tasks[0]?.status === 'completed');
    expect(paused.status).toBe('paused');
    await installation.command(batch, 'resume');
    await installation.until(batch, (each) => each.status === 'completed');
  });

  it('an older command on the list is still checked', async () => {
    const { batch, tasks } = await startNight(installation, { a: ['sleep 2s', 'write a.txt 1'] });
    const older = await installation.begin(batch, 'removeTasks');
    await agentRuns(batch, tasks[0]);
    await installation.pause(batch, false);
    await expect(installation.batches.update(batch, 'removeTasks', { ...older, taskIds: tasks })).rejects.toMatchObject(
      { code: 'task_running' },
    );
    await installation.command(batch, 'resume');
    const state = await installation.until(batch, (each) => each.status === 'completed');
    expect(statuses(state)).toEqual(['completed']);
  });

  it('nothing is added to a batch that is cancelled and closing', async () => {
    const scripts = { a: ['write a.txt 1', 'ignore-term', 'sleep 60s'], b: ['write b.txt 1'] };
    const project = await installation.project(filesOf(scripts));
    const { batch, tasks } = await project.createBatch(['a']);
    await installation.command(batch, 'start');
    await agentRuns(batch, tasks[0]);
    await installation.command(batch, 'cancel');
    const added = await project.defineTasks(batch, ['b']);
    await expect(installation.send(batch, 'addTasks', (each) => ({ ...each, tasks: added }))).rejects.toMatchObject({
      code: 'illegal_transition',
    });
    await installation.until(batch, (each) => each.completedAtMs !== null, 20_000);
    await expect(installation.send(batch, 'addTasks', (each) => ({ ...each, tasks: added }))).rejects.toThrow(
      /ended|no open workflow/,
    );
  });

  it('[P8] a pause stored as a signal is applied', async () => {
    const { batch, tasks } = await startNight(installation, { a: ['sleep 1s', 'write a.txt 1'], b: ['write b.txt 1'] });
    await agentRuns(batch, tasks[0]);
    await installation.batches.signalPause(batch, { ...(await installation.begin(batch, 'pause')), now: false });
    const paused = await installation.until(batch, (each) => each.tasks[0]?.status === 'completed');
    expect(paused.status).toBe('paused');
    await installation.batches.signalCancel(batch, await installation.begin(batch, 'cancel'));
    const state = await installation.until(batch, (each) => each.completedAtMs !== null);
    expect(statuses(state)).toEqual(['completed', 'cancelled']);
  });
});
