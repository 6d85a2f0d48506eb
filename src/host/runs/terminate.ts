/**
 * Ending a run for good: the program first, politely, then everything that carries its marker, because agents start
 * their tools in sessions of their own.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../platform/clock.ts';
import { bootId, findMarked, isAlive, listProcesses, ownIdentity, pidNamespace } from './process-table.ts';
import type { MarkedProcess, ProcessRow } from './process-table.ts';
import { RUN_FILES, errorCode, writeJson } from './run-directory.ts';
import { familyOf, killUntilGone, signalProcess } from './signals.ts';
import type { KillResult, Survivor } from './signals.ts';
import { inspectRun, isOver, readChild, readMarker } from './status.ts';
import type { RunStatus } from './status.ts';
import { waitForRun } from './wait.ts';

/** What terminating did. */
export interface TerminateReport {
  /** Status afterwards; `foreign` means that nothing could be done from here. */
  readonly status: RunStatus;
  /** Pids that were sent a SIGKILL. */
  readonly killed: readonly number[];
  /** What still lives; empty unless the system refuses to end something. */
  readonly survivors: readonly Survivor[];
}

const KILL_WITHIN_MS = 5000;
const EXIT_WITHIN_MS = 2000;
const LEAVE_WITHIN_MS = 50;
const TERMINATED = { code: 143, timedOut: false, terminated: true };

/**
 * Ends the run in `dir`: SIGTERM to the program (never SIGINT: agents read that as the user's refusal), `graceMs`,
 * SIGKILL to its session and to all that carries its marker, until nothing is left. Signals nobody whose start time or
 * marker does not fit. A run that was never claimed is sealed, so that a late shim starts nothing.
 */
export async function terminateRun(dir: string, options: { readonly graceMs: number }): Promise<TerminateReport> {
  if ((await inspectRun(dir)).status === 'unclaimed') sealRun(dir);
  const before = await inspectRun(dir);
  if (before.status === 'foreign') return { status: before, killed: [], survivors: [] };
  const marker = readMarker(dir);
  const family = new Map<number, ProcessRow>();
  const grow = (rows: readonly ProcessRow[]): void => {
    for (const row of membersOf(dir, before, marker, rows)) family.set(row.pid, row);
    for (const row of familyOf([...family.values()].filter(isAlive), rows, shimsOf(marker, rows))) {
      family.set(row.pid, row);
    }
  };
  grow(listProcesses());
  await askToEnd(dir, before, [...family.values()], options.graceMs);
  const result = await killUntilGone((rows) => {
    grow(rows);
    return [...family.values()].filter(isAlive);
  }, KILL_WITHIN_MS);
  if (before.status === 'running') await waitForRun(dir, { timeoutMs: EXIT_WITHIN_MS });
  const shims = await killShims((each) => each === marker);
  return {
    status: await inspectRun(dir),
    killed: [...result.signalled, ...shims.signalled],
    survivors: [...result.survivors, ...shims.survivors],
  };
}

/**
 * Assures that nothing lives whose marker begins with `markerPrefix`: used before a new attempt and after the last.
 * SIGTERM, `graceMs` (default 2,000), SIGKILL until nothing is left.
 */
export async function fence(
  markerPrefix: string,
  options: { readonly graceMs?: number } = {},
): Promise<{ readonly killed: readonly number[]; readonly survivors: readonly Survivor[] }> {
  const belongs = (marker: string): boolean => marker.startsWith(markerPrefix);
  const first = await withoutLeavingShims(belongs);
  if (first.length === 0) return { killed: [], survivors: [] };
  for (const row of first) signalProcess(row, 'SIGTERM');
  await untilGone(() => findMarked(belongs).length === 0, options.graceMs ?? 2000);
  const runs = await killUntilGone(
    (rows) => findMarked(belongs, [...rows]).filter((row) => row.role === 'run'),
    KILL_WITHIN_MS,
  );
  // A shim whose program is gone writes how it ended, if it is let.
  await untilGone(() => findMarked(belongs).length === 0, EXIT_WITHIN_MS);
  const shims = await killShims(belongs);
  return { killed: [...runs.signalled, ...shims.signalled], survivors: [...runs.survivors, ...shims.survivors] };
}

/** A shim that has written how its run ended is on its way out: the usual case after a run, over in a millisecond. */
async function withoutLeavingShims(belongs: (marker: string) => boolean): Promise<MarkedProcess[]> {
  const found = findMarked(belongs);
  if (found.length === 0 || found.some((row) => row.role === 'run')) return found;
  await untilGone(() => !found.some(isAlive), LEAVE_WITHIN_MS);
  return findMarked(belongs);
}

/**
 * Takes an unclaimed directory so that no shim ever starts its program; it reads as terminated then. False if it was
 * claimed before or does not exist.
 */
export function sealRun(dir: string): boolean {
  const { pid, startTime } = ownIdentity();
  try {
    const claim = `${pid} ${startTime} ${bootId()} ${pidNamespace()}\n`;
    writeFileSync(join(dir, RUN_FILES.claim), claim, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (errorCode(error) === 'EEXIST' || errorCode(error) === 'ENOENT') return false;
    throw error;
  }
  writeJson(join(dir, RUN_FILES.exit), TERMINATED);
  return true;
}

/** The program, what carries the marker, and what is in the shim's session while the shim proves that it is ours. */
function membersOf(
  dir: string,
  before: RunStatus,
  marker: string | null,
  rows: readonly ProcessRow[],
): readonly ProcessRow[] {
  const marked = findMarked((each) => each === marker, [...rows]).filter((row) => row.role === 'run');
  const child = readChild(dir);
  const program = rows.filter((row) => row.pid === child?.pid && row.startTime === child.startTime);
  if (before.status !== 'running' || !isAlive(before.shim)) return [...marked, ...program];
  const shims = shimsOf(marker, rows);
  const { pid } = before.shim;
  return [
    ...marked,
    ...program,
    ...rows.filter((row) => row.session === pid && row.pid !== pid && !shims.has(row.pid)),
  ];
}

function shimsOf(marker: string | null, rows: readonly ProcessRow[]): Set<number> {
  const shims = findMarked((each) => each === marker, [...rows]).filter((row) => row.role === 'shim');
  return new Set(shims.map((row) => row.pid));
}

/** Through the shim, which records it; without one, the processes themselves are asked. */
async function askToEnd(dir: string, before: RunStatus, family: readonly ProcessRow[], graceMs: number): Promise<void> {
  if (before.status === 'running') {
    signalProcess(before.shim, 'SIGTERM');
    const after = await waitForRun(dir, { timeoutMs: graceMs });
    if (isOver(after)) return;
  }
  if (before.status === 'running' || family.length === 0) return;
  for (const row of family) signalProcess(row, 'SIGTERM');
  await untilGone(() => !family.some(isAlive), graceMs);
}

/** Shims are never in the way of a fence for long: their program is gone when this is called. */
function killShims(belongs: (marker: string) => boolean): Promise<KillResult> {
  return killUntilGone((rows) => findMarked(belongs, [...rows]).filter((row) => row.role === 'shim'), KILL_WITHIN_MS);
}

async function untilGone(gone: () => boolean, withinMs: number): Promise<void> {
  const deadline = systemClock.monotonicMs() + withinMs;
  for (let pauseMs = 1; !gone() && systemClock.monotonicMs() < deadline; pauseMs = Math.min(pauseMs * 2, 100)) {
    await sleep(pauseMs);
  }
}
