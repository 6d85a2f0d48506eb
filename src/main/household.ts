/** What a stack does besides: notices gaps, removes old runs, keeps the machine awake. Nothing of it fails the stack. */
import { keepAwakeSetting } from '../host/project/settings.ts';
import { systemClock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { StatePaths } from '../platform/paths.ts';
import type { Store } from '../store/store.ts';
import { isUnderWay, watchGaps } from './gaps.ts';
import { keepAwake } from './keep-awake.ts';
import { tidyHourly } from './tidy-hourly.ts';

/** What is looked after. */
export interface Household {
  readonly paths: StatePaths;
  readonly store: Store;
  readonly logger: Logger;
  /** PATH of the stack. */
  readonly path: string;
}

/** Begins; resolves when `signal` aborted and all has ended. */
export async function keepHouse({ paths, store, logger, path }: Household, signal: AbortSignal): Promise<void> {
  const shared = { paths, store, logger, clock: systemClock };
  const wish = () => keepAwakeSetting(paths.home);
  const isBusy = () => isUnderWay(store);
  await Promise.all([
    watchGaps(shared, signal),
    tidyHourly(shared, signal),
    keepAwake({ path, logger, wish, isBusy }, signal),
  ]);
}
