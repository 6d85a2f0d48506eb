/** Who may own a git lock file: found among the living processes of this machine. */
import { readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { defaultGitEnvironment } from './environment.ts';
import { exec } from '../../platform/exec.ts';

/** `unknown`: this machine does not let us tell; then nothing may be removed. */
export type LockOwner =
  | { readonly state: 'alive'; readonly pid: number }
  | { readonly state: 'dead' }
  | { readonly state: 'unknown' };

/**
 * A process owns the lock if it has the file open, or if it is a git (which closes the file while hooks run) that works
 * in one of the repository's working trees or in its git directory.
 */
export async function lockOwner(lock: string, directory: string): Promise<LockOwner> {
  const folders = await workingFolders(lock, directory);
  const processes = await readdir('/proc').catch((): string[] => []);
  if (processes.includes('self')) return ownerInProc(processes, lock, folders);
  return ownerByLsof(lock, folders);
}

async function ownerInProc(entries: readonly string[], lock: string, folders: readonly string[]): Promise<LockOwner> {
  const uid = process.getuid?.();
  for (const entry of entries) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const owner = await stat(`/proc/${pid}`).then(
      (found) => found.uid,
      () => undefined,
    );
    if (owner === undefined || (owner !== uid && owner !== 0)) continue;
    if (await hasOpen(pid, lock)) return { state: 'alive', pid };
    if ((await isGit(pid)) && (await worksIn(pid, folders))) return { state: 'alive', pid };
  }
  return { state: 'dead' };
}

async function hasOpen(pid: number, file: string): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch((): string[] => []);
  const targets = await Promise.all(descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
  return targets.includes(file);
}

async function isGit(pid: number): Promise<boolean> {
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  return name.startsWith('git') || name.startsWith('scalar');
}

/** An unreadable working directory counts as ours: not provably elsewhere. A process that is gone does not. */
async function worksIn(pid: number, folders: readonly string[]): Promise<boolean> {
  const folder = await readlink(`/proc/${pid}/cwd`).catch(async (error: unknown) => {
    const denied = error instanceof Error && 'code' in error && error.code === 'EACCES';
    return denied ? (folders[0] ?? null) : null;
  });
  return folder !== null && folders.some((root) => isInside(root, folder));
}

/** macOS has no /proc: `lsof` (part of the system) exits 1 when it found nothing. */
async function ownerByLsof(lock: string, folders: readonly string[]): Promise<LockOwner> {
  const options = { cwd: dirname(lock), env: defaultGitEnvironment(), timeoutMs: 10_000 };
  const open = await exec(['lsof', '-w', '-t', '--', lock], options);
  const gits = await exec(['lsof', '-w', '-a', '-c', 'git', '-d', 'cwd', '-F', 'pn'], options);
  if (open.spawnError !== null || gits.spawnError !== null || open.timedOut || gits.timedOut)
    return { state: 'unknown' };
  const holder = Number.parseInt(open.stdout, 10);
  if (Number.isInteger(holder)) return { state: 'alive', pid: holder };
  let pid = 0;
  for (const line of gits.stdout.split('\n')) {
    if (line.startsWith('p')) pid = Number(line.slice(1));
    if (line.startsWith('n') && folders.some((root) => isInside(root, line.slice(1)))) return { state: 'alive', pid };
  }
  return { state: 'dead' };
}

/**
 * Folders in which a git process that can own `lock` works: for a lock of one worktree that worktree, for a lock of the
 * common directory all working trees of the repository.
 */
async function workingFolders(lock: string, directory: string): Promise<string[]> {
  const gitDirectory = await gitDirectoryOf(lock);
  const folders = [directory, gitDirectory];
  const admin = basename(dirname(gitDirectory)) === 'worktrees' ? gitDirectory : null;
  if (admin === null) {
    if (basename(gitDirectory) === '.git') folders.push(dirname(gitDirectory));
    const names = await readdir(join(gitDirectory, 'worktrees')).catch((): string[] => []);
    folders.push(...(await Promise.all(names.map((name) => workTreeOf(join(gitDirectory, 'worktrees', name))))));
  } else {
    folders.push(await workTreeOf(admin));
  }
  const real = await Promise.all(folders.map((folder) => realpath(folder).catch(() => folder)));
  return [...new Set(real.filter((folder) => folder !== ''))];
}

/** The git directory above a lock such as `.git/index.lock`, `.git/worktrees/x/HEAD.lock`, `.git/refs/heads/a/b.lock`. */
async function gitDirectoryOf(lock: string): Promise<string> {
  let folder = dirname(lock);
  while (folder !== dirname(folder)) {
    const names = await readdir(folder).catch((): string[] => []);
    if (names.includes('HEAD') && (names.includes('objects') || names.includes('commondir'))) return folder;
    folder = dirname(folder);
  }
  return dirname(lock);
}

async function workTreeOf(admin: string): Promise<string> {
  const text = await readFile(join(admin, 'gitdir'), 'utf8').catch(() => '');
  return text.trim() === '' ? '' : dirname(text.trim());
}

function isInside(root: string, folder: string): boolean {
  return folder === root || folder.startsWith(root.endsWith(sep) ? root : root + sep);
}
