/** Real git repositories in temp directories, for tests. Plain git beside ours, so that tests do not check us with us. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A repository that a test owns. */
export interface TestRepository {
  /** Temp directory that holds everything; removed by `remove`. */
  readonly root: string;
  /** Top of the checkout (real path). */
  readonly directory: string;
  /** Runs plain git in the checkout, or in `in`; output without the last line end. Rejects on a failure. */
  git(args: readonly string[], options?: { in?: string; input?: string }): Promise<string>;
  /** Writes a file of the checkout (or of `in`), with its folders. */
  write(path: string, content: string | Uint8Array, options?: { in?: string; mode?: number }): Promise<string>;
  /** Content of a file; null when there is none. */
  read(path: string, options?: { in?: string }): Promise<string | null>;
  /** Writes `files`, adds everything and commits. Returns the sha. */
  commit(message: string, files?: Readonly<Record<string, string>>): Promise<string>;
  /** Installs an executable hook in the repository. */
  hook(name: string, script: string): Promise<void>;
  remove(): Promise<void>;
}

/** A new repository on branch `main` with an identity and one commit holding `files` (default: a README), below `folder`. */
export async function makeRepository(
  files: Readonly<Record<string, string>> = { 'README.md': '# Test\n' },
  folder: string = tmpdir(),
): Promise<TestRepository> {
  const root = await realpath(await mkdtemp(join(folder, 'nightloom-git-')));
  const directory = join(root, 'checkout');
  await mkdir(directory);
  const git: TestRepository['git'] = (args, options = {}) =>
    plainGit(options.in ?? directory, root, args, options.input);
  const write: TestRepository['write'] = async (path, content, options = {}) => {
    const file = join(options.in ?? directory, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    if (options.mode !== undefined) await chmod(file, options.mode);
    return file;
  };
  const commit: TestRepository['commit'] = async (message, changed = {}) => {
    for (const [path, content] of Object.entries(changed)) await write(path, content);
    await git(['add', '--all']);
    await git(['commit', '--quiet', '--allow-empty', '-m', message]);
    return git(['rev-parse', 'HEAD']);
  };
  await git(['init', '--quiet', '--initial-branch=main']);
  await git(['config', 'user.name', 'Test']);
  await git(['config', 'user.email', 'test@example.org']);
  await commit('Start', files);
  return {
    root,
    directory,
    git,
    write,
    commit,
    read: (path, options = {}) => readFile(join(options.in ?? directory, path), 'utf8').catch(() => null),
    hook: async (name, script) => {
      await write(join('.git', 'hooks', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

function plainGit(directory: string, home: string, args: readonly string[], input?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = {
      PATH: '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin',
      HOME: home,
      LC_ALL: 'C',
      GIT_CONFIG_NOSYSTEM: '1',
    };
    const child = execFile(
      'git',
      [...args],
      { cwd: directory, env, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout.replace(/\n$/, ''));
        else reject(new Error(`git ${args.join(' ')}: ${stderr}${stdout}`));
      },
    );
    // git may end before it has read its input.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
