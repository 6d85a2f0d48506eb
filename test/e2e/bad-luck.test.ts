/** What can go wrong at night: every task ends with an honest verdict, and the next one is not harmed. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { BatchView } from '../../src/contracts/views.ts';
import type { TestRepository } from '../support/git-repository.ts';
import { runToEnd, taskOf } from './support/batch.ts';
import { makeUser } from './support/user.ts';
import type { User } from './support/user.ts';

const SETTINGS = { 'nightloom.config.json': JSON.stringify({ agent: { name: 'scripted' }, attempts: 1 }) };
let user: User;

beforeAll(async () => {
  user = await makeUser(inject('temporalAddress'));
});

afterAll(() => user.leave());

describe('one night of bad agents', () => {
  let repository: TestRepository;
  let batch: BatchView;

  beforeAll(async () => {
    repository = await user.repository(
      {
        '1-no-result': 'write n.txt n\nexit 0',
        '2-garbage': 'garbage\nexit 0',
        '3-nuls': 'nuls\nwrite nuls.txt fine',
        '4-bigline': 'bigline 100\nwrite big.txt fine',
        '5-no-change': 'say There was nothing to do.',
        '6-crash': 'write crash.txt half\nexit 9',
        '7-escaped': 'spawn-escaped 300s\nwrite escaped.txt fine',
        '8-fine': 'write fine.txt fine',
      },
      SETTINGS,
    );
    ({ batch } = await runToEnd(user, repository.directory));
  }, 120_000);

  it.each([
    ['1-no-result', 'no_result'],
    ['2-garbage', 'no_result'],
    ['5-no-change', 'no_change'],
    ['6-crash', 'startup_error'],
  ])('[P2][P13] %s fails with %s and without a commit', (name, code) => {
    expect(taskOf(batch, name)).toMatchObject({ status: 'failed', commit: null, failure: { code } });
    expect(taskOf(batch, name).failure?.message).not.toBe('');
  });

  it.each(['3-nuls', '4-bigline', '7-escaped', '8-fine'])('%s is done all the same', (name) => {
    expect(taskOf(batch, name)).toMatchObject({ status: 'completed', commit: expect.stringMatching(/^[0-9a-f]{40}$/) });
  });

  it('keeps the work of failed tasks out of later commits and in a salvage ref', async () => {
    const files = await repository.git(['ls-tree', '--name-only', `${batch.branch}`]);
    expect(files.split('\n')).not.toEqual(expect.arrayContaining(['n.txt']));
    expect(files).not.toContain('crash.txt');
    expect(await repository.git(['show', `${taskOf(batch, '6-crash').salvageRef}:crash.txt`])).toBe('half');
    expect(await repository.git(['show', `${taskOf(batch, '1-no-result').salvageRef}:n.txt`])).toBe('n');
  });

  it('shows such logs without harming the terminal', async () => {
    const nuls = await user.call(['logs', '3-nuls'], { cwd: repository.directory });
    expect(nuls.exit).toBe(0);
    expect(nuls.out).not.toContain('\u0000');
    expect(nuls.out).not.toContain('\u001B');
    const report = await user.call(['report', batch.id]);
    expect(report.out).toContain('4 completed, 4 failed');
  });
});

describe('an agent that hangs', () => {
  it('[P5] is ended after --timeout, also when it ignores SIGTERM, and its work is kept', async () => {
    const repository = await user.repository({ a: 'write half.txt half\nignore-term\nhang' }, SETTINGS);
    const { exit, batch } = await runToEnd(user, repository.directory, ['--timeout', '2s']);
    expect(exit).toBe(1);
    const [task] = batch.tasks;
    expect(task).toMatchObject({ status: 'failed', commit: null, failure: { code: 'timed_out', step: 'agent' } });
    expect(await repository.git(['show', `${task?.salvageRef}:half.txt`])).toBe('half');
  });
});
