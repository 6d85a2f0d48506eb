/** The pinned Claude Code from the npm registry, kept in the user's cache between test runs. */
import { execFile } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { env } from 'node:process';
import { promisify } from 'node:util';

/** The version that the adapter's contract was measured on. */
export const CLAUDE_VERSION = '2.1.329';

/** Path of the program; installs it once. Safe to call from several processes at a time: the first rename wins. */
export async function installClaude(): Promise<string> {
  const directory = join(
    env['XDG_CACHE_HOME'] || join(homedir(), '.cache'),
    'nightloom',
    `claude-code-${CLAUDE_VERSION}`,
  );
  const program = join(
    directory,
    'node_modules',
    '@anthropic-ai',
    `claude-code-${process.platform}-${process.arch}`,
    'claude',
  );
  if (await isExecutable(program)) return program;
  await mkdir(dirname(directory), { recursive: true });
  const fresh = await mkdtemp(`${directory}.new-`);
  try {
    // Its install script only links the program under another name.
    await promisify(execFile)('npm', [
      'install',
      '--prefix',
      fresh,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      `@anthropic-ai/claude-code@${CLAUDE_VERSION}`,
    ]);
    await rename(fresh, directory).catch(async (error: unknown) => {
      if (!(await isExecutable(program))) throw error;
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return program;
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
