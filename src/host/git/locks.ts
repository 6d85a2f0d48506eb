/**
 * Locks that a killed git left behind: the common case after a kill. Git's lock files name no owner, so the owner is
 * looked for among the living; a lock is removed only when nobody can own it and it has not moved meanwhile.
 */
import { lstat, unlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../contracts/errors.ts';
import { lockOwner } from './lock-owner.ts';

/** Younger locks are never removed: their owner may just have been started by somebody we cannot see. */
const MINIMUM_AGE_MS = 1_000;
const SECOND_LOOK_MS = 200;
const BACKOFF_MS = [25, 50, 100, 200, 400, 800] as const;

/** A lock in the way. */
export interface HeldLock {
  /** Path of the lock file; empty when git did not name it. */
  readonly lock: string;
  /** Where the failed command ran. */
  readonly directory: string;
  /** How often this command has failed before on a lock. */
  readonly round: number;
  /** What is left of the time to wait, in milliseconds. */
  readonly remainingMs: number;
}

/**
 * Returns when trying again makes sense: the lock is gone, was removed as stale, or some time has passed.
 * @throws AppError git_busy when the time is up
 */
export async function waitForLock(held: HeldLock): Promise<void> {
  if (held.lock !== '' && (await removeStaleLock(held.lock, held.directory))) return;
  if (held.remainingMs <= 0) throw await busy(held);
  const pauseMs = BACKOFF_MS[Math.min(held.round, BACKOFF_MS.length - 1)] ?? 800;
  await sleep(Math.min(pauseMs, Math.max(held.remainingMs, 1)));
}

/**
 * Removes `lock` if its owner is provably dead and the file lay still while we looked twice.
 * @returns true when the lock is no longer there
 */
async function removeStaleLock(lock: string, directory: string): Promise<boolean> {
  const first = await look(lock);
  if (first === null) return true;
  if (Date.now() - first.modifiedMs < MINIMUM_AGE_MS || first.uid !== process.getuid?.()) return false;
  if ((await lockOwner(lock, directory)).state !== 'dead') return false;
  await sleep(SECOND_LOOK_MS);
  if ((await lockOwner(lock, directory)).state !== 'dead') return false;
  const second = await look(lock);
  if (second === null) return true;
  if (second.inode !== first.inode || second.modifiedMs !== first.modifiedMs || second.bytes !== first.bytes)
    return false;
  await unlink(lock).catch(ignoreMissing);
  return true;
}

interface Look {
  readonly inode: number;
  readonly modifiedMs: number;
  readonly bytes: number;
  readonly uid: number;
}

async function look(file: string): Promise<Look | null> {
  try {
    const found = await lstat(file);
    return { inode: found.ino, modifiedMs: found.mtimeMs, bytes: found.size, uid: found.uid };
  } catch (error) {
    ignoreMissing(error);
    return null;
  }
}

function ignoreMissing(error: unknown): void {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
  throw error;
}

async function busy(held: HeldLock): Promise<AppError> {
  const owner = held.lock === '' ? null : await lockOwner(held.lock, held.directory);
  const pid = owner?.state === 'alive' ? owner.pid : null;
  const who = pid === null ? 'Another git process' : `Process ${pid}`;
  return new AppError('git_busy', `${who} holds ${held.lock === '' ? 'a lock' : held.lock}.`, {
    details: { lock: held.lock, directory: held.directory, pid },
  });
}
