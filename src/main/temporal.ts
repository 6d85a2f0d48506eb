/** The Temporal of a stack: the user's, or one that we bring along and keep running. */
import { AppError } from '../contracts/errors.ts';
import type { ProcessIdentity } from '../host/runs/process-table.ts';
import type { Environment } from '../platform/environment.ts';
import type { Logger } from '../platform/logger.ts';
import type { StatePaths } from '../platform/paths.ts';
import { sharedCacheDirectory } from '../temporal/binary.ts';
import {
  askServerVersion,
  connectTemporal,
  embeddedTemporalConfig,
  externalTemporalConfig,
  hasExternalTemporal,
} from '../temporal/connection.ts';
import type { TemporalClient, TemporalConfig } from '../temporal/connection.ts';
import { startEmbeddedServer } from '../temporal/embedded-server.ts';
import { prepareNamespace } from '../temporal/namespace.ts';
import { superviseEmbeddedServer } from '../temporal/supervise-server.ts';
import type { ServerSupervisor } from '../temporal/supervise-server.ts';

/** A reachable Temporal. */
export interface OpenTemporal {
  readonly config: TemporalConfig;
  readonly temporal: TemporalClient;
  /** null when the server is the user's. */
  readonly supervisor: ServerSupervisor | null;
  /** null when unknown. */
  uiUrl(): string | null;
  /** The embedded server's process; null when the server is the user's. */
  process(): ProcessIdentity | null;
  /** Makes the namespace fit again, after the server began with a new database. @throws AppError as {@link openTemporal} */
  prepare(): Promise<void>;
  close(stopServer: boolean): Promise<void>;
}

const VERSION_TIMEOUT_MS = 10_000;

/**
 * Finds or starts Temporal and makes its namespace fit.
 * @throws AppError temporal_binary_missing, temporal_unreachable, temporal_setup_refused, port_taken, invalid_settings
 */
export async function openTemporal(options: {
  environment: Environment;
  paths: StatePaths;
  logger: Logger;
  onChange: () => void;
  /** Called when the embedded server had to be started again and its database was gone. */
  onNewDatabase?: () => void;
}): Promise<OpenTemporal> {
  const { environment, paths, logger } = options;
  if (hasExternalTemporal(environment)) return await openExternal(environment);
  const serverOptions = {
    stateDirectory: paths.home,
    cacheDirectory: sharedCacheDirectory(environment),
    environment,
    logger,
  };
  const server = await startEmbeddedServer(serverOptions);
  const config = embeddedTemporalConfig(server.record.address, environment);
  const temporal = connectTemporal(config);
  const prepare = async (): Promise<void> => {
    await prepareNamespace({ connection: temporal.connection, namespace: config.namespace, embedded: true });
  };
  await prepare();
  const supervisor = superviseEmbeddedServer(serverOptions, server, (event) => {
    options.onChange();
    if (event.state === 'up' && event.server.newDatabase) options.onNewDatabase?.();
  });
  return {
    config,
    temporal,
    supervisor,
    uiUrl: () => `http://127.0.0.1:${supervisor.current().uiPort}`,
    prepare,
    process: () => ({ pid: supervisor.current().pid, startTime: supervisor.current().startTime }),
    close: async (stopServer) => {
      await temporal.close();
      await (stopServer ? supervisor.stop() : supervisor.release());
    },
  };
}

async function openExternal(environment: Environment): Promise<OpenTemporal> {
  const config = externalTemporalConfig(environment);
  const temporal = connectTemporal(config);
  await checkAnswers(temporal, config.address);
  const prepare = async (): Promise<void> => {
    await prepareNamespace({ connection: temporal.connection, namespace: config.namespace, embedded: false });
  };
  await prepare();
  const none = { supervisor: null, uiUrl: () => null, process: () => null };
  return { config, temporal, ...none, prepare, close: () => temporal.close() };
}

async function checkAnswers({ connection }: TemporalClient, address: string): Promise<void> {
  try {
    await askServerVersion(connection, VERSION_TIMEOUT_MS);
  } catch (cause) {
    throw new AppError(
      'temporal_unreachable',
      `Temporal at ${address} did not answer within ${VERSION_TIMEOUT_MS / 1000} s.`,
      { cause, details: { next: 'Correct TEMPORAL_ADDRESS, or leave it out: an embedded server is started then.' } },
    );
  }
}
