/** Notices when the machine slept or the stack was down while a batch was under way, and notes it in the journal. */
import { uptime } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gapBefore, gapBetween } from '../domain/gaps.ts';
import type { Gap, Heartbeat } from '../domain/gaps.ts';
import { isRecord, readJson, writeJson } from '../host/runs/run-directory.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { StatePaths } from '../platform/paths.ts';
import type { Store } from '../store/store.ts';

/** What is watched and written. */
export interface GapWatch {
  readonly paths: Pick<StatePaths, 'home'>;
  readonly store: Pick<Store, 'batches' | 'events'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
  /** Default: this machine's, sleep included. */
  readonly uptimeMs?: () => number;
  /** Default 15,000. */
  readonly intervalMs?: number;
}

const INTERVAL_MS = 15_000;

/** Looks at the last heartbeat of before, then beats until `signal` aborts. Never throws. */
export async function watchGaps(watch: GapWatch, signal: AbortSignal): Promise<void> {
  const { logger, intervalMs = INTERVAL_MS } = watch;
  const file = join(watch.paths.home, 'heartbeat.json');
  const lastMs = readLast(file);
  let last = look(watch);
  if (lastMs !== null) await note(watch, gapBefore(lastMs, last.atMs));
  while (!signal.aborted) {
    try {
      writeJson(file, { v: 1, atMs: last.atMs });
    } catch (err) {
      logger.warn({ err }, 'the heartbeat could not be written');
    }
    await sleep(intervalMs, undefined, { signal, ref: false }).catch(() => undefined);
    const now = look(watch);
    await note(watch, gapBetween(last, now, intervalMs));
    last = now;
  }
}

/** True while any batch runs or waits: only then a gap is anybody's business. */
export async function isUnderWay(store: Pick<Store, 'batches'>): Promise<boolean> {
  return (await store.batches.open()).some((batch) => batch.status === 'running');
}

function look({ clock, uptimeMs = () => uptime() * 1000 }: GapWatch): Heartbeat {
  return { atMs: clock.now(), uptimeMs: uptimeMs() };
}

function readLast(file: string): number | null {
  const value = readJson(file);
  return isRecord(value) && typeof value['atMs'] === 'number' ? value['atMs'] : null;
}

async function note({ store, logger }: GapWatch, gap: Gap | null): Promise<void> {
  if (gap === null) return;
  try {
    if (!(await isUnderWay(store))) return;
    const { fromMs, untilMs, why } = gap;
    const data = { from: new Date(fromMs).toISOString(), until: new Date(untilMs).toISOString(), why };
    logger.warn(data, 'nothing ran for a while');
    const entry = { type: 'system.note' as const, atMs: untilMs, batch: null, task: null, data };
    await store.events.append([{ id: `gap:${fromMs}`, ...entry }]);
  } catch (err) {
    logger.warn({ err }, 'a gap could not be noted');
  }
}
