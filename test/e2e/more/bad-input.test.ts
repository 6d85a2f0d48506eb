/** What a user may type or have by mistake: a clear fact, the next step, the right exit code, and nothing was changed. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { TestRepository } from '../../support/git-repository.ts';
import { asBatch, runToEnd, taskOf } from '../support/batch.ts';
import { makeUser, requirement } from '../support/user.ts';
import type { Ran, User } from '../support/user.ts';

const SETTINGS = { 'nightloom.config.json': JSON.stringify({ agent: { name: 'scripted' }, attempts: 1 }) };
let user: User;
let repository: TestRepository;

beforeAll(async () => {
  user = await makeUser(inject('temporalAddress'));
  repository = await user.repository({ a: 'write a.txt a' }, SETTINGS);
  await user.call(['up', '--detach']);
});

afterAll(() => user.leave());

/** An error of ours: exit code, the fact, a next step, no stack trace, nothing on standard output. */
function expectError(ran: Ran, exit: number, fact: string | RegExp): void {
  expect(ran.err).toMatch(fact);
  expect(ran.err).toMatch(/^Next: \S/m);
  expect(ran.err).not.toMatch(/^ {4}at /m);
  expect(ran.exit).toBe(exit);
  expect(ran.out).toBe('');
}

const run = (args: readonly string[], cwd = repository.directory): Promise<Ran> => user.call(['run', ...args], { cwd });

describe('the repository', () => {
  it('is none', async () => {
    const folder = join(user.root, 'no-repository');
    await mkdir(folder);
    expectError(await run([], folder), 2, `${folder} is not inside a git repository`);
    expectError(await user.call(['project', 'add', '/nowhere']), 2, /\/nowhere/);
  });

  it('has no commit yet', async () => {
    const empty = join(user.root, 'empty-repository');
    await mkdir(empty);
    await repository.git(['init', '--quiet'], { in: empty });
    expectError(await run([], empty), 2, `${empty} has no commit yet`);
  });

  it('has no git identity', async () => {
    const nameless = await user.repository({ a: 'write a.txt a' }, SETTINGS);
    for (const key of ['user.name', 'user.email']) await nameless.git(['config', '--unset', key]);
    const ran = await run([], nameless.directory);
    expectError(ran, 6, /git does not know who commits/);
    expect(ran.err).toContain('git config --global user.name');
    expect(await nameless.git(['branch', '--list', 'nightloom/*'])).toBe('');
  });

  it('[P7] has uncommitted changes with --in-place: they stay as they are', async () => {
    const dirty = await user.repository({ a: 'write a.txt a' }, SETTINGS);
    await dirty.write('README.md', 'changed by me');
    expectError(await run(['--in-place'], dirty.directory), 5, /1 uncommitted change to/);
    expect(await dirty.read('README.md')).toBe('changed by me');
    const beside = await run([], dirty.directory);
    expect(beside.exit).toBe(0);
    expect(beside.err).toContain("1 changed or untracked file is not part of tonight's base");
    expect(await dirty.read('README.md')).toBe('changed by me');
  });

  it('is on no branch: fine in a worktree, refused in place', async () => {
    const detached = await user.repository({ a: 'write a.txt a' }, SETTINGS);
    await detached.git(['switch', '--quiet', '--detach']);
    expectError(await run(['--in-place'], detached.directory), 5, /on no branch/);
    expect((await run([], detached.directory)).exit).toBe(0);
  });

  it('has a branch of the wanted name, and a worktree folder left over: another name, nothing overwritten', async () => {
    const taken = await user.repository({ a: 'write a.txt a' }, SETTINGS);
    const leftOver = join(user.root, 'left-over');
    await taken.git(['worktree', 'add', '--quiet', '-b', 'nightloom/mine', leftOver]);
    await taken.commit('On main');
    const before = await taken.git(['rev-parse', 'nightloom/mine']);
    const { exit, batch } = await runToEnd(user, taken.directory, ['--name', 'Mine']);
    expect(exit).toBe(0);
    expect(batch.branch).toBe('nightloom/mine-2');
    expect(await taken.git(['rev-parse', 'nightloom/mine'])).toBe(before);
  });
});

describe('requirements', () => {
  it('that are missing, empty, too large, not UTF-8 or outside are refused by name; all else stays', async () => {
    const folder = join(repository.directory, '.claude', 'commands');
    await writeFile(join(folder, 'empty.md'), ' \n');
    await writeFile(join(folder, 'big.md'), 'x'.repeat(5_000_000));
    await writeFile(join(folder, 'latin.md'), Buffer.from([0x23, 0x20, 0xff, 0xfe]));
    const missing = await run(['missing']);
    expectError(missing, 4, /No requirement missing in .*there are:\n {2}a\n/);
    expectError(await run(['empty']), 2, /empty: It is empty\./);
    expectError(await run(['big', 'latin']), 2, /big: It is larger than 1 MB\.\n {2}latin: It is not UTF-8\./);
    expectError(await run(['../../README']), 4, /No requirement \.\.\/\.\.\/README/);
    const { doc } = await user.json(['task', 'list', '--project', repository.directory]);
    expect(doc).toEqual([]);
    for (const name of ['empty', 'big', 'latin']) await repository.git(['clean', '-fq', `.claude/commands/${name}.md`]);
  });

  it('with spaces, emoji and a leading dash in their names run like others', async () => {
    const scripts = { '-x': 'write x.txt x', 'two words': 'write w.txt w', '🎉 party': 'write p.txt p' };
    const odd = await user.repository(scripts, SETTINGS);
    const named = await user.json(['run'], { cwd: odd.directory });
    expect(named.exit).toBe(0);
    const batch = asBatch(named.doc);
    for (const name of Object.keys(scripts)) expect(taskOf(batch, name).status).toBe('completed');
    expect(await odd.git(['ls-tree', '-r', '--name-only', `${batch.branch}`, '.claude'])).toBe('');
    await odd.write('.claude/commands/-y.md', requirement('y', 'write y.txt y'));
    expect((await run(['--', '-y'], odd.directory)).exit).toBe(0);
    expect(await odd.read('.claude/commands/-y.md')).toBeNull();
  });
});

