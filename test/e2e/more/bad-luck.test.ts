/** What can go wrong at night, less often: agents that do not come up, hooks and verifications that fail or hang. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { asBatch, runToEnd, untilBatch } from '../support/batch.ts';
import { makeUser } from '../support/user.ts';
import type { User } from '../support/user.ts';

const SETTINGS = { 'nightloom.config.json': JSON.stringify({ agent: { name: 'scripted' }, attempts: 1 }) };
let user: User;

beforeAll(async () => {
  user = await makeUser(inject('temporalAddress'));
});

afterAll(() => user.leave());

describe('an agent that does not come up', () => {
  it.each([
    ['ends with 127 because what it starts is not there', '#!/bin/sh\nexec no-such-agent\n'],
    ['has an interpreter that is not there', '#!/no/such/interpreter\n'],
  ])('[P13] and %s holds the batch with exit 6; nothing is committed or lost', async (_, script) => {
    const repository = await user.repository({ a: 'write a.txt a', b: 'write b.txt b' });
    const agent = await repository.write('../agent', script, { mode: 0o755 });
    const cwd = repository.directory;
    const ran = await user.call(['run', '--agent-command', agent, '--name', 'Absent'], { cwd });
    expect(ran.exit).toBe(6);
    expect(ran.err).toMatch(/Next: nightloom batch resume b_/);
    const { doc } = await user.json(['batch', 'show', 'Absent'], { cwd });
    const batch = asBatch(doc);
    expect(batch).toMatchObject({
      status: 'running',
      hold: { reason: 'environment' },
      counts: { completed: 0, failed: 0 },
    });
    expect(await repository.git(['rev-parse', `${batch.branch}`])).toBe(await repository.git(['rev-parse', 'main']));
    await repository.write('../agent', '#!/bin/sh\ncat > /dev/null\ndate +%N > made.txt\n', { mode: 0o755 });
    expect((await user.call(['batch', 'resume', 'Absent'], { cwd })).exit).toBe(0);
    const done = await untilBatch(user, batch.id, ({ status }) => status === 'completed');
    expect(done.counts).toMatchObject({ completed: 2, failed: 0 });
  });
});

describe('git and verification', () => {
  it('a commit hook that rejects fails the task with its output; the requirement and the work are kept', async () => {
    const repository = await user.repository({ a: 'write a.txt a' }, SETTINGS);
    await repository.hook('pre-commit', 'echo "no-commits-on-saturday" >&2; exit 1');
    const { exit, batch } = await runToEnd(user, repository.directory);
    expect(exit).toBe(1);
    const [task] = batch.tasks;
    expect(task).toMatchObject({
      status: 'failed',
      commit: null,
      failure: { code: 'commit_rejected', step: 'commit' },
    });
    expect(task?.failure?.message).toContain('no-commits-on-saturday');
    expect(await repository.read('.claude/commands/a.md')).not.toBeNull();
    expect(await repository.git(['show', `${task?.salvageRef}:a.txt`])).toBe('a');
  });

  it('a verification command that is not there is refused before the start', async () => {
    const repository = await user.repository({ a: 'write a.txt a' }, SETTINGS);
    const ran = await user.call(['run', '--verify', 'no-such-linter --all'], { cwd: repository.directory });
    expect(ran.exit).toBe(6);
    expect(ran.err).toContain('The verify command `no-such-linter --all` cannot run: no-such-linter was not found.');
    expect(ran.err).toContain('Next: Install no-such-linter, or correct `verify`.');
  });

  it('[P13] a verification command that hangs after the work is ended, and the task is no success', async () => {
    const verify = [{ command: 'test ! -e a.txt || sleep 600', timeout: '1s' }];
    const settings = { agent: { name: 'scripted' }, attempts: 1, verify, limits: { maxFixes: 0 } };
    const repository = await user.repository(
      { a: 'write a.txt a' },
      { 'nightloom.config.json': JSON.stringify(settings) },
    );
    const { exit, batch } = await runToEnd(user, repository.directory);
    expect(exit).toBe(1);
    expect(batch.tasks[0]).toMatchObject({
      status: 'failed',
      commit: null,
      verified: 'failed',
      failure: { step: 'verify' },
      verification: [{ passed: false, timedOut: true, baseline: 'passed' }],
    });
  });

  it('[P13] a command red in the baseline is reported as such and blames no task', async () => {
    const repository = await user.repository({ a: 'write a.txt a' }, SETTINGS);
    const { doc, exit } = await user.json(['run', '--verify', 'false'], { cwd: repository.directory });
    expect(exit).toBe(0);
    const { tasks } = asBatch(doc);
    expect(tasks[0]).toMatchObject({ status: 'completed', verification: [{ passed: false, baseline: 'failed' }] });
    expect(tasks[0]?.verified).not.toBe('passed');
    const shown = await user.call(['task', 'show', 'a'], { cwd: repository.directory });
    expect(shown.out).toContain('failed before this task too');
  });

  it('an agent that fails the first time and succeeds the second spends two attempts', async () => {
    const repository = await user.repository({ a: 'fail Bad day.\non attempt 2:\nwrite a.txt a' });
    const { exit, batch } = await runToEnd(user, repository.directory);
    expect(exit).toBe(0);
    expect(batch.tasks[0]).toMatchObject({ status: 'completed', attempts: 2 });
    const shown = await user.call(['task', 'show', 'a'], { cwd: repository.directory });
    expect(shown.out).toContain('Bad day.');
  });
});
