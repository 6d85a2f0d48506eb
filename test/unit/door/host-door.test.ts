import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostDoor, PruneItem } from '../../../src/contracts/host-door.ts';
import { asId } from '../../../src/contracts/ids.ts';
import { createHostDoor } from '../../../src/host/door/host-door.ts';
import { prepareWorktree } from '../../../src/host/git/worktree.ts';
import { launchRun } from '../../../src/host/runs/launch.ts';
import { runDirectory, runMarker, runMarkerPrefix, writeJson } from '../../../src/host/runs/run-directory.ts';
import { fence } from '../../../src/host/runs/terminate.ts';
import { waitForRun } from '../../../src/host/runs/wait.ts';
import { workspacePaths } from '../../../src/host/project/workspace-paths.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { newId } from '../../../src/platform/ids.ts';
import { createMasker } from '../../../src/platform/masking.ts';
import { ensureStateDirectory } from '../../../src/platform/paths.ts';
import type { StatePaths } from '../../../src/platform/paths.ts';
import { makeRepository } from '../../support/git-repository.ts';
import type { TestRepository } from '../../support/git-repository.ts';

const SECRET = 'correct-horse-battery-staple';
const task = asId('task', 't_0123456789');
const batch = asId('batch', 'b_0123456789');
const project = asId('project', 'p_0123456789');
const DAY_MS = 86_400_000;

let repository: TestRepository;
let paths: StatePaths;
let door: HostDoor;
const installation = newId('installation');

beforeEach(async () => {
  repository = await makeRepository({ 'README.md': '# Test\n', '.claude/commands/first.md': '# First\n' });
  paths = await ensureStateDirectory(join(repository.root, 'state'));
  door = createHostDoor({
    paths,
    environment: { raw: { PATH: '/usr/bin:/bin', HOME: repository.root } },
    clock: systemClock,
    masker: createMasker([SECRET]),
  });
});
afterEach(async () => {
  await fence(runMarkerPrefix(installation, task), { graceMs: 100 });
  await repository.remove();
});

async function run(attempt: number, step: string, script: string, wait = true): Promise<string> {
  const dir = runDirectory(paths, task, attempt, step);
  const marker = runMarker(installation, task, attempt, step);
  const env = { PATH: '/usr/bin:/bin' };
  await launchRun({
    dir,
    marker,
    argv: ['/bin/sh', '-c', script],
    cwd: repository.root,
    env,
    stdin: null,
    timeoutMs: 20_000,
    graceMs: 500,
  });
  if (wait) await waitForRun(dir, { timeoutMs: 20_000 });
  return dir;
}

describe('projects', () => {
  it('finds the top of the repository from a folder in it, and counts what is uncommitted', async () => {
    await repository.write('sub/new.txt', 'x');
    await repository.write('README.md', 'changed');
    expect(await door.checkProject(join(repository.directory, 'sub'))).toEqual({
      path: repository.directory,
      name: 'checkout',
      head: await repository.git(['rev-parse', 'HEAD']),
      branch: 'main',
      uncommittedFiles: 2,
      uncommittedTracked: 1,
    });
  });

  it('refuses what is no repository, is gone, or has no commit', async () => {
    const empty = join(repository.root, 'empty');
    await expect(door.checkProject(empty)).rejects.toMatchObject({ code: 'repository_gone' });
    await mkdir(empty);
    await expect(door.checkProject(empty)).rejects.toMatchObject({ code: 'not_a_repository' });
    await repository.git(['init', '--quiet'], { in: empty });
    await expect(door.checkProject(empty)).rejects.toMatchObject({ code: 'no_commit' });
    await expect(door.checkProject('/\0')).rejects.toMatchObject({ code: 'repository_gone' });
  });
});

