/** Throw-away directories and repositories. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Top of the package. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** The agent of the benchmarks. */
export const AGENT = fileURLToPath(new URL('./agent.mjs', import.meta.url));

/** What is handed to {@link makeRepository}. */
export interface RepositoryOptions {
  readonly directory: string;
  /** How many requirement files. */
  readonly tasks: number;
  /** argv of the agent. */
  readonly agent: readonly string[];
  /** Commands that verify each task. */
  readonly verify?: readonly string[];
}

/** A folder of our own; removed by `dispose`. */
export async function makeFolder(name: string): Promise<{ path: string; dispose(): Promise<void> }> {
  const path = await realpath(await mkdtemp(join(tmpdir(), `nightloom-bench-${name}-`)));
  return { path, dispose: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** A repository with one commit that holds requirements and configuration. Returns the names in order. */
export async function makeRepository(options: RepositoryOptions): Promise<string[]> {
  const { directory } = options;
  const commands = join(directory, '.claude', 'commands');
  await mkdir(commands, { recursive: true });
  const names = Array.from({ length: options.tasks }, (_, at) => `task-${String(at + 1).padStart(4, '0')}`);
  for (const name of names) await writeFile(join(commands, `${name}.md`), `# ${name}\n\nWrite one file.\n`);
  const settings = {
    agent: { name: 'command', command: options.agent },
    ...(options.verify === undefined ? {} : { verify: options.verify }),
  };
  await writeFile(join(directory, 'nightloom.config.json'), `${JSON.stringify(settings, null, 2)}\n`);
  const git = (...args: string[]) => run('git', args, { cwd: directory });
  await git('init', '--quiet', '--initial-branch=main');
  await git('config', 'user.name', 'Bench');
  await git('config', 'user.email', 'bench@example.org');
  await git('add', '--all');
  await git('commit', '--quiet', '-m', 'Start');
  return names;
}
