/** The everyday verbs on batches and tasks, by id and by name. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { TestRepository } from '../support/git-repository.ts';
import { asBatch, showBatch, showTask, untilBatch } from './support/batch.ts';
import { makeGate } from './support/gate.ts';
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

  it('refuses what is queued already, and says in which batch', async () => {
    await inRepository({ a: 'write a.txt a' });
    const id = await create('a');
    const again = await type('batch', 'create', 'a');
    expect(again.exit).toBe(5);
    expect(again.err).toContain(id);
    expect((await type('batch', 'create', '--all')).exit).toBe(2);
    expect((await type('project', 'remove', repository.directory)).exit).toBe(5);
    expect((await type('batch', 'cancel', id)).exit).toBe(0);
    expect((await showBatch(user, id)).status).toBe('cancelled');
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
  it('[P6] pause lets the running task end and starts nothing more; resume goes on', async () => {
    const gate = makeGate(user);
    await inRepository({ a: `${gate.line}\nwrite a.txt a`, b: 'write b.txt b' });
    const id = await create('--all', '--start', '--name', 'Paused');
    await untilBatch(user, id, (batch) => batch.counts.running === 1);
    const busy = await type('batch', 'remove', 'Paused', 'b', 'a');
    expect(busy).toMatchObject({ exit: 5, err: expect.stringMatching(/cannot be: t_\w+ \(running\)\.\nNext: Wait/) });
    const twice = await type('batch', 'add', 'Paused', 'a');
    expect(twice).toMatchObject({ exit: 5, err: expect.stringContaining('Requirement a: in this batch already.') });
    const paused = await type('batch', 'pause', 'Paused');
    expect(paused.exit).toBe(0);
    expect(paused.out).toContain((await showTask(user, 'a', { cwd: repository.directory })).id);
    await gate.open();
    await untilBatch(user, id, (batch) => batch.counts.completed === 1);
    expect(await showBatch(user, id)).toMatchObject({ status: 'paused', counts: { queued: 1, completed: 1 } });
    expect((await type('batch', 'resume', 'Paused')).exit).toBe(0);
    await untilBatch(user, id, (batch) => batch.counts.completed === 2);
  });

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

  it('task cancel ends one task and the others go on', async () => {
    await inRepository({ a: 'hang', b: 'write b.txt b' });
    const id = await create('--all', '--start');
    await untilBatch(user, id, (batch) => batch.counts.running === 1);
    expect((await type('task', 'cancel', 'a')).exit).toBe(0);
    const done = await untilBatch(user, id, (batch) => batch.status === 'completed');
    expect(done.tasks.map(({ name, status }) => `${name} ${status}`)).toEqual(['a cancelled', 'b completed']);
  });

  it('cancel ends the running task with its work kept, and starts nothing more', async () => {
    await inRepository({ a: 'write half.txt half\nhang', b: 'write b.txt b' });
    const id = await create('--all', '--start');
    await untilBatch(user, id, (batch) => batch.counts.running === 1);
    await user.start(['logs', 'a', '-f'], { cwd: repository.directory }).says('half.txt');
    expect((await type('batch', 'cancel', id)).exit).toBe(0);
    const gone = await untilBatch(user, id, (batch) => batch.counts.cancelled === 2);
    expect(gone.status).toBe('cancelled');
    expect(await repository.git(['show', `${gone.tasks[0]?.salvageRef}:half.txt`])).toBe('half');
    const late = await type('batch', 'resume', id);
    expect(late.exit).toBe(5);
    expect(late.err).toContain('Next:');
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

describe('names', () => {
  it('an ambiguous name is refused with the candidates, an id always fits', async () => {
    await inRepository({ a: 'write a.txt a', b: 'write b.txt b' });
    const ids = [await create('a', '--name', 'Twin'), await create('b', '--name', 'Twin')];
    const shown = await type('batch', 'show', 'Twin');
    expect(shown.exit).toBe(2);
    for (const id of ids) {
      expect(shown.err).toContain(id);
      expect((await type('batch', 'show', id)).exit).toBe(0);
      await type('batch', 'cancel', id);
    }
    const { exit, doc } = await user.json(['batch', 'show', 'Twin'], { cwd: repository.directory });
    expect(exit).toBe(2);
    expect(doc).toMatchObject({ error: { code: 'ambiguous_name', next: expect.stringContaining('ids') } });
  });

  it('what is not there ends with exit 4 and where to look', async () => {
    for (const args of [
      ['batch', 'show', 'no-such'],
      ['batch', 'pause', 'b_aaaaaaaaaa'],
      ['task', 'show', 'no-such'],
      ['logs', 't_aaaaaaaaaa'],
      ['report', 'no-such'],
      ['project', 'show', 'no-such'],
    ]) {
      const ran = await type(...args);
      expect(ran.exit, args.join(' ')).toBe(4);
      expect(ran.err).toMatch(/^Next: .*`nightloom /m);
      expect(ran.out).toBe('');
    }
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

  it('may not name the agent "command" without its program', async () => {
    await inRepository({ a: 'write a.txt a' }, { fallback: ['command'] });
    const refused = await type('batch', 'create', 'a');
    expect(refused.exit).toBe(2);
    expect(refused.err).toContain('agent.fallback');
  });
});
