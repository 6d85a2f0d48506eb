/** What a worker measures of itself, over HTTP to who has the token: for workers that are processes of their own. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { hasToken } from '../api/plugins/security.ts';
import { PROMETHEUS_MEDIA_TYPE, PROMETHEUS_PATH } from '../contracts/metrics-routes.ts';
import type { Logger } from '../platform/logger.ts';
import { installRuntime } from '../worker/runtime.ts';
import { closeServer, listenAt } from './listen.ts';
import { measureRuntime } from './measured-runtime.ts';
import type { ListenPlace } from './service-options.ts';

/** Who serves, to whom, and where. */
export interface ServedRuntime {
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

/**
 * Installs the SDK's runtime, and serves what it measures at `place`.
 * @throws AppError port_taken
 */
export async function installMeasuredRuntime(options: ServedRuntime): Promise<void> {
  const { place, part, token, logger, cleanup } = options;
  if (place === null) return installRuntime(logger);
  const measured = measureRuntime(part, logger);
  cleanup.defer(() => measured.stop());
  const server = metricsServer(token, logger, () => measured.read());
  const url = await listenAt(server, 'The metrics', place);
  cleanup.defer(() => closeServer(server));
  process.stdout.write(`Metrics: ${url}${PROMETHEUS_PATH}\n`);
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
