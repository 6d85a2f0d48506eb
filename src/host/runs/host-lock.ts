/** One process per role and state directory, decided by pid, start time, boot and machine. */
import { linkSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { AppError } from '../../contracts/errors.ts';
import { systemClock } from '../../platform/clock.ts';
import { bootId, isAlive, ownIdentity, pidNamespace } from './process-table.ts';
import type { ProcessIdentity } from './process-table.ts';
import { errorCode, isRecord, readJson, readTextIfAny, writeJson } from './run-directory.ts';

/** Who holds a lock. */
export interface ProcessLockOwner extends ProcessIdentity {
  readonly role: string;
  readonly machine: string;
  readonly boot: string;
  readonly namespace: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** A lock that this process holds. */
export interface ProcessLock {
  readonly owner: ProcessLockOwner;
  /** Lets go; does nothing when somebody else took over or it was released before. */
  release(): void;
}

/** What a lock file says. `unknown`: it was made elsewhere (machine or pid namespace) or cannot be read. */
export interface ProcessLockState {
  readonly owner: ProcessLockOwner | null;
  readonly state: 'free' | 'held' | 'stale' | 'unknown';
}

const ROUNDS = 5;

/**
 * Takes the lock `file` (its folder exists) for this process. A dead owner's is taken over, but only if it provably
 * died: same machine and pid namespace, or same machine and an earlier boot.
 * @throws AppError stack_held, with the owner in its details
 */
export function acquireProcessLock(file: string, role: string): ProcessLock {
  const owner: ProcessLockOwner = {
    ...ownIdentity(),
    role,
    machine: machineId(),
    boot: bootId(),
    namespace: pidNamespace(),
    since: systemClock.now(),
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    if (create(file, owner)) return { owner, release: () => release(file, owner) };
    const found = readProcessLock(file);
    if (found.state === 'held' || found.state === 'unknown') throw held(file, found);
    if (found.state === 'stale') removeStale(file);
  }
  throw held(file, readProcessLock(file));
}

/** Who holds `file`, and whether that process lives. */
export function readProcessLock(file: string): ProcessLockState {
  if (readTextIfAny(file) === null) return { owner: null, state: 'free' };
  const owner = parseOwner(readJson(file));
  if (owner === null) return { owner, state: 'unknown' };
  if (owner.machine !== machineId()) return { owner, state: 'unknown' };
  if (owner.boot !== bootId()) return { owner, state: 'stale' };
  if (owner.namespace !== pidNamespace()) return { owner, state: 'unknown' };
  return { owner, state: isAlive(owner) ? 'held' : 'stale' };
}

/** Identity of the machine that outlives a boot; its name where the system has none. */
export function machineId(): string {
  for (const file of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
    try {
      const id = readFileSync(file, 'utf8').trim();
      if (id !== '') return id;
    } catch {
      continue;
    }
  }
  return `name:${hostname()}`;
}

/** Complete under its name or not at all. */
function create(file: string, owner: ProcessLockOwner): boolean {
  const draft = `${file}.${process.pid}.draft`;
  try {
    writeJson(draft, owner);
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Moves it away and looks again: whoever took over in between gets it back. */
function removeStale(file: string): void {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
    if (readProcessLock(aside).state !== 'stale') linkSync(aside, file);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' && errorCode(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function release(file: string, owner: ProcessLockOwner): void {
  const found = parseOwner(readJson(file));
  const ours = found?.pid === owner.pid && found.startTime === owner.startTime && found.since === owner.since;
  if (ours) rmSync(file, { force: true });
}

function parseOwner(value: unknown): ProcessLockOwner | null {
  if (!isRecord(value)) return null;
  const { pid, startTime, role, machine, boot, namespace, since } = value;
  if (typeof pid !== 'number' || typeof startTime !== 'string' || typeof role !== 'string') return null;
  if (typeof machine !== 'string' || typeof boot !== 'string' || typeof namespace !== 'string') return null;
  return { pid, startTime, role, machine, boot, namespace, since: typeof since === 'number' ? since : 0 };
}

function held(file: string, { owner, state }: ProcessLockState): AppError {
  const who = owner === null ? 'somebody unknown' : `process ${owner.pid} (${owner.role})`;
  const where = state === 'unknown' ? ' on another machine or in another container' : '';
  return new AppError('stack_held', `${file} is held by ${who}${where}.`, { details: { file, owner, state } });
}
