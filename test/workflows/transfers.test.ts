import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { BatchId, TaskId } from '../../src/contracts/ids.ts';
import { startInstallation } from '../support/installation.ts';
import type { TestInstallation } from '../support/installation.ts';
import { filesOf } from '../support/night.ts';

let installation: TestInstallation;
beforeAll(async () => {
  installation = await startInstallation(inject('temporalAddress'), { 'README.md': '# Test\n' });
});
afterAll(() => installation.stop());

async function offload(from: BatchId, to: BatchId, taskIds: readonly TaskId[], running = false) {
  return await installation.send(from, 'offload', (command) => ({ ...command, to, taskIds, running }));
}

const ids = (state: { tasks: readonly { id: TaskId }[] }): TaskId[] => state.tasks.map((task) => task.id);

describe('offload', () => {
  it('[P12] moves queued tasks, which run once, in their new batch', async () => {
    const project = await installation.project(
      filesOf({ a: ['sleep 1s', 'write a.txt 1'], b: ['write b.txt 1'], c: ['write c.txt 1'] }),
    );
    const source = await project.createBatch(['a', 'b', 'c'], {}, 'continue', 'source');
    const target = await project.createBatch([], {}, 'continue', 'target');
    await installation.command(source.batch, 'start');
    await installation.until(source.batch, (each) => each.tasks[0]?.status === 'running');
    const [a, b, c] = source.tasks;
    if (a === undefined || b === undefined || c === undefined) throw new Error('no tasks');
    await offload(source.batch, target.batch, [b, c]);
    const moved = await installation.until(target.batch, (each) => each.tasks.length === 2);
    expect(ids(moved)).toEqual([b, c]);
    await installation.command(target.batch, 'start');
    const [ended, left] = [
      await installation.until(target.batch, (each) => each.status === 'completed'),
      await installation.until(source.batch, (each) => each.status === 'completed'),
    ];
    expect(ended.tasks.map((task) => task.status)).toEqual(['completed', 'completed']);
    expect(ids(left)).toEqual([a]);
    expect(left.transfers).toEqual({});
    const subjects = await project.repository.git(['log', '--format=%s', 'main..nightloom/target']);
    expect(subjects.split('\n').toSorted()).toEqual(['Auto-commit: b', 'Auto-commit: c']);
  });

  it('refuses with a reason per task, and gives back what a closed batch does not take', async () => {
    const project = await installation.project(
      filesOf({ a: ['sleep 3s', 'write a.txt 1'], b: ['write b.txt 1'], d: ['write d.txt 1'] }),
    );
    const source = await project.createBatch(['a', 'b'], {}, 'continue', 'source');
    const done = await project.createBatch(['d'], {}, 'continue', 'done');
    await installation.command(done.batch, 'start');
    await installation.until(done.batch, (each) => each.status === 'completed');
    await installation.command(source.batch, 'start');
    await installation.until(source.batch, (each) => each.tasks[0]?.status === 'running');
    const [a, b] = source.tasks;
    if (a === undefined || b === undefined) throw new Error('no tasks');
    await expect(offload(source.batch, done.batch, [a])).rejects.toMatchObject({ code: 'task_running' });
    await expect(offload(source.batch, source.batch, [b])).rejects.toMatchObject({ code: 'invalid_input' });
    await offload(source.batch, done.batch, [b]);
    const back = await installation.until(source.batch, (each) => each.notes.length > 0);
    expect(ids(back)).toEqual([a, b]);
    const ended = await installation.until(source.batch, (each) => each.status === 'completed');
    expect(ended.tasks.map((task) => task.status)).toEqual(['completed', 'completed']);
  });

  it('[A7] moves the running task: stopped, its session and work go on in the other batch', async () => {
    const project = await installation.project(
      filesOf({ a: ['write first.txt 1', 'sleep 30s', 'write second.txt 2'], b: ['write b.txt 1'] }),
    );
    const source = await project.createBatch(['a', 'b'], {}, 'continue', 'source');
    const target = await project.createBatch([], {}, 'continue', 'target');
    const [a] = source.tasks;
    if (a === undefined) throw new Error('no task');
    await installation.command(source.batch, 'start');
    await installation.until(source.batch, (each) => each.details[a]?.sessionId != null);
    await offload(source.batch, target.batch, [a], true);
    const moved = await installation.until(target.batch, (each) => each.tasks.length === 1);
    expect(moved.tasks[0]).toMatchObject({ id: a, attempt: 1, hops: 1 });
    const session = moved.details[a]?.sessionId;
    expect(session).toMatch(/^[0-9a-f-]{36}$/);
    await installation.until(source.batch, (each) => each.status === 'completed');
    await installation.command(target.batch, 'start');
    await installation.until(target.batch, (each) => each.tasks[0]?.status === 'running');
    await installation.until(target.batch, (each) => each.details[a]?.attempts.at(-1)?.sessionId === session);
    const worktree = join(installation.home, 'worktrees', target.batch, project.id, 'first.txt');
    await expect.poll(() => existsSync(worktree), { timeout: 10_000 }).toBe(true);
    await installation.command(target.batch, 'cancel');
    await installation.until(target.batch, (each) => each.status === 'cancelled' && each.completedAtMs !== null);
    const kept = await project.repository.git(['for-each-ref', '--format=%(refname)', 'refs/nightloom/salvage']);
    expect(kept).toContain(a);
    expect(await project.repository.git(['show', `${kept.split('\n')[0]}:first.txt`])).toBe('1');
  });
});

describe('retry', () => {
  it('[A12] queues failed tasks again in a running batch, with a full budget', async () => {
    const project = await installation.project(filesOf({ a: ['fail no'], b: ['sleep 3s', 'write b.txt 1'] }));
    const { batch, tasks } = await project.createBatch(['a', 'b'], { attempts: 1 });
    const [a] = tasks;
    if (a === undefined) throw new Error('no task');
    await installation.command(batch, 'start');
    await installation.until(
      batch,
      (each) => each.tasks[0]?.status === 'failed' && each.tasks[1]?.status === 'running',
    );
    const kept = { costUsd: 1, durationMs: 5, startedAtMs: 7, salvageRef: null, waits: [] };
    await installation.send(batch, 'retryTasks', (command) => ({ ...command, tasks: [{ id: a, kept }] }));
    const again = await installation.until(
      batch,
      (each) => each.tasks[0]?.status === 'failed' && each.tasks[0].attempt === 2,
    );
    expect(again.tasks[0]).toMatchObject({ spent: 1 });
    await installation.until(batch, (each) => each.status === 'completed');
  });
});
