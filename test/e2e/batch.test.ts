/** The everyday verbs on batches and tasks, by id and by name. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { showBatch, showTask, untilBatch } from './support/batch.ts';
import { shellOf } from './support/shell.ts';
import type { Shell } from './support/shell.ts';
import { makeUser } from './support/user.ts';
import type { User } from './support/user.ts';

let user: User;
let shell: Shell;

beforeAll(async () => {
  user = await makeUser(inject('temporalAddress'));
  shell = shellOf(user);
});

afterAll(() => user.leave());

const names = (tasks: readonly { name: string }[]): string[] => tasks.map((task) => task.name);

describe('before the start', () => {
  it('create makes an idle batch that add, remove and move change, and start runs it in that order', async () => {
    await shell.enter({ a: 'write a.txt a', b: 'write b.txt b', c: 'write c.txt c', d: 'write d.txt d' });
    const id = await shell.create('a', 'b', '--name', 'Mine');
    expect(await showBatch(user, id)).toMatchObject({ status: 'idle', name: 'Mine', counts: { queued: 2 } });
    expect((await shell.type('batch', 'add', 'Mine', 'c', 'd')).out).toContain('4 queued');
    expect((await shell.type('batch', 'remove', 'Mine', 'b')).exit).toBe(0);
    expect((await shell.type('batch', 'move', 'Mine', 'd', 'first')).exit).toBe(0);
    expect((await shell.type('batch', 'move', 'Mine', 'a', 'last')).exit).toBe(0);
    expect(names((await showBatch(user, id)).tasks)).toEqual(['d', 'c', 'a']);
    expect((await shell.type('batch', 'start', 'Mine')).exit).toBe(0);
    const done = await untilBatch(user, id, (batch) => batch.status === 'completed');
    const log = await shell.repository.git(['log', '--reverse', '--format=%s', `main..${done.branch}`]);
    expect(log.split('\n')).toEqual(['Auto-commit: d', 'Auto-commit: c', 'Auto-commit: a']);
  });
});

describe('tasks that need others', () => {
  it('run after them whatever their place, and are skipped when one failed', async () => {
    await shell.enter({ a: 'write a.txt a', b: 'write b.txt b', bad: 'fail no', c: 'write c.txt c' });
    const needs = ['--after', 'a=b', '--after', 'c=bad,b'];
    const id = await shell.create('a', 'c', 'b', 'bad', '--name', 'Needs', ...needs);
    expect((await shell.type('batch', 'show', 'Needs')).out).toMatch(
      /a {2}queued {2}after b\n.*c {2}queued {2}after bad, b\n/,
    );
    expect((await shell.type('batch', 'start', 'Needs')).exit).toBe(0);
    const done = await untilBatch(user, id, (batch) => batch.status === 'completed');
    const statuses = done.tasks.map((task) => [task.name, task.status]);
    expect(statuses).toEqual([
      ['a', 'completed'],
      ['c', 'skipped'],
      ['b', 'completed'],
      ['bad', 'failed'],
    ]);
    const log = await shell.repository.git(['log', '--reverse', '--format=%s', `main..${done.branch}`]);
    expect(log.split('\n')).toEqual(['Auto-commit: b', 'Auto-commit: a']);
  });
});

describe('while it runs', () => {
  it('pause --now stops the running task, and its session goes on after resume without an attempt spent', async () => {
    await shell.enter({ a: 'write a.txt a\nsleep 30s\nhang' });
    const id = await shell.create('a', '--start');
    await untilBatch(user, id, (batch) => batch.counts.running === 1);
    await user.start(['logs', 'a', '-f'], { cwd: shell.repository.directory }).says('a.txt');
    expect((await shell.type('batch', 'pause', id, '--now')).exit).toBe(0);
    const paused = await untilBatch(user, id, (batch) => batch.counts.running === 0);
    expect(paused).toMatchObject({ status: 'paused', counts: { failed: 0 } });
    expect((await shell.type('batch', 'cancel', id)).exit).toBe(0);
  });
});

describe('agent.fallback', () => {
  const fallback = [{ name: 'command', command: ['/bin/sh', '-c', 'echo other > other.txt'] }];

  it('goes on with another agent while the first is at its limit; a later batch does not wait either', async () => {
    await shell.enter({ a: 'write a.txt a\nlimit 2h\nwrite b.txt b' }, { fallback });
    const id = await shell.create('a', '--start', '--name', 'Handed over');
    const done = await untilBatch(user, id, (batch) => batch.status === 'completed');
    expect(done.tasks[0]).toMatchObject({ status: 'completed', agent: 'command', attempts: 1, waits: [] });
    expect((await shell.type('report', id)).out).toContain('command took over from scripted.');
    const task = await showTask(user, done.tasks[0]?.id ?? '');
    expect(task.attemptList.map(({ agent, outcome }) => `${agent} ${outcome}`)).toEqual([
      'scripted usage_limit',
      'command succeeded',
    ]);
    expect(await shell.repository.git(['show', `${done.branch}:a.txt`])).toBe('a');
    await shell.enter({ c: 'write c.txt c' }, { fallback });
    const later = await shell.create('c', '--start', '--name', 'Later');
    const next = await untilBatch(user, later, (batch) => batch.status === 'completed');
    expect(next.tasks[0]).toMatchObject({ status: 'completed', agent: 'command' });
  });
});