describe('requirements', () => {
  it.each(['with space', 'emoji 🚀', '-leading-dash', "it's", 'ünïcode'])(
    'reads and freezes the requirement %j',
    async (name) => {
      await repository.write(`.claude/commands/${name}.md`, `# About ${name}\n`);
      const { info, text } = await door.readRequirement(repository.directory, name);
      expect(info).toMatchObject({ name, gitState: 'untracked', problem: null });
      const frozen = await door.freezeRequirement(repository.directory, name);
      expect(frozen).toEqual({ name, sha256: info.sha256, title: `About ${name}` });
      await repository.write(`.claude/commands/${name}.md`, 'changed later');
      expect(await readFile(join(paths.inputs, frozen.sha256), 'utf8')).toBe(text);
    },
  );

  it.each([
    ['empty', ''],
    ['of 5 MB', 'x'.repeat(5 * 1024 * 1024)],
    ['not UTF-8', Buffer.from([0x23, 0x20, 0xff, 0xfe, 0x0a])],
  ])('lists a requirement that is %s with its problem and does not freeze it', async (_what, content) => {
    await repository.write('.claude/commands/bad.md', content);
    const listed = await door.listRequirements(repository.directory);
    expect(listed.map((each) => [each.name, each.problem !== null])).toEqual([
      ['bad', true],
      ['first', false],
    ]);
    await expect(door.freezeRequirement(repository.directory, 'bad')).rejects.toMatchObject({
      code: 'requirement_invalid',
    });
  });

  it.each(['..', '../README', '../../README', '/etc/passwd', 'a/../../x', '.hidden', '', 'nul\0'])(
    'refuses the name %j',
    async (name) => {
      await expect(door.readRequirement(repository.directory, name)).rejects.toMatchObject({
        code: 'requirement_name_invalid',
      });
    },
  );

  it('names a requirement that is missing', async () => {
    await expect(door.readRequirement(repository.directory, 'gone')).rejects.toMatchObject({
      code: 'requirement_not_found',
    });
  });
});

