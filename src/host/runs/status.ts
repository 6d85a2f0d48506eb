/** What became of a run, from its directory and the process table; never from a pid alone. */
import { existsSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bootId, findMarked, isAlive, pidNamespace } from './process-table.ts';
import type { ProcessIdentity } from './process-table.ts';
import { RUN_FILES, isRecord, readJson, readTextIfAny } from './run-directory.ts';

/** How a run ended, as its shim saw it. Times are milliseconds since 1970. */
export interface RunExit {
  /** Exit code; null when a signal ended it. 127 and 126: the program could not be started. */
  readonly code: number | null;
  /** Name like `SIGKILL`; a program that exits with 128 + n by itself reads the same. */
  readonly signal: string | null;
  /** The shim ended it because its time was over. */
  readonly timedOut: boolean;
  /** It was ended because somebody asked for it. */
  readonly terminated: boolean;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly durationMs: number;
}

/** Where a run is. */
export type RunStatus =
  /** No shim has taken the directory: launching it is safe. */
  | { readonly status: 'unclaimed' }
  /** `child` is null in the moment before the program is started. `startedAt` in milliseconds since 1970. */
  | {
      readonly status: 'running';
      readonly shim: ProcessIdentity;
      readonly child: ProcessIdentity | null;
      readonly startedAt: number;
    }
  | { readonly status: 'exited'; readonly exit: RunExit }
  /** The shim is gone without a word, but the program or its tools live: watch them, nobody else does. */
  | { readonly status: 'orphaned'; readonly pids: readonly number[]; readonly startedAt: number }
  /** Nothing of it can be alive, and how it ended is unknown. */
  | { readonly status: 'lost'; readonly reason: 'rebooted' | 'processes_gone' | 'claim_unreadable' }
  /** Claimed in another pid namespace: from here nothing can be said about it. */
  | { readonly status: 'foreign'; readonly namespace: string };

interface Claim {
  readonly shim: ProcessIdentity;
  readonly boot: string;
  readonly namespace: string;
}

const CLAIM_RETRIES = 10;
const CLAIM_RETRY_MS = 5;

/** Status of the run in `dir`, now. Waits up to 50 ms for a claim that is just being written. */
export async function inspectRun(dir: string): Promise<RunStatus> {
  for (let round = 0; round < CLAIM_RETRIES; round += 1) {
    const found = inspectRunNow(dir);
    if (found.status !== 'lost' || found.reason !== 'claim_unreadable') return found;
    await sleep(CLAIM_RETRY_MS);
  }
  return inspectRunNow(dir);
}

/** Like {@link inspectRun} without waiting: a claim that is just being written reads as lost with `claim_unreadable`. */
export function inspectRunNow(dir: string): RunStatus {
  const exit = readExit(dir);
  if (exit !== null) return { status: 'exited', exit };
  const text = readTextIfAny(join(dir, RUN_FILES.claim));
  if (text === null) return { status: 'unclaimed' };
  const claim = parseClaim(text);
  const startedAt = changedAt(join(dir, RUN_FILES.claim));
  if (claim === null) return withoutShim(dir, startedAt, 'claim_unreadable');
  if (claim.boot !== bootId()) return { status: 'lost', reason: 'rebooted' };
  if (claim.namespace !== pidNamespace()) return { status: 'foreign', namespace: claim.namespace };
  if (isAlive(claim.shim)) return { status: 'running', shim: claim.shim, child: readChild(dir), startedAt };
  // It may have ended between the two looks.
  const late = readExit(dir);
  if (late !== null) return { status: 'exited', exit: late };
  return withoutShim(dir, startedAt, 'processes_gone');
}

/** True once nothing of the run can be alive any more and nothing of it can start by itself. */
export function isOver(status: RunStatus): boolean {
  return status.status === 'exited' || status.status === 'lost';
}

function withoutShim(dir: string, startedAt: number, reason: 'processes_gone' | 'claim_unreadable'): RunStatus {
  const pids = new Set<number>();
  const child = readChild(dir);
  if (child !== null && isAlive(child)) pids.add(child.pid);
  const marker = readMarker(dir);
  if (marker !== null) {
    for (const row of findMarked((each) => each === marker)) {
      if (row.role === 'run') pids.add(row.pid);
    }
  }
  return pids.size > 0 ? { status: 'orphaned', pids: [...pids], startedAt } : { status: 'lost', reason };
}

/** Marker of the run, from the specification written before its launch; null before. */
export function readMarker(dir: string): string | null {
  const spec = readJson(join(dir, RUN_FILES.spec));
  return isRecord(spec) && typeof spec['marker'] === 'string' ? spec['marker'] : null;
}

/** The program's process as its shim recorded it; null before, or where its start time could not be read. */
export function readChild(dir: string): ProcessIdentity | null {
  const value = readJson(join(dir, RUN_FILES.process));
  if (!isRecord(value)) return null;
  const { pid, startTime } = value;
  if (typeof pid !== 'number' || typeof startTime !== 'string' || startTime === '') return null;
  return { pid, startTime };
}

/** How the run ended; null while it has not. Start and end are the times at which claim and exit file were written. */
export function readExit(dir: string): RunExit | null {
  const file = join(dir, RUN_FILES.exit);
  if (!existsSync(file)) return null;
  const value = readJson(file);
  if (!isRecord(value) || typeof value['code'] !== 'number') return null;
  const status = value['code'];
  const signal = signalName(status);
  const startedAt = changedAt(join(dir, RUN_FILES.claim));
  const endedAt = changedAt(file);
  return {
    code: signal === null ? status : null,
    signal,
    timedOut: value['timedOut'] === true,
    terminated: value['terminated'] === true,
    startedAt,
    endedAt,
    durationMs: Math.max(0, endedAt - startedAt),
  };
}

/** Claim of a directory, also one that is being written: then null. */
function parseClaim(text: string): Claim | null {
  const [pid, startTime, boot, namespace] = text.trim().split(' ');
  if (namespace === undefined || !text.endsWith('\n')) return null;
  return { shim: { pid: Number(pid), startTime: startTime ?? '' }, boot: boot ?? '', namespace };
}

/** A shell reports the end by signal n as 128 + n. */
function signalName(status: number): string | null {
  if (status <= 128) return null;
  return Object.entries(constants.signals).find(([, number]) => number === status - 128)?.[0] ?? null;
}

function changedAt(file: string): number {
  return Math.round(statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
}
