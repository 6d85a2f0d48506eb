/** A disk of its own for a test, which can be filled to the last byte: a tmpfs, where the user may mount one. */
import { execFile } from 'node:child_process';
import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { mkdtemp, realpath, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const MEGABYTE = 1024 * 1024;
/** Pieces in which it is filled: the last ones as small as the disk's own blocks. */
const PIECES = [MEGABYTE, 4096];
/** What others free on a full disk is taken again after this. */
const REFILL_MS = 20;

/** A mounted disk. */
export interface SmallDisk {
  /** Where it is mounted; empty at first. */
  readonly directory: string;
  /** Fills it but for so many megabytes (default: to the last byte) and keeps it so until {@link SmallDisk.empty}. */
  fill(leaveMegabytes?: number): void;
  /** Gives the space back. */
  empty(): void;
  /** From now on nobody writes to it; no file of it may be open for writing. */
  makeReadOnly(): Promise<void>;
  /** Unmounts and removes it, whoever still holds files on it. */
  remove(): Promise<void>;
}

/** Mounts one of so many megabytes. @throws Error when the system or the user may not */
export async function mountSmallDisk(megabytes: number): Promise<SmallDisk> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'nightloom-disk-')));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'nightloom-test', directory]);
  } catch (error) {
    await rmdir(directory);
    throw error;
  }
  const ballast = join(directory, 'ballast');
  let refilling: NodeJS.Timeout | undefined;
  const empty = (): void => {
    clearInterval(refilling);
    rmSync(ballast, { force: true });
  };
  return {
    directory,
    fill: (leaveMegabytes = 0) => {
      clearInterval(refilling);
      takeAll(ballast, leaveMegabytes * MEGABYTE);
      refilling = setInterval(() => takeAll(ballast, leaveMegabytes * MEGABYTE), REFILL_MS);
    },
    empty,
    makeReadOnly: async () => {
      await run('mount', ['-o', 'remount,ro', directory]);
    },
    remove: async () => {
      clearInterval(refilling);
      await run('umount', ['--lazy', directory]);
      await rmdir(directory);
    },
  };
}

/** Whether this user may mount here: tests that need a disk of their own are skipped otherwise. */
export async function mayMount(): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  try {
    await (await mountSmallDisk(1)).remove();
    return true;
  } catch {
    return false;
  }
}

function takeAll(file: string, leaveBytes: number): void {
  const handle = openSync(file, 'a', 0o600);
  try {
    for (const bytes of PIECES) while (freeBytes(file) >= leaveBytes + bytes && takesPiece(handle, bytes));
  } finally {
    closeSync(handle);
  }
}

function freeBytes(file: string): number {
  const { bavail, bsize } = statfsSync(file);
  return bavail * bsize;
}

/** Others take space meanwhile. */
function takesPiece(handle: number, bytes: number): boolean {
  try {
    return writeSync(handle, Buffer.alloc(bytes)) === bytes;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false;
    throw error;
  }
}