describe('configuration', () => {
  it('shows values and origins without the secrets in them', async () => {
    const env = { API_TOKEN: 'hunter2-hunter2', MODE: 'test', OTHER: SECRET };
    await repository.write('nightloom.config.json', JSON.stringify({ attempts: 3, env }));
    const found = await door.configuration(repository.directory, { dashboard: {}, flags: { attempts: 4 } });
    expect(found.settings.attempts).toBe(4);
    expect(found.settings.env['MODE']).toBe('test');
    expect(JSON.stringify(found)).not.toMatch(/hunter2|correct-horse/);
    expect(found.projectFileSha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('names the mistakes', async () => {
    await repository.write('nightloom.config.yaml', 'atempts: 3\n');
    const asked = door.configuration(repository.directory, { dashboard: {}, flags: {} });
    await expect(asked).rejects.toMatchObject({
      code: 'invalid_settings',
      details: { mistakes: [{ path: 'atempts' }] },
    });
  });
});

describe('logs and progress', () => {
  it('lists the runs in the order of their start, with how they ended', async () => {
    await run(1, 'agent', 'echo hello');
    await run(1, 'verify-0-0', 'echo bad >&2; exit 3');
    await run(1, 'fix-1', 'true');
    await run(2, 'agent', 'true');
    const listed = await door.logs(task);
    expect(listed.map((each) => [each.attempt, each.step, each.exitCode, each.stdoutBytes, each.stderrBytes])).toEqual([
      [1, 'agent', 0, 6, 0],
      [1, 'verify-0-0', 3, 0, 4],
      [1, 'fix-1', 0, 0, 0],
      [2, 'agent', 0, 0, 0],
    ]);
    expect(await door.logs(asId('task', 't_aaaaaaaaaa'))).toEqual([]);
  });

  it('reads a masked log while the run lives and after it, in pieces', async () => {
    const go = join(repository.root, 'go');
    await run(1, 'agent', `echo token ${SECRET}; while ! test -e ${go}; do sleep 0.05; done; echo end`, false);
    const address = { task, attempt: 1, step: 'agent', stream: 'stdout' as const };
    const masked = `token ${'*'.repeat(SECRET.length)}\n`;
    await expect.poll(async () => (await door.readLog(address, 0)).text, { timeout: 10_000 }).toBe(masked);
    expect(await door.readLog(address, 0)).toMatchObject({ ended: false, nextOffset: masked.length });
    expect(await door.progress(task)).toMatchObject({ step: 'agent', phase: 'starting', logBytes: masked.length });
    await writeFile(go, '');
    await expect.poll(async () => (await door.readLog(address, masked.length)).ended, { timeout: 10_000 }).toBe(true);
    expect(await door.readLog(address, masked.length)).toMatchObject({ text: 'end\n', ended: true });
    expect(await door.readLog(address, 8, 4)).toMatchObject({ text: '****', offset: 8, nextOffset: 12, ended: false });
    expect(await door.progress(task)).toBe(null);
  });

  it('gives the progress that the watch wrote, masked', async () => {
    const dir = await run(1, 'agent', 'sleep 30', false);
    const written = {
      phase: 'tool',
      step: 'agent',
      turns: 2,
      lastTool: `Bash(echo ${SECRET})`,
      tokens: 5,
      costUsd: null,
      logBytes: 9,
      lastOutputAt: null,
      updatedAt: '2026-01-01T00:00:00Z',
    };
    writeJson(join(dir, 'progress.json'), written);
    expect(await door.progress(task)).toEqual({ ...written, lastTool: `Bash(echo ${'*'.repeat(SECRET.length)})` });
  });

  it.each([
    ['another attempt', { attempt: 9 }],
    ['a step that leads elsewhere', { step: '../../../home' }],
    ['a task that leads elsewhere', { task: JSON.parse('"../claims"') }],
    ['a negative attempt', { attempt: -1 }],
  ])('refuses %s', async (_what, over) => {
    await run(1, 'agent', 'true');
    const asked = door.readLog({ task, attempt: 1, step: 'agent', stream: 'stdout', ...over }, 0);
    await expect(asked).rejects.toMatchObject({ code: 'run_not_found' });
  });
});

describe('prune', () => {
  const prune = (
    over: { dryRun?: boolean; openBatches?: (typeof batch)[]; maxAgeMs?: number } = {},
  ): Promise<PruneItem[]> =>
    door.prune({
      projects: [{ id: project, path: repository.directory }],
      openBatches: over.openBatches ?? [],
      dryRun: over.dryRun ?? false,
      maxAgeMs: over.maxAgeMs ?? 30 * DAY_MS,
    });
  const gone = (items: PruneItem[]): string[] => items.filter((item) => !item.kept).map((item) => item.kind);

  async function makeWorkspace(): Promise<string> {
    const files = workspacePaths(paths, batch, project);
    await prepareWorktree({ repository: repository.directory, directory: files.tree, batch, slug: 'friday' });
    await writeFile(files.settingsFile, '{}');
    return files.tree;
  }

  it('removes a clean worktree and its merged branch, but lists them first', async () => {
    const tree = await makeWorkspace();
    expect(gone(await prune({ dryRun: true }))).toEqual(['worktree', 'branch']);
    expect(existsSync(tree)).toBe(true);
    expect(gone(await prune())).toEqual(['worktree', 'branch']);
    expect(await readdir(paths.worktrees)).toEqual([]);
    expect(await repository.git(['branch', '--list', 'nightloom/*'])).toBe('');
  });

  it('[P7] keeps unmerged branches, unsaved files and everything of open batches', async () => {
    const tree = await makeWorkspace();
    expect(await prune({ openBatches: [batch], maxAgeMs: 0 })).toEqual([]);
    await repository.write('work.txt', 'work', { in: tree });
    expect(await prune()).toMatchObject([
      { kind: 'worktree', kept: true, reason: /uncommitted/ },
      { kind: 'branch', kept: true },
    ]);
    await repository.git(['add', '--all'], { in: tree });
    await repository.git(['commit', '--quiet', '-m', 'Work'], { in: tree });
    const items = await prune();
    expect(items).toContainEqual({
      kind: 'branch',
      name: 'nightloom/friday',
      bytes: null,
      reason: 'not merged',
      kept: true,
    });
    expect(await repository.git(['show', 'nightloom/friday:work.txt'])).toBe('work');
  });

  it('removes old runs and inputs, not young or living ones nor those of open batches', async () => {
    const dir = await run(1, 'agent', 'true');
    writeJson(join(dir, 'order.json'), { batch });
    const { sha256 } = await door.freezeRequirement(repository.directory, 'first');
    expect(await prune()).toEqual([]);
    const old = new Date(Date.now() - 40 * DAY_MS);
    await utimes(join(paths.inputs, sha256), old, old);
    for (const folder of [dir, join(dir, '..'), join(dir, '..', '..')]) {
      for (const name of await readdir(folder)) await utimes(join(folder, name), old, old);
    }
    await utimes(join(paths.runs, task), old, old);
    expect(gone(await prune({ openBatches: [batch] }))).toEqual([]);
    expect(gone(await prune())).toEqual(['run', 'input']);
    expect(await readdir(paths.runs)).toEqual([]);
    await run(1, 'agent', 'sleep 30', false);
    expect(await prune({ maxAgeMs: -DAY_MS })).toMatchObject([{ kind: 'run', name: task, kept: true }]);
  });
});
