/** `run` from start to end, and everything that shows afterwards what happened. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { BatchView } from '../../src/contracts/views.ts';
import type { TestRepository } from '../support/git-repository.ts';
import { asBatch, runToEnd, showTask, taskOf } from './support/batch.ts';
import { BATCH_KEYS, CHECK_KEYS, SUMMARY_KEYS, TASK_KEYS } from './support/shapes.ts';
import { makeUser } from './support/user.ts';
import type { User } from './support/user.ts';

const CHECK = 'test ! -e b.txt || grep -q hello b.txt';
let user: User;
let repository: TestRepository;
let night: { exit: number; batch: BatchView; err: string };
let start: string;

beforeAll(async () => {
  user = await makeUser(inject('temporalAddress'));
  repository = await user.repository(
    {
      '1-plain': 'say I begin.\nwrite a.txt a\ncost 0.02\ndeny Bash(curl)',
      '2-fixed': 'write b.txt helo\ncost 0.03\non fix 1:\nwrite b.txt hello\ncost 0.01',
      '3-broken': 'write c.txt half\nfail It does not work.',
      '4-limited': 'limit 2s\nwrite d.txt d',
    },
    { 'nightloom.config.json': JSON.stringify({ attempts: 1, verify: [CHECK] }) },
  );
  start = await repository.git(['rev-parse', 'HEAD']);
  night = await runToEnd(user, repository.directory, ['--name', 'Night']);
}, 120_000);

afterAll(() => user.leave());

describe('run --json', () => {
  it('ends with exit 1 when a task failed, and the others are done', () => {
    expect(night.exit).toBe(1);
    expect(night.batch.status).toBe('completed');
    expect(night.batch.tasks.map(({ name, status }) => `${name} ${status}`)).toEqual([
      '1-plain completed',
      '2-fixed completed',
      '3-broken failed',
      '4-limited completed',
    ]);
  });

  it('has exactly the keys of the batch object, and counts that sum to the number of tasks', async () => {
    const { doc } = await user.json(['batch', 'show', night.batch.id]);
    expect(Object.keys(Object(doc)).toSorted()).toEqual(BATCH_KEYS);
    expect(Object.keys(Object(Object(doc).projects[0])).toSorted()).toEqual(
      ['base', 'branch', 'merged', 'path', 'project', 'projectId'].toSorted(),
    );
    for (const task of Object(doc).tasks) expect(Object.keys(Object(task)).toSorted()).toEqual(TASK_KEYS);
    expect(Object.keys(Object(Object(doc).tasks[0].verification[0])).toSorted()).toEqual(CHECK_KEYS);
    expect(night.batch.counts).toEqual({
      queued: 0,
      running: 0,
      waiting: 0,
      completed: 3,
      failed: 1,
      skipped: 0,
      cancelled: 0,
    });
    expect(Object.keys(night.batch.next[0] ?? {})).toEqual(['why', 'command']);
  });

  it('says what each task cost, waited for and was verified with', () => {
    expect(taskOf(night.batch, '1-plain')).toMatchObject({
      attempts: 1,
      agent: 'scripted',
      verified: 'passed',
      verification: [{ command: CHECK, exitCode: 0, passed: true, baseline: 'passed' }],
      waits: [],
      deniedTools: [expect.stringContaining('Bash')],
    });
    expect(taskOf(night.batch, '2-fixed')).toMatchObject({ verified: 'passed', attempts: 1 });
    const broken = taskOf(night.batch, '3-broken');
    expect(broken).toMatchObject({ commit: null, verified: 'none' });
    expect(broken.failure).toEqual({ code: 'agent_error', message: 'It does not work.', step: 'agent' });
    expect(broken.salvageRef).toMatch(/^refs\/nightloom\/salvage\//);
    const limited = taskOf(night.batch, '4-limited');
    expect(limited).toMatchObject({ attempts: 1, waits: [{ kind: 'usage_limit' }] });
    expect(night.batch.costUsd).toBeCloseTo(0.06, 5);
  });

  it('[P2][P3][P7] leaves one commit per completed task on the branch, and the user where they were', async () => {
    const { branch } = night.batch;
    const log = await repository.git(['log', '--format=%H %s', `main..${branch}`]);
    expect(log.split('\n').toReversed()).toEqual(
      ['1-plain', '2-fixed', '4-limited'].map((name) => `${taskOf(night.batch, name).commit} Auto-commit: ${name}`),
    );
    expect(await repository.git(['ls-tree', '--name-only', `${branch}:.claude/commands`])).toBe('3-broken.md');
    expect(await repository.git(['show', `${taskOf(night.batch, '3-broken').salvageRef}:c.txt`])).toBe('half');
    expect(await repository.git(['rev-parse', 'HEAD'])).toBe(start);
    expect(await repository.git(['status', '--porcelain'])).toBe('');
    expect(night.batch.projects[0]).toMatchObject({ branch, base: start, merged: false });
  });

  it('tells the story on standard error in plain lines', () => {
    expect(night.err).toContain('No stack is running: starting one in the background');
    expect(night.err).toContain('First task running, you can leave.');
    expect(night.err).toMatch(/✓ .*1-plain/);
    expect(night.err).toMatch(/✗ .*3-broken.*It does not work\./);
    expect(night.err).not.toContain('\u001B');
  });
});

describe('afterwards', () => {
  it('report, batch show and batch list show the same batch', async () => {
    const report = await user.json(['report', night.batch.id]);
    expect(asBatch(report.doc)).toEqual(asBatch((await user.json(['batch', 'show', night.batch.id])).doc));
    expect(asBatch(report.doc)).toEqual({ ...night.batch, recordedAt: expect.any(String) });
    const list = await user.json(['batch', 'list']);
    expect(list.doc).toEqual([expect.objectContaining({ id: night.batch.id, counts: night.batch.counts })]);
    expect(Object.keys(Object(Object(list.doc)[0])).toSorted()).toEqual(SUMMARY_KEYS);
  });

  it('report says what landed, what failed at which step and what to type, as text, Markdown and JSON', async () => {
    const text = await user.call(['report']);
    expect(text.exit).toBe(0);
    for (const part of [
      '3 completed, 1 failed',
      'at agent (agent_error): It does not work.',
      `git -C ${repository.directory} merge ${night.batch.branch}`,
      `git -C ${repository.directory} log --oneline`,
    ]) {
      expect(text.out).toContain(part);
    }
    const markdown = await user.call(['report', night.batch.id, '--md']);
    expect(markdown.out).toMatch(/^# /);
    expect(markdown.out).toContain('| 3-broken | failed |');
    const { doc } = await user.json(['report', '--since', '1h']);
    expect(doc).toMatchObject({ totals: { commits: 3, completed: 3, failed: 1 }, batches: [{ id: night.batch.id }] });
  });

  it('task list and task show by name tell about attempts and logs', async () => {
    const cwd = repository.directory;
    const list = await user.json(['task', 'list', '--status', 'completed'], { cwd });
    expect(list.doc).toHaveLength(3);
    const fixed = await showTask(user, '2-fixed', { cwd });
    expect(fixed.attemptList).toMatchObject([{ number: 1, agent: 'scripted', fixes: 1 }]);
    expect(fixed.logs.map((log) => log.step)).toEqual(expect.arrayContaining(['agent', 'fix-1']));
    const shown = await user.call(['task', 'show', '3-broken'], { cwd });
    expect(shown.out).toContain('It does not work.');
    expect(shown.out).toContain('Work kept: refs/nightloom/salvage/');
  });

  it("logs shows the agent's doing readably, and raw byte for byte", async () => {
    const cwd = repository.directory;
    const readable = await user.call(['logs', '1-plain', '--step', 'agent'], { cwd });
    expect(readable.out).toContain('I begin.');
    expect(readable.out).toContain('Write');
    expect(readable.out).not.toContain('{"type"');
    const raw = await user.call(['logs', '1-plain', '--raw', '--step', 'agent'], { cwd });
    const lines = raw.out.trimEnd().split('\n');
    expect(lines.map((line) => Object(JSON.parse(line)).type)).toEqual(
      expect.arrayContaining(['system', 'assistant', 'result']),
    );
    const followed = await user.call(['logs', '1-plain', '-f'], { cwd });
    expect(followed).toMatchObject({ exit: 0, out: expect.stringContaining('I begin.') });
  });
});

describe('run for people', () => {
  it('ends with exit 0 and the report on standard output when all is done', async () => {
    const plain = await user.repository({ only: 'write only.txt yes' });
    const ran = await user.call(['run', '--agent', 'scripted'], { cwd: plain.directory });
    expect(ran.exit).toBe(0);
    expect(ran.out).toContain('1 completed');
    expect(ran.out).toContain('committed, not verified');
    expect(ran.err).toContain('No verification command is set');
    expect(ran.out + ran.err).not.toContain('\u001B');
  });
});
