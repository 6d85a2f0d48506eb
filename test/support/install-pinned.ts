/** Pinned command lines from the npm registry, kept in the user's cache between test runs. */
import { execFile } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { env } from 'node:process';
import { promisify } from 'node:util';

/** A package with the program that it holds. */
export interface Pinned {
  /** Name in the registry. */
  readonly name: string;
  /** The version that the adapter's contract was measured on. */
  readonly version: string;
  /** Path of the program below `node_modules`. */
  readonly program: string;
}

/** Path of the program; installs it once. Safe to call from several processes at a time: the first rename wins. */
export async function installPinned({ name, version, program }: Pinned): Promise<string> {
  const cache = join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'nightloom');
  const directory = join(cache, `${name.replace(/^@/, '').replace('/', '-')}-${version}`);
  const path = join(directory, 'node_modules', program);
  if (await isExecutable(path)) return path;
  await mkdir(dirname(directory), { recursive: true });
  const fresh = await mkdtemp(`${directory}.new-`);
  try {
    // The install scripts of these packages only link the program under another name.
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund'];
    await promisify(execFile)('npm', ['install', '--prefix', fresh, ...flags, `${name}@${version}`]);
    await rename(fresh, directory).catch(async (error: unknown) => {
      if (!(await isExecutable(path))) throw error;
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return path;
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
