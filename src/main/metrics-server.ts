/** What a worker measures of itself, over HTTP to who has the token: for workers that are processes of their own. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { hasToken } from '../api/plugins/security.ts';
import { PROMETHEUS_MEDIA_TYPE, PROMETHEUS_PATH } from '../contracts/metrics-routes.ts';
import type { Logger } from '../platform/logger.ts';
import { createProcessMetrics } from '../worker/process-metrics.ts';
import { installRuntime } from '../worker/runtime.ts';
import { createWorkerMetrics } from '../worker/worker-metrics.ts';
import type { WorkerMetrics } from '../worker/worker-metrics.ts';
import { closeServer, listenAt } from './listen.ts';
import type { ListenPlace } from './service-options.ts';
import { packageVersion } from './version.ts';

/** Who serves, to whom, and where. */
export interface MeasuredRuntime {
  /** null: nothing is measured. */
  readonly place: ListenPlace | null;
  /** Label of `nightloom_build_info`. */
  readonly part: 'worker' | 'host';
  /** The installation's; asked for as the API does. */
  readonly token: string;
  readonly logger: Logger;
  /** Ends the server. */
  readonly cleanup: AsyncDisposableStack;
}

/** The SDK keeps 10,000 figures; a busy worker makes some hundred in a second. */
const DRAIN_MS = 5000;

/**
 * Installs the SDK's runtime, and serves what it measures at `place`.
 * @throws AppError port_taken
 */
export async function installMeasuredRuntime(options: MeasuredRuntime): Promise<void> {
  const { place, part, token, logger, cleanup } = options;
  if (place === null) return installRuntime(logger);
  const worker = createWorkerMetrics();
  installRuntime(logger, worker.buffer);
  cleanup.defer(keepDraining(worker));
  const own = createProcessMetrics({ version: packageVersion(), part });
  const server = metricsServer(token, logger, async () => {
    const parts = await Promise.all([own.read(), worker.read()]);
    return parts.filter((text) => text !== '').join('\n');
  });
  const url = await listenAt(server, 'The metrics', place);
  cleanup.defer(() => closeServer(server));
  process.stdout.write(`Metrics: ${url}${PROMETHEUS_PATH}\n`);
}

/** Takes what the SDK gathers, now and then. @returns ends it */
export function keepDraining(metrics: WorkerMetrics): () => void {
  const draining = setInterval(() => metrics.drain(), DRAIN_MS);
  return () => clearInterval(draining);
}

function metricsServer(token: string, logger: Logger, read: () => Promise<string>): Server {
  return createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== PROMETHEUS_PATH) return void response.writeHead(404).end();
    if (!hasToken(request, token)) return void response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
    read().then(
      (text) => response.writeHead(200, { 'content-type': PROMETHEUS_MEDIA_TYPE }).end(text),
      (err: unknown) => {
        logger.error({ err }, 'the metrics could not be read');
        response.writeHead(500).end();
      },
    );
  });
}
