/** The SDK's native runtime, set up once per process before the first worker or worker connection. */
import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { LogLevel, MetricsBuffer } from '@temporalio/worker';
import type { Logger } from '../platform/logger.ts';

const LEVELS = { TRACE: 'debug', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const satisfies Record<
  LogLevel,
  keyof Logger
>;

/** Messages that every worker without workflows prints on each start. */
const EXPECTED = /^No workflows registered/;

let installed = false;

/**
 * Sends the SDK's own lines to `logger` and takes the signals out of its hands: we end workers ourselves. Must come
 * before any worker connection; later calls in the same process do nothing.
 * @param metrics gets what the SDK measures; absent: it measures nothing
 */
export function installRuntime(logger: Logger, metrics?: MetricsBuffer): void {
  if (installed) return;
  installed = true;
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
      const shown = EXPECTED.test(message) ? 'debug' : LEVELS[level];
      logger[shown]({ ...meta }, message);
    }),
    telemetryOptions: {
      logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
      ...(metrics === undefined ? {} : { metrics: { buffer: metrics } }),
    },
  });
}
