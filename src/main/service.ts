/** What every process of a stack in parts begins with. */
import { systemClock } from '../platform/clock.ts';
import type { Environment } from '../platform/environment.ts';
import { readEnvironment } from '../platform/environment.ts';
import { createLogger } from '../platform/logger.ts';
import type { Logger } from '../platform/logger.ts';
import { createMasker, secretValues } from '../platform/masking.ts';
import type { Masker } from '../platform/masking.ts';
import { defaultHome, ensureStateDirectory } from '../platform/paths.ts';
import type { StatePaths } from '../platform/paths.ts';
import type { StoreLocation } from '../store/open-store.ts';
import type { TemporalConfig } from '../temporal/connection.ts';
import { loadInstallation } from './installation.ts';
import type { Installation } from './installation.ts';
import { requiredTemporal } from './service-options.ts';
import { locationSecrets, storeLocation } from './store-location.ts';

/** Surroundings of a process. */
export interface Service {
  readonly environment: Environment;
  readonly paths: StatePaths;
  readonly identity: Installation;
  /** Where the database is. */
  readonly location: StoreLocation;
  readonly config: TemporalConfig;
  /** To standard error: who runs the process keeps its output. */
  readonly logger: Logger;
  readonly masker: Masker;
  readonly clock: typeof systemClock;
}

/**
 * Reads the environment and the state directory.
 * @param name in its log lines
 * @throws AppError state_dir_unusable, invalid_settings (no TEMPORAL_ADDRESS, files that cannot be read)
 */
export async function openService(name: string): Promise<Service> {
  const environment = readEnvironment();
  const paths = await ensureStateDirectory(defaultHome(environment));
  const identity = await loadInstallation(paths, environment);
  const location = await storeLocation(environment, paths);
  const config = requiredTemporal(environment);
  const secrets = [identity.secret, identity.token, ...locationSecrets(location), ...secretValues(environment.raw)];
  const logger = createLogger({ name, level: environment.logLevel, secrets });
  return { environment, paths, identity, location, config, logger, masker: createMasker(secrets), clock: systemClock };
}
