import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PreflightFinding } from '../../../src/contracts/host-door.ts';
import type { SettingsOverrides } from '../../../src/contracts/settings.ts';
import { diskFinding, preflight } from '../../../src/host/project/preflight.ts';
import { toSettings } from '../../../src/host/project/settings-values.ts';
import { programWord } from '../../../src/host/project/shell-words.ts';
import { makeRepository } from '../../support/git-repository.ts';
import type { TestRepository } from '../../support/git-repository.ts';

let repository: TestRepository;
let home: string;

beforeEach(async () => {
  repository = await makeRepository();
  home = join(repository.root, 'home');
  await mkdir(home);
});
afterEach(() => repository.remove());

/** A stand-in for an agent's program, outside the checkout. */
const program = (script: string, mode = 0o755): Promise<string> =>
  repository.write('agent', `#!/bin/sh\n${script}\n`, { in: repository.root, mode });

async function check(said: SettingsOverrides, over: { path?: string } = {}): Promise<PreflightFinding[]> {
  return preflight({
    paths: { home },
    projectPath: over.path ?? repository.directory,
    settings: toSettings({ verify: ['true'], ...said }),
    base: { PATH: '/usr/bin:/bin', HOME: home },
  });
}
const codes = (findings: PreflightFinding[], level = 'error'): string[] =>
  findings.filter((each) => each.level === level).map((each) => each.code);

describe('preflight', () => {
  const scripted: SettingsOverrides = { agent: { name: 'scripted' } };

  it('finds nothing wrong where nothing is wrong', async () => {
    expect(await check(scripted)).toEqual([]);
  });

  it('names an agent that is missing, not executable, or does not run', async () => {
    expect(codes(await check({ agent: { name: 'claude' } }))).toEqual(['agent_missing']);
    const plain = await program('echo 1.0', 0o644);
    expect(codes(await check({ agent: { name: 'claude', bin: plain } }))).toEqual(['agent_missing']);
    const broken = await program('echo cannot load >&2; exit 3');
    const [finding] = await check({ agent: { name: 'claude', bin: broken } });
    expect(finding).toMatchObject({ code: 'agent_missing', message: expect.stringContaining('cannot load') });
    expect(codes(await check({ agent: { name: 'command', command: ['no-such-program'] } }))).toEqual(['agent_missing']);
    expect(await check({ agent: { name: 'command', command: ['cat'] } })).toEqual([]);
  });

  it('asks the agent for its login, and says what its permission mode denies', async () => {
    const out = await program('case $1 in auth) echo "{\\"loggedIn\\":false}"; exit 1;; *) echo 2.1.0;; esac');
    expect(codes(await check({ agent: { name: 'claude', bin: out } }))).toEqual(['agent_needs_login']);
    const bin = await program('case $1 in auth) echo "{\\"loggedIn\\":true}";; *) echo 2.1.0;; esac');
    const findings = await check({ agent: { name: 'claude', bin }, verify: ['true'] });
    expect(findings).toEqual([
      { level: 'info', code: 'permissions', message: expect.stringContaining('Bash(true)'), repair: null },
    ]);
  });

  it('names verification and set-up commands that the shell will not find', async () => {
    await repository.write('check.sh', '#!/bin/sh\n', { mode: 0o755 });
    const verify = [
      'no-such-tool --all',
      'A=1 B=2 other-missing',
      './check.sh',
      './gone.sh',
      'cd . && true',
      'if true; then :; fi',
      '"quoted tool" x',
    ];
    const findings = await check({ ...scripted, verify, setup: [] });
    const missing = findings.filter((each) => each.code === 'verify_command_missing');
    expect(missing.map((each) => /run: (\S+) was/.exec(each.message)?.[1])).toEqual([
      'no-such-tool',
      'other-missing',
      './gone.sh',
    ]);
    const made = await check({ ...scripted, verify: ['./node_modules/.bin/tool'], setup: ['true'] });
    expect(codes(made, 'warning')).toEqual(['verify_command_missing']);
    expect(codes(await check({ ...scripted, verify: [] }), 'info')).toContain('not_verified');
  });

  it('counts what is not part of the base, and refuses it in place', async () => {
    await repository.write('README.md', 'changed');
    await repository.write('new.txt', 'new');
    const [finding] = await check(scripted);
    expect(finding).toMatchObject({
      level: 'info',
      code: 'uncommitted_changes',
      message: expect.stringMatching(/^2 /),
    });
    const inPlace: SettingsOverrides = { ...scripted, workspace: { mode: 'in-place' } };
    expect(codes(await check(inPlace))).toEqual(['checkout_dirty']);
    await repository.git(['checkout', '--quiet', '--', 'README.md']);
    expect(codes(await check(inPlace))).toEqual([]);
    await repository.git(['checkout', '--quiet', '--detach']);
    expect(codes(await check(inPlace))).toEqual(['detached_head']);
    expect(codes(await check(scripted))).toEqual([]);
  });

  it('names a repository without commit, and a folder that is none', async () => {
    const empty = join(repository.root, 'empty');
    await mkdir(empty);
    expect(codes(await check(scripted, { path: empty }))).toEqual(['not_a_repository']);
    await repository.git(['init', '--quiet'], { in: empty });
    expect(codes(await check(scripted, { path: empty }))).toContain('no_commit');
    expect(codes(await check(scripted, { path: join(empty, 'gone') }))).toEqual(['repository_gone']);
  });
});

describe('diskFinding', () => {
  it.each([
    [3_000, []],
    [1_000, ['warning']],
    [100, ['error']],
  ])('judges %d MB', (megabytes, levels) => {
    expect(diskFinding('/data', megabytes * 1024 * 1024).map((each) => each.level)).toEqual(levels);
  });
});

describe('programWord', () => {
  it.each([
    ['npm test', 'npm'],
    ['CI=1 FORCE=2 npm test', 'npm'],
    ['make;', 'make'],
    ['$TOOL x', null],
    ['(cd web && x)', null],
    ['A=1', null],
    ['', null],
  ])('%j -> %j', (command, word) => {
    expect(programWord(command)).toBe(word);
  });
});
