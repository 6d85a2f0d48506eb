/** How to reach Temporal, and the client side of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { AppError } from '../contracts/errors.ts';
import type { Environment } from '../platform/environment.ts';
import { withinDeadline } from './service-errors.ts';

/** What client connections and worker connections have in common, taken from their own types. */
type ConnectOptions = ReturnType<typeof loadClientConnectConfig>['connectionOptions'];

/** How to reach Temporal. */
export interface TemporalConfig {
  /** `host:port`. */
  readonly address: string;
  readonly namespace: string;
  /** True when the server is the one that we brought along. */
  readonly embedded: boolean;
  /** May hold an API key and certificates: never log. */
  readonly connectionOptions: Pick<ConnectOptions, 'address' | 'apiKey' | 'tls' | 'metadata'>;
}

/** A client and the connection that it shares with others. */
export interface TemporalClient {
  readonly client: Client;
  readonly connection: Connection;
  close(): Promise<void>;
}

const DEFAULT_NAMESPACE = 'default';

/** Any of them says that the user has a server: then nothing embedded is started. */
const EXTERNAL_VARIABLES = ['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE'] as const;

/** True when the environment names a Temporal server (https://docs.temporal.io/develop/environment-configuration). */
export function hasExternalTemporal(environment: Pick<Environment, 'raw'>): boolean {
  return EXTERNAL_VARIABLES.some((name) => (environment.raw[name] ?? '') !== '');
}

/**
 * The server that the environment names: `TEMPORAL_*` variables over the profile of `temporal.toml`, as the SDK and
 * the `temporal` CLI read them (address, namespace, API key, TLS).
 * @throws AppError invalid_settings when a file that they name cannot be read or parsed
 */
export function externalTemporalConfig(environment: Pick<Environment, 'raw'>): TemporalConfig {
  try {
    const loaded = loadClientConnectConfig({ overrideEnvVars: { ...environment.raw } });
    const { address = 'localhost:7233', apiKey, tls, metadata } = loaded.connectionOptions;
    return {
      address,
      namespace: loaded.namespace ?? DEFAULT_NAMESPACE,
      embedded: false,
      connectionOptions: {
        address,
        ...(apiKey === undefined ? {} : { apiKey }),
        ...(tls === undefined ? {} : { tls }),
        ...(metadata === undefined ? {} : { metadata }),
      },
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('invalid_settings', `The Temporal configuration cannot be read: ${reason}`, { cause: error });
  }
}

/** The embedded server at `address`; its namespace is `TEMPORAL_NAMESPACE` or `default`. */
export function embeddedTemporalConfig(
  address: string,
  environment: Pick<Environment, 'temporalNamespace'>,
): TemporalConfig {
  const namespace = environment.temporalNamespace ?? DEFAULT_NAMESPACE;
  return { address, namespace, embedded: true, connectionOptions: { address } };
}

/**
 * A client that connects at its first call: the API starts also while Temporal is down. It reconnects within about
 * two seconds of the server's return (gRPC's own pause grows to two minutes).
 */
export function connectTemporal(config: TemporalConfig): TemporalClient {
  const retries = createRetries();
  const connection = Connection.lazy({
    ...config.connectionOptions,
    channelArgs: { 'grpc.initial_reconnect_backoff_ms': 200, 'grpc.max_reconnect_backoff_ms': 2_000 },
    interceptors: [retries.interceptor],
  });
  const client = new Client({ connection, namespace: config.namespace });
  const close = async (): Promise<void> => {
    await retries.finish();
    await connection.close();
  };
  return { client, connection, close };
}

/**
 * The SDK's retries of single calls, with shorter pauses and an end: left alone, a retry that is still to come when the
 * connection closes throws out of a timer and takes the process with it (1.24.0, `grpc-retry.js`).
 */
function createRetries() {
  const usual = defaultGrpcRetryOptions({ maxAttempts: 30, maxIntervalMs: () => 1_000 });
  let finished = false;
  let lastRetryAtMs = 0;
  const interceptor = makeGrpcRetryInterceptor({
    retryableDecider: (attempt, status) => !finished && usual.retryableDecider(attempt, status),
    delayFunction: (attempt, status) => {
      const delayMs = usual.delayFunction(attempt, status);
      lastRetryAtMs = Math.max(lastRetryAtMs, Date.now() + delayMs);
      return delayMs;
    },
  });
  /** Returns when no retry is to come any more: at once, or after at most 1.2 s. */
  const finish = async (): Promise<void> => {
    finished = true;
    const waitMs = lastRetryAtMs - Date.now();
    if (waitMs >= 0) await sleep(waitMs + 10);
  };
  return { interceptor, finish };
}

/** Version of the server, asked with a deadline. @throws AppError temporal_unreachable */
export async function askServerVersion(connection: Connection, timeoutMs: number): Promise<string> {
  try {
    const deadlineMs = Date.now() + timeoutMs;
    const info = await withinDeadline(connection, deadlineMs, () => connection.workflowService.getSystemInfo({}));
    return info.serverVersion ?? 'unknown';
  } catch (error) {
    throw new AppError('temporal_unreachable', `Temporal did not answer within ${timeoutMs} ms.`, { cause: error });
  }
}
