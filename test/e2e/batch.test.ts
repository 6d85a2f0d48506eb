/** The everyday verbs on batches and tasks, by id and by name. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { TestRepository } from '../support/git-repository.ts';
import { asBatch, showBatch, showTask, untilBatch } from './support/batch.ts';
import { makeUser } from './support/user.ts';
import type { Ran, User } from './support/user.ts';

let user: User;
let repository: TestRepository;

beforeAll(async () => {
  user = await makeUser(inject('temporalAddress'));
});

afterAll(() => user.leave());

/** A new repository, in which the next commands are typed. */
async function inRepository(scripts: Readonly<Record<string, string>>, agent: object = {}): Promise<void> {
  repository = await user.repository(scripts, {
    'nightloom.config.json': JSON.stringify({ agent: { name: 'scripted', ...agent }, attempts: 1 }),
  });
}

const type = (...args: string[]): Promise<Ran> => user.call(args, { cwd: repository.directory });

async function create(...args: string[]): Promise<string> {
  const { doc } = await user.json(['batch', 'create', ...args], { cwd: repository.directory });
  return asBatch(doc).id;
}

const names = (tasks: readonly { name: string }[]): string[] => tasks.map((task) => task.name);

describe('before the start', () => {
  it('create makes an idle batch that add, remove and move change, and start runs it in that order', async () => {
    await inRepository({ a: 'write a.txt a', b: 'write b.txt b', c: 'write c.txt c', d: 'write d.txt d' });
    const id = await create('a', 'b', '--name', 'Mine');
    expect(await showBatch(user, id)).toMatchObject({ status: 'idle', name: 'Mine', counts: { queued: 2 } });
    expect((await type('batch', 'add', 'Mine', 'c', 'd')).out).toContain('4 queued');
    expect((await type('batch', 'remove', 'Mine', 'b')).exit).toBe(0);
    expect((await type('batch', 'move', 'Mine', 'd', 'first')).exit).toBe(0);
    expect((await type('batch', 'move', 'Mine', 'a', 'last')).exit).toBe(0);
    expect(names((await showBatch(user, id)).tasks)).toEqual(['d', 'c', 'a']);
    expect((await type('batch', 'start', 'Mine')).exit).toBe(0);
    const done = await untilBatch(user, id, (batch) => batch.status === 'completed');
    const log = await repository.git(['log', '--reverse', '--format=%s', `main..${done.branch}`]);
    expect(log.split('\n')).toEqual(['Auto-commit: d', 'Auto-commit: c', 'Auto-commit: a']);
  });
});

describe('tasks that need others', () => {
  it('run after them whatever their place, and are skipped when one failed', async () => {
    await inRepository({ a: 'write a.txt a', b: 'write b.txt b', bad: 'fail no', c: 'write c.txt c' });
    const needs = ['--after', 'a=b', '--after', 'c=bad,b'];
    const id = await create('a', 'c', 'b', 'bad', '--name', 'Needs', ...needs);
    expect((await type('batch', 'show', 'Needs')).out).toMatch(
      /a {2}queued {2}after b\n.*c {2}queued {2}after bad, b\n/,
    );
    expect((await type('batch', 'start', 'Needs')).exit).toBe(0);
    const done = await untilBatch(user, id, (batch) => batch.status === 'completed');
    const statuses = done.tasks.map((task) => [task.name, task.status]);
    expect(statuses).toEqual([
      ['a', 'completed'],
      ['c', 'skipped'],
      ['b', 'completed'],
      ['bad', 'failed'],
    ]);
    const log = await repository.git(['log', '--reverse', '--format=%s', `main..${done.branch}`]);
    expect(log.split('\n')).toEqual(['Auto-commit: b', 'Auto-commit: a']);
  });
});

describe('while it runs', () => {
  it('pause --now stops the running task, and its session goes on after resume without an attempt spent', async () => {
    await inRepository({ a: 'write a.txt a\nsleep 30s\nhang' });
    const id = await create('a', '--start');
    await untilBatch(user, id, (batch) => batch.counts.running === 1);
    await user.start(['logs', 'a', '-f'], { cwd: repository.directory }).says('a.txt');
    expect((await type('batch', 'pause', id, '--now')).exit).toBe(0);
    const paused = await untilBatch(user, id, (batch) => batch.counts.running === 0);
    expect(paused).toMatchObject({ status: 'paused', counts: { failed: 0 } });
    expect((await type('batch', 'cancel', id)).exit).toBe(0);
  });

  it('[P10] skip-wait ends the wait for a usage limit, which shows until when it lasts', async () => {
    await inRepository({ a: 'limit 2h\nwrite a.txt a' });
    const id = await create('a', '--start', '--name', 'Limited');
    const held = await untilBatch(user, id, (batch) => batch.hold !== null);
    expect(held.hold?.reason).toBe('usage_limit');
    expect(Date.parse(held.hold?.until ?? '') - Date.now()).toBeGreaterThan(60 * 60_000);
    expect((await type('batch', 'show', 'Limited')).out).toContain('waiting until');
    expect((await type('batch', 'skip-wait', 'Limited')).exit).toBe(0);
    const done = await untilBatch(user, id, (batch) => batch.status === 'completed');
    expect(done.tasks[0]).toMatchObject({ status: 'completed', attempts: 1, waits: [{ kind: 'usage_limit' }] });
  });
});

describe('agent.fallback', () => {
  const fallback = [{ name: 'command', command: ['/bin/sh', '-c', 'echo other > other.txt'] }];

  it('goes on with another agent while the first is at its limit; a later batch does not wait either', async () => {
    await inRepository({ a: 'write a.txt a\nlimit 2h\nwrite b.txt b' }, { fallback });
    const id = await create('a', '--start', '--name', 'Handed over');
    const done = await untilBatch(user, id, (batch) => batch.status === 'completed');
    expect(done.tasks[0]).toMatchObject({ status: 'completed', agent: 'command', attempts: 1, waits: [] });
    expect((await type('report', id)).out).toContain('command took over from scripted.');
    const task = await showTask(user, done.tasks[0]?.id ?? '');
    expect(task.attemptList.map(({ agent, outcome }) => `${agent} ${outcome}`)).toEqual([
      'scripted usage_limit',
      'command succeeded',
    ]);
    expect(await repository.git(['show', `${done.branch}:a.txt`])).toBe('a');
    await inRepository({ c: 'write c.txt c' }, { fallback });
    const later = await create('c', '--start', '--name', 'Later');
    const next = await untilBatch(user, later, (batch) => batch.status === 'completed');
    expect(next.tasks[0]).toMatchObject({ status: 'completed', agent: 'command' });
  });
});
