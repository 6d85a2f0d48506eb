/** Removes old runs and what was dismissed from the inbox by itself; branches, worktrees and refs are left to `nightloom prune`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { pruneInputs, pruneRuns } from '../host/door/prune-files.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { StatePaths } from '../platform/paths.ts';
import { readSettings } from '../store/installation-settings.ts';
import type { Store } from '../store/store.ts';

/** What is tidied. */
export interface TidyOptions {
  readonly paths: StatePaths;
  readonly store: Pick<Store, 'batches' | 'inbox' | 'settings'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

const EVERY_MS = 3_600_000;
/** A start has other things to do first. */
const AFTER_START_MS = 120_000;
const DAY_MS = 86_400_000;

/** Tidies every hour until `signal` aborts. What fails is logged and tried again an hour later. */
export async function tidyHourly(options: TidyOptions, signal: AbortSignal): Promise<void> {
  const pause = (ms: number) => sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
  for (await pause(AFTER_START_MS); !signal.aborted; await pause(EVERY_MS)) {
    await tidyOnce(options).catch((err: unknown) => options.logger.warn({ err }, 'old runs could not be removed'));
    await purgeInbox(options).catch((err: unknown) => options.logger.warn({ err }, 'the inbox could not be purged'));
  }
}

/** Removes runs and frozen texts that are older than the settings say (30 days), over, and of no open batch. How many went. */
export async function tidyOnce({ paths, store, clock, logger }: TidyOptions): Promise<number> {
  const [open, creating] = await Promise.all([store.batches.open(), store.batches.creating()]);
  const openBatches = [...open, ...creating].map((row) => row.id);
  const { settings } = await readSettings(store.settings);
  const maxAgeMs = settings.retention.runsDays * DAY_MS;
  const request = { paths, projects: [], openBatches, dryRun: false, maxAgeMs, nowMs: clock.now() };
  const gone = [...(await pruneRuns(request)), ...(await pruneInputs(request))].filter((item) => !item.kept);
  if (gone.length > 0) logger.info({ removed: gone.length }, 'removed old runs');
  return gone.length;
}

/** Forgets what was dismissed from the inbox longer ago than the settings say (30 days). How many entries went. */
export async function purgeInbox({ store, clock, logger }: Omit<TidyOptions, 'paths'>): Promise<number> {
  const { settings } = await readSettings(store.settings);
  const gone = await store.inbox.purge(clock.now() - settings.retention.inboxDays * DAY_MS, clock.now());
  if (gone > 0) logger.info({ removed: gone }, 'purged the inbox');
  return gone;
}
