/** Signalling processes that are known by pid and start time, and nobody else. */
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../platform/clock.ts';
import { isAlive, listProcesses } from './process-table.ts';
import type { ProcessIdentity, ProcessRow } from './process-table.ts';

/** A process that could not be ended. */
export interface Survivor {
  readonly pid: number;
  readonly name: string;
}

/** Sends `signal` if exactly this process lives; true if it was sent. Never to ourselves. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (identity.pid === process.pid || identity.pid <= 1 || !isAlive(identity)) return false;
  try {
    return process.kill(identity.pid, signal);
  } catch {
    // It ended just now, or belongs to somebody else: the next scan shows which.
    return false;
  }
}

/** `roots` and all their descendants among `rows`; without those in `except` and what descends from them only. */
export function familyOf(
  roots: readonly ProcessRow[],
  rows: readonly ProcessRow[],
  except: ReadonlySet<number>,
): ProcessRow[] {
  const children = new Map<number, ProcessRow[]>();
  for (const row of rows) children.set(row.parent, [...(children.get(row.parent) ?? []), row]);
  const found = new Map<number, ProcessRow>();
  const open = [...roots];
  for (let row = open.pop(); row !== undefined; row = open.pop()) {
    if (found.has(row.pid) || except.has(row.pid) || row.pid === process.pid) continue;
    found.set(row.pid, row);
    open.push(...(children.get(row.pid) ?? []));
  }
  return [...found.values()];
}

/** Result of {@link killUntilGone}. */
export interface KillResult {
  readonly signalled: readonly number[];
  readonly survivors: readonly Survivor[];
}

/**
 * SIGKILL to what `find` names, again and again until it names nothing (processes fork while they are looked at), for
 * at most `withinMs`. What lives then, for example in an uninterruptible wait, is returned.
 */
export async function killUntilGone(
  find: (rows: readonly ProcessRow[]) => ProcessRow[],
  withinMs: number,
): Promise<KillResult> {
  const signalled = new Set<number>();
  const deadline = systemClock.monotonicMs() + withinMs;
  for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 2, 100)) {
    const living = find(listProcesses()).filter((row) => row.pid !== process.pid);
    if (living.length === 0) return { signalled: [...signalled], survivors: [] };
    if (systemClock.monotonicMs() >= deadline) {
      return { signalled: [...signalled], survivors: living.map(({ pid, name }) => ({ pid, name })) };
    }
    for (const row of living) if (signalProcess(row, 'SIGKILL')) signalled.add(row.pid);
    await sleep(pauseMs);
  }
}
