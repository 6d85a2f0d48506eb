/** The other verbs on batches and tasks, and names that fit none or several. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { showBatch, showTask, untilBatch } from '../support/batch.ts';
import { makeGate } from '../support/gate.ts';
import { shellOf } from '../support/shell.ts';
import type { Shell } from '../support/shell.ts';
import { makeUser } from '../support/user.ts';
import type { User } from '../support/user.ts';

let user: User;
let shell: Shell;

beforeAll(async () => {
  user = await makeUser(inject('temporalAddress'));
  shell = shellOf(user);
});

afterAll(() => user.leave());

describe('before the start', () => {
  it('refuses what is queued already, and says in which batch', async () => {
    await shell.enter({ a: 'write a.txt a' });
    const id = await shell.create('a');
    const again = await shell.type('batch', 'create', 'a');
    expect(again.exit).toBe(5);
    expect(again.err).toContain(id);
    expect((await shell.type('batch', 'create', '--all')).exit).toBe(2);
    expect((await shell.type('project', 'remove', shell.repository.directory)).exit).toBe(5);
    expect((await shell.type('batch', 'cancel', id)).exit).toBe(0);
    expect((await showBatch(user, id)).status).toBe('cancelled');
  });
});

describe('while it runs', () => {
  it('[P6] pause lets the running task end and starts nothing more; resume goes on', async () => {
    const gate = makeGate(user);
    await shell.enter({ a: `${gate.line}\nwrite a.txt a`, b: 'write b.txt b' });
    const id = await shell.create('--all', '--start', '--name', 'Paused');
    await untilBatch(user, id, (batch) => batch.counts.running === 1);
    const busy = await shell.type('batch', 'remove', 'Paused', 'b', 'a');
    expect(busy).toMatchObject({ exit: 5, err: expect.stringMatching(/cannot be: t_\w+ \(running\)\.\nNext: Wait/) });
    const twice = await shell.type('batch', 'add', 'Paused', 'a');
    expect(twice).toMatchObject({ exit: 5, err: expect.stringContaining('Requirement a: in this batch already.') });
    const paused = await shell.type('batch', 'pause', 'Paused');
    expect(paused.exit).toBe(0);
    expect(paused.out).toContain((await showTask(user, 'a', { cwd: shell.repository.directory })).id);
    await gate.open();
    await untilBatch(user, id, (batch) => batch.counts.completed === 1);
    expect(await showBatch(user, id)).toMatchObject({ status: 'paused', counts: { queued: 1, completed: 1 } });
    expect((await shell.type('batch', 'resume', 'Paused')).exit).toBe(0);
    await untilBatch(user, id, (batch) => batch.counts.completed === 2);
  });

  it('[P10] skip-wait ends the wait for a usage limit, which shows until when it lasts', async () => {
    await shell.enter({ a: 'limit 2h\nwrite a.txt a' });
    const id = await shell.create('a', '--start', '--name', 'Limited');
    const held = await untilBatch(user, id, (batch) => batch.hold !== null);
    expect(held.hold?.reason).toBe('usage_limit');
    expect(Date.parse(held.hold?.until ?? '') - Date.now()).toBeGreaterThan(60 * 60_000);
    expect((await shell.type('batch', 'show', 'Limited')).out).toContain('waiting until');
    expect((await shell.type('batch', 'skip-wait', 'Limited')).exit).toBe(0);
    const done = await untilBatch(user, id, (batch) => batch.status === 'completed');
    expect(done.tasks[0]).toMatchObject({ status: 'completed', attempts: 1, waits: [{ kind: 'usage_limit' }] });
  });

  it('task cancel ends one task and the others go on', async () => {
    await shell.enter({ a: 'hang', b: 'write b.txt b' });
    const id = await shell.create('--all', '--start');
    await untilBatch(user, id, (batch) => batch.counts.running === 1);
    expect((await shell.type('task', 'cancel', 'a')).exit).toBe(0);
    const done = await untilBatch(user, id, (batch) => batch.status === 'completed');
    expect(done.tasks.map(({ name, status }) => `${name} ${status}`)).toEqual(['a cancelled', 'b completed']);
  });

  it('cancel ends the running task with its work kept, and starts nothing more', async () => {
    await shell.enter({ a: 'write half.txt half\nhang', b: 'write b.txt b' });
    const id = await shell.create('--all', '--start');
    await untilBatch(user, id, (batch) => batch.counts.running === 1);
    await user.start(['logs', 'a', '-f'], { cwd: shell.repository.directory }).says('half.txt');
    expect((await shell.type('batch', 'cancel', id)).exit).toBe(0);
    const gone = await untilBatch(user, id, (batch) => batch.counts.cancelled === 2);
    expect(gone.status).toBe('cancelled');
    expect(await shell.repository.git(['show', `${gone.tasks[0]?.salvageRef}:half.txt`])).toBe('half');
    const late = await shell.type('batch', 'resume', id);
    expect(late.exit).toBe(5);
    expect(late.err).toContain('Next:');
  });
});

describe('names', () => {
  it('an ambiguous name is refused with the candidates, an id always fits', async () => {
    await shell.enter({ a: 'write a.txt a', b: 'write b.txt b' });
    const ids = [await shell.create('a', '--name', 'Twin'), await shell.create('b', '--name', 'Twin')];
    const shown = await shell.type('batch', 'show', 'Twin');
    expect(shown.exit).toBe(2);
    for (const id of ids) {
      expect(shown.err).toContain(id);
      expect((await shell.type('batch', 'show', id)).exit).toBe(0);
      await shell.type('batch', 'cancel', id);
    }
    const { exit, doc } = await user.json(['batch', 'show', 'Twin'], { cwd: shell.repository.directory });
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
      const ran = await shell.type(...args);
      expect(ran.exit, args.join(' ')).toBe(4);
      expect(ran.err).toMatch(/^Next: .*`nightloom /m);
      expect(ran.out).toBe('');
    }
  });
});

describe('agent.fallback', () => {
  it('may not name the agent "command" without its program', async () => {
    await shell.enter({ a: 'write a.txt a' }, { fallback: ['command'] });
    const refused = await shell.type('batch', 'create', 'a');
    expect(refused.exit).toBe(2);
    expect(refused.err).toContain('agent.fallback');
  });
});
