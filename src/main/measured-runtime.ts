/** The SDK's runtime, and what the process around it measures of itself. */
import type { Logger } from '../platform/logger.ts';
import { createProcessMetrics } from '../worker/process-metrics.ts';
import { installRuntime } from '../worker/runtime.ts';
import { createWorkerMetrics } from '../worker/worker-metrics.ts';
import { packageVersion } from './version.ts';

/** What is measured from now on. */
export interface MeasuredRuntime {
  /** In the text format of Prometheus. */
  read(): Promise<string>;
  /** Ends the draining. */
  stop(): void;
}

/** The SDK keeps 10,000 figures; a busy worker makes some hundred in a second. */
const DRAIN_MS = 5000;

/** Installs the runtime and measures the SDK; for a process whose own figures somebody else gathers. */
export function measureSdk(logger: Logger): MeasuredRuntime {
  const worker = createWorkerMetrics();
  installRuntime(logger, worker.buffer);
  const draining = setInterval(() => worker.drain(), DRAIN_MS);
  return { read: () => worker.read(), stop: () => clearInterval(draining) };
}

/** The same, and the process besides; `part` is the label of `nightloom_build_info`. */
export function measureRuntime(part: 'worker' | 'host', logger: Logger): MeasuredRuntime {
  const sdk = measureSdk(logger);
  const own = createProcessMetrics({ version: packageVersion(), part });
  return {
    read: async () => {
      const parts = await Promise.all([own.read(), sdk.read()]);
      return parts.filter((text) => text !== '').join('\n');
    },
    stop: () => sdk.stop(),
  };
}
