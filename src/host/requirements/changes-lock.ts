/** One change of requirement files at a time, in this process and among all that share the state directory. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../contracts/errors.ts';
import { systemClock } from '../../platform/clock.ts';
import { acquireProcessLock, readProcessLock } from '../runs/host-lock.ts';
import type { ProcessLock } from '../runs/host-lock.ts';

const WAIT_MS = 10_000;
const POLL_MS = 20;
/** A change takes far less; a lock of a container that is gone names an owner that nobody here can look for. */
const FORGOTTEN_AFTER_MS = 60_000;

/** Runs `work` alone. @throws AppError requirements_busy when another process changes files for too long */
export type Exclusively = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Changes in `folder` (the journal's) one at a time, in the order of the calls. */
export function createChangesLock(folder: string): Exclusively {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const run = last.then(async () => {
      const lock = await acquire(folder);
      try {
        return await work();
      } finally {
        lock.release();
      }
    });
    last = run.catch(() => undefined);
    return run;
  };
}

async function acquire(folder: string): Promise<ProcessLock> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, '.lock');
  const endMs = systemClock.now() + WAIT_MS;
  for (;;) {
    try {
      return acquireProcessLock(file, 'requirements');
    } catch (error) {
      if (!AppError.is(error, 'stack_held')) throw error;
      if (systemClock.now() > endMs) {
        throw new AppError('requirements_busy', 'Another process is changing requirement files.', { cause: error });
      }
    }
    const { owner, state } = readProcessLock(file);
    const age = owner === null ? 0 : systemClock.now() - owner.since;
    if (state === 'unknown' && age > FORGOTTEN_AFTER_MS) await rm(file, { force: true });
    else await sleep(POLL_MS);
  }
}
