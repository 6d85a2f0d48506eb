/** The Temporal of a stack, with every open batch in it: at the start, and when its database was lost under us. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { InstallationId } from '../contracts/ids.ts';
import { systemClock } from '../platform/clock.ts';
import type { Environment } from '../platform/environment.ts';
import type { Logger } from '../platform/logger.ts';
import type { StatePaths } from '../platform/paths.ts';
import type { Store } from '../store/store.ts';
import { meetTemporal } from './recover-batches.ts';
import type { Met } from './recover-batches.ts';
import { openTemporal } from './temporal.ts';
import type { OpenTemporal } from './temporal.ts';

/** What it is opened with. */
export interface KnownTemporalOptions {
  readonly environment: Environment;
  readonly paths: StatePaths;
  readonly store: Store;
  readonly installation: InstallationId;
  readonly logger: Logger;
  readonly stopping: AbortSignal;
  /** Called when the server's process changed. */
  readonly onChange: () => void;
}

const AGAIN_AFTER_MS = 5000;

/**
 * Opens it as `openTemporal` does; on a server of ours open batches that it does not know are reopened from SQL, now
 * and whenever the server has to be started again with a new database.
 * @throws AppError as `openTemporal`; temporal_unknown on a server of the user's; database errors. Nothing is left open then
 */
export async function openKnownTemporal(options: KnownTemporalOptions): Promise<OpenTemporal> {
  const { environment, paths, store, installation, logger, stopping, onChange } = options;
  const { promise, resolve } = Promise.withResolvers<OpenTemporal>();
  const onNewDatabase = (): void => void promise.then((opened) => bringBack(opened));
  const opened = await openTemporal({ environment, paths, logger, onChange, onNewDatabase });
  const meet = async ({ temporal, config }: OpenTemporal): Promise<Met> =>
    await meetTemporal({ store, temporal, config, installation, clock: systemClock, logger }, config.embedded);

  const bringBack = async (known: OpenTemporal): Promise<void> => {
    while (!stopping.aborted) {
      try {
        await known.prepare();
        await meet(known);
        return;
      } catch (err) {
        logger.error({ err }, 'open batches could not be brought into the new database yet');
        await sleep(AGAIN_AFTER_MS, undefined, { signal: stopping, ref: false }).catch(() => undefined);
      }
    }
  };

  try {
    sayReopened(await meet(opened));
  } catch (error) {
    await opened.close(true);
    throw error;
  }
  resolve(opened);
  return opened;
}

/** Whoever starts the stack must know that batches lost what only Temporal knew. */
function sayReopened({ kind, batches }: Met): void {
  if (kind !== 'reopened') return;
  process.stdout.write(`Temporal's database is new: reopened from SQL: ${batches.join(', ')}\n`);
}
