/** Many batches on one host: lanes, offload, retry, all at once. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { LanesSchema } from '../../src/contracts/hold-views.ts';
import type { Lanes } from '../../src/contracts/hold-views.ts';
import { OffloadAnswerSchema } from '../../src/contracts/lifecycle-routes.ts';
import { showBatch, untilBatch } from './support/batch.ts';
import { makeGate } from './support/gate.ts';
import { shellOf } from './support/shell.ts';
import type { Shell } from './support/shell.ts';
import { makeUser, until } from './support/user.ts';
import type { User } from './support/user.ts';
import { BatchSummarySchema } from '../../src/contracts/views.ts';
import type { BatchSummary } from '../../src/contracts/views.ts';

let user: User;
let shell: Shell;

beforeAll(async () => {
  user = await makeUser(inject('temporalAddress'));
  shell = shellOf(user);
});

afterAll(() => user.leave());

const asSummary = (doc: unknown): BatchSummary => BatchSummarySchema.parse(doc);

const lanes = async (): Promise<Lanes> => LanesSchema.parse((await user.json(['lanes'])).doc);
const untilLanes = (wanted: (found: Lanes) => boolean): Promise<Lanes> =>
  until('lanes', async () => {
    const found = await lanes();
    return wanted(found) ? found : null;
  });

describe('six batches and two lanes', () => {
  it('two work, four wait with their place; all pause, go on, and end', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const gate = makeGate(user);
    await shell.enter(Object.fromEntries(names.map((name) => [name, `${gate.line}\nwrite ${name}.txt ${name}`])));
    const first = await shell.create('a', '--name', 'Night a');
    expect((await shell.type('lanes', '--limit', '2')).out).toContain('0 of 2 lanes in use');
    await Promise.all([
      shell.type('batch', 'start', first),
      ...names.slice(1).map((name) => shell.create(name, '--name', `Night ${name}`, '--start')),
    ]);
    const full = await untilLanes((found) => found.queue.length >= 2 && found.holders.length === 2);
    expect(full.limit).toBe(2);
    expect(full.queue.at(-1)?.message).toMatch(/^waits for a lane, place \d of \d$/);
    expect((await shell.type('batch', 'list')).out).toMatch(/waits for a lane \(\d of \d\)/);

    const paused = await shell.type('batch', 'pause', '--all', '--now');
    expect(paused.exit).toBe(0);
    expect(paused.out).toContain(full.queue.at(-1)?.name);
    const empty = await untilLanes((found) => found.holders.length === 0);
    expect(empty.queue).toEqual([]);
    await gate.open();
    const resumed = await shell.type('batch', 'resume', '--all');
    expect(resumed).toMatchObject({ exit: 0, out: expect.stringContaining('It is running') });
    const done = await until('all batches', async () => {
      const { doc } = await user.json(['batch', 'list', '--status', 'completed']);
      return Array.isArray(doc) && doc.length === names.length ? doc.map((each) => asSummary(each)) : null;
    });
    for (const batch of done) expect(batch.counts).toMatchObject({ completed: 1, failed: 0 });
    expect((await shell.type('batch', 'pause', '--all')).out).toBe('No batch is running.\n');
  });
});

describe('tasks that move and tasks that failed', () => {
  it('[P12][A12] offload to a new batch and to a completed one; refusals name each task; retry reopens', async () => {
    const gate = makeGate(user);
    await shell.enter({
      a: `${gate.line}\nwrite a.txt a`,
      b: 'write b.txt b',
      c: 'write c.txt c',
      flaky: 'fail Not today.',
    });
    const source = await shell.create('a', 'b', 'c', '--name', 'Source', '--start');
    await untilBatch(user, source, (batch) => batch.counts.running === 1);
    const refused = await shell.type('batch', 'offload', 'Source', '--new', 'Rest', 'a', 'b');
    expect(refused.exit).toBe(5);
    expect(refused.err).toMatch(/ {2}t_\w{10} {2}a {2}running\n/);
    await shell.type('batch', 'pause', source);
    const { exit, doc } = await user.json(['batch', 'offload', source, '--new', 'Rest', 'b'], {
      cwd: shell.repository.directory,
    });
    expect(exit).toBe(0);
    const moved = OffloadAnswerSchema.parse(doc);
    expect(moved).toMatchObject({ target: { name: 'Rest', created: true }, tasks: [{ name: 'b', result: 'moved' }] });
    const rest = moved.target.id;
    expect((await showBatch(user, source)).tasks.map((task) => task.name)).toEqual(['a', 'c']);
    await shell.type('batch', 'start', rest);
    await untilBatch(user, rest, (batch) => batch.status === 'completed');

    const second = await shell.type('batch', 'offload', source, rest, 'c');
    expect(second).toMatchObject({ exit: 0, out: expect.stringContaining('c  moved to Rest') });
    expect(second.out).toContain('was reopened');
    const again = await untilBatch(user, rest, (batch) => batch.counts.completed === 2 && batch.status === 'completed');
    expect(await shell.repository.git(['log', '--reverse', '--format=%s', `main..${again.branch}`])).toBe(
      'Auto-commit: b\nAuto-commit: c',
    );
    await gate.open();
    await shell.type('batch', 'resume', source);

    const broken = await shell.create('flaky', '--name', 'Broken', '--start');
    const failed = await untilBatch(user, broken, (batch) => batch.status === 'completed');
    expect(failed.counts.failed).toBe(1);
    const retried = await shell.type('batch', 'retry', 'Broken');
    expect(retried).toMatchObject({ exit: 0, out: expect.stringMatching(/1 (queued|running)/) });
    await untilBatch(user, broken, (batch) => batch.status === 'completed');
    expect((await shell.type('task', 'show', 'flaky')).out).toContain('Attempt 2');
    const left = await untilBatch(user, source, (batch) => batch.status === 'completed');
    expect(left.tasks.map(({ name, status }) => `${name} ${status}`)).toEqual(['a completed']);
    expect((await shell.type('batch', 'retry', source)).exit).toBe(5);
  });
});