describe('the agent', () => {
  it('is missing or cannot be executed: never a pretended success', async () => {
    expectError(await run(['--agent', 'claude']), 6, /program claude was not found/);
    expectError(
      await run(['--agent-bin', '/nowhere/agent']),
      6,
      /\/nowhere\/agent was not found, or cannot be executed/,
    );
    const text = await repository.write('../agent.txt', 'no program');
    expectError(await run(['--agent-command', text]), 6, /agent\.txt was not found, or cannot be executed/);
    expectError(await run(['--agent-command', '["nowhere-agent"]']), 6, /nowhere-agent was not found/);
    const { doc } = await user.json(['task', 'list', '--project', repository.directory]);
    expect(doc).toEqual([]);
  });

  it('is not logged in', async () => {
    const script =
      '#!/bin/sh\ncase "$*" in --version) echo "2.1.329 (Claude Code)";; *auth*) echo \'{"loggedIn":false}\'; exit 1;; esac\n';
    const claude = await repository.write('../bin/claude', script, { mode: 0o755 });
    const ran = await run(['--agent', 'claude', '--agent-bin', claude]);
    expectError(ran, 6, /The agent claude is not logged in/);
    expect(ran.err).toMatch(/Next: .*\/login/);
  });
});

describe('credentials', () => {
  it('that only this shell has are named, never shown', async () => {
    const env = { ANTHROPIC_API_KEY: 'sk-ant-very-secret' };
    const ran = await user.call(['run', '--verify', 'no-such-check'], { cwd: repository.directory, env });
    expect(ran.err).toContain('ANTHROPIC_API_KEY is set in this shell, but not where the stack was started');
    expect(ran.err).not.toContain('very-secret');
    expect(ran.exit).toBe(6);
  });
});

describe('the command line', () => {
  it.each([
    [['frobnicate'], "Unknown command 'frobnicate'"],
    [['rum'], 'Did you mean run?'],
    [['run', '--frobnicate'], "Unknown option '--frobnicate'"],
    [['batch', 'frobnicate'], "Unknown command 'frobnicate'"],
    [['batch', 'show'], "Missing required argument 'batch'"],
    [['batch', 'create'], 'Name the requirements, or give --all.'],
    [['run', '--agent', 'nobody'], '--agent: '],
    [['run', '--timeout', '5'], '--timeout: must be a duration like 30s, 45m or 2h'],
    [['run', '--agent-command', '[1]'], 'is not a JSON array of strings'],
    [['report', '--since', 'whenever'], '--since whenever is not a time.'],
    [['task', 'list', '--status', 'odd'], '--status odd is not one of'],
    [['batch', 'move', 'b_aaaaaaaaaa'], "Missing required argument 'task'"],
  ])('%j is a usage mistake with the next step', async (args, fact) => {
    expectError(await user.call(args, { cwd: repository.directory }), 2, fact);
  });

  it('every mistake of the settings is told at once, each once', async () => {
    const settings = { agent: { nam: 'x', timeout: '5' }, verify: 'npm test', limits: { maxFixes: 99 } };
    const wrong = await user.repository({ a: '' }, { 'nightloom.config.json': JSON.stringify(settings) });
    const ran = await run([], wrong.directory);
    expectError(ran, 2, /The settings have 4 mistakes:/);
    for (const key of ['agent.nam', 'agent.timeout', 'verify', 'limits.maxFixes']) {
      expect(ran.err.split(`config.json: ${key}:`), key).toHaveLength(2);
    }
    expect(ran.err.trimEnd().split('\n')).toHaveLength(6);
    const { doc } = await user.json(['run'], { cwd: wrong.directory });
    expect(doc).toMatchObject({ error: { code: 'invalid_settings', details: expect.anything() } });
  });

  it('every command has a help that says what it does', async () => {
    const commands = ['run', 'up', 'down', 'status', 'token', 'doctor', 'prune', 'config', 'logs', 'report'];
    const groups = ['project add', 'project remove', 'batch create', 'batch pause', 'batch skip-wait', 'task cancel'];
    for (const command of [...commands, ...groups]) {
      const ran = await user.call([...command.split(' '), '--help']);
      expect(ran).toMatchObject({ exit: 0, err: '' });
      expect(ran.out).toMatch(new RegExp(`^Usage: nightloom ${command}.*\\n\\n[A-Z]`));
    }
  });
});
