import { existsSync } from 'node:fs';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asId } from '../../../src/contracts/ids.ts';
import { copyIgnored } from '../../../src/host/project/copy-ignored.ts';
import type { CopyResult } from '../../../src/host/project/copy-ignored.ts';
import { forgetSetup, runSetup } from '../../../src/host/project/setup.ts';
import { fence } from '../../../src/host/runs/terminate.ts';
import { workspaceMarkerPrefix, workspacePlace } from '../../../src/host/verify/run-place.ts';
import { newId } from '../../../src/platform/ids.ts';
import { createMasker } from '../../../src/platform/masking.ts';
import { makeRepository } from '../../support/git-repository.ts';
import type { TestRepository } from '../../support/git-repository.ts';

const batch = asId('batch', 'b_0123456789');
const project = asId('project', 'p_0123456789');
const SECRET = 'correct-horse-battery-staple';

let repository: TestRepository;
let tree: string;

beforeEach(async () => {
  repository = await makeRepository({ '.gitignore': '.env\n*.local\nlocal/\nlink\n', 'src/a.txt': 'a\n' });
  tree = join(repository.root, 'tree');
  await repository.git(['worktree', 'add', '--quiet', '--detach', tree]);
});
afterEach(() => repository.remove());

describe('copyIgnored', () => {
  const copy = (...patterns: string[]): Promise<CopyResult> =>
    copyIgnored({ checkout: repository.directory, tree, patterns });
  const refused = (message: RegExp): unknown =>
    expect.objectContaining({ code: 'setup_failed', message: expect.stringMatching(message) });

  it('copies ignored files, folders and globs, and names what is missing', async () => {
    await repository.write('.env', 'KEY=1\n', { mode: 0o600 });
    await repository.write('src/b.local', 'b');
    await repository.write('local/deep/c.txt', 'c');
    const result = await copy('.env', 'src/*.local', './local/', '.env.production', 'none/*.x');
    expect(result.copied.toSorted()).toEqual(['.env', 'local', 'src/b.local']);
    expect(result.missing).toEqual(['.env.production', 'none/*.x']);
    expect(await readFile(join(tree, '.env'), 'utf8')).toBe('KEY=1\n');
    expect(await readFile(join(tree, 'local/deep/c.txt'), 'utf8')).toBe('c');
    expect(await repository.git(['status', '--porcelain'], { in: tree })).toBe('');
  });

  it('leaves what is there already', async () => {
    await repository.write('.env', 'new');
    await writeFile(join(tree, '.env'), 'kept');
    expect((await copy('.env')).copied).toEqual([]);
    expect(await readFile(join(tree, '.env'), 'utf8')).toBe('kept');
  });

  it.each(['../outside', '/etc/hostname', 'src/../../outside', '.', '.git/config', 'src/.git/config'])(
    'refuses the path %s',
    async (pattern) => {
      await expect(copy(pattern)).rejects.toEqual(refused(/leads (out of the checkout|into \.git)/));
    },
  );

  it('refuses what git does not ignore: it would be committed', async () => {
    await repository.write('notes.txt', 'x');
    await expect(copy('notes.txt')).rejects.toEqual(refused(/does not ignore "notes\.txt"/));
    await expect(copy('src/a.txt')).rejects.toEqual(refused(/does not ignore/));
    expect(existsSync(join(tree, 'notes.txt'))).toBe(false);
  });

  it('refuses links that lead out, also inside a folder and on the way', async () => {
    const outside = join(repository.root, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'secret.local'), 'x');
    await symlink(join(outside, 'secret.local'), join(repository.directory, '.env'));
    await expect(copy('.env')).rejects.toEqual(refused(/the link ".env" leads to/));
    await mkdir(join(repository.directory, 'local'));
    await symlink('../../outside', join(repository.directory, 'local', 'out'));
    for (const _again of [1, 2]) await expect(copy('local')).rejects.toEqual(refused(/the link "local\/out" leads to/));
    expect(existsSync(join(tree, 'local'))).toBe(false);
    await symlink(outside, join(repository.directory, 'link'));
    await expect(copy('link/secret.local')).rejects.toEqual(refused(/symbolic link|through a link/));
    // A link in the workspace must not lead the copy out of it either.
    await repository.write('deep/x.local', 'x');
    await symlink(outside, join(tree, 'deep'));
    await expect(copy('deep/x.local')).rejects.toEqual(refused(/through a link/));
    expect(existsSync(join(outside, 'x.local'))).toBe(false);
  });
});

describe('runSetup', () => {
  const installation = newId('installation');
  afterEach(async () => {
    await fence(workspaceMarkerPrefix(installation, batch), { graceMs: 100 });
  });
  const paths = (): { runs: string } => ({ runs: join(repository.root, 'runs') });
  const setup = (commands: string[], timeoutMs = 20_000): Promise<void> =>
    runSetup({
      place: workspacePlace(paths(), installation, batch, project),
      cwd: tree,
      env: { PATH: '/usr/bin:/bin' },
      commands: commands.map((command) => ({ command, timeoutMs })),
      masker: createMasker([SECRET]),
    });
  const count = async (name: string): Promise<number> =>
    (await readFile(join(tree, name), 'utf8').catch(() => '')).split('\n').length - 1;

  it('runs each command once, in order, however often it is called', async () => {
    await setup(['echo x >>one', 'test -e one && echo x >>two']);
    await setup(['echo x >>one', 'test -e one && echo x >>two']);
    expect([await count('one'), await count('two')]).toEqual([1, 1]);
    await forgetSetup(paths(), batch, project);
    await setup(['echo x >>one', 'test -e one && echo x >>two']);
    expect(await count('one')).toBe(2);
  });

  it('fails with the end of the output, masked, and tries the failed command again the next time', async () => {
    const commands = ['echo x >>one', `echo no ${SECRET} >&2; test -e ready || exit 7`, 'echo x >>three'];
    await expect(setup(commands)).rejects.toMatchObject({
      code: 'setup_failed',
      details: { command: commands[1], exitCode: 7, timedOut: false, outputTail: `no ${'*'.repeat(SECRET.length)}\n` },
    });
    expect(await count('three')).toBe(0);
    await writeFile(join(tree, 'ready'), '');
    await setup(commands);
    expect([await count('one'), await count('three')]).toEqual([1, 1]);
  });

  it('fails when a command hangs', async () => {
    await expect(setup(['sleep 300'], 300)).rejects.toMatchObject({
      code: 'setup_failed',
      details: { exitCode: null, timedOut: true },
    });
  });
});
