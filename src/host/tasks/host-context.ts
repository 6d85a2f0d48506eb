/** What every host activity works with. */
import type { HostId, InstallationId } from '../../contracts/ids.ts';
import type { Glances } from '../git/glances.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Environment } from '../../platform/environment.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Masker } from '../../platform/masking.ts';
import type { StatePaths } from '../../platform/paths.ts';

/** The machine, as one host of one installation. */
export interface HostContext {
  readonly paths: StatePaths;
  /** Of the host worker: agents get an allow-list of it. */
  readonly environment: Environment;
  readonly installation: InstallationId;
  readonly host: HostId;
  /** Checks work orders. */
  readonly secret: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly masker: Masker;
  readonly glances: Glances;
}
