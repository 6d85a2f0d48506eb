/** What is measured of this process: event loop, garbage collection, memory, processor. */
import { Gauge, Registry, collectDefaultMetrics } from 'prom-client';

/** Metrics of one process; they begin anew with it. */
export interface ProcessMetrics {
  /** The text format of Prometheus. */
  read(): Promise<string>;
}

/** Measures from now on; `labels` are those of `nightloom_build_info`. */
export function createProcessMetrics(labels: { readonly version: string; readonly part: string }): ProcessMetrics {
  const registry = new Registry();
  new Gauge({
    name: 'nightloom_build_info',
    help: 'Always 1; the version is a label.',
    labelNames: ['version', 'part'],
    registers: [registry],
  }).set({ ...labels }, 1);
  collectDefaultMetrics({ register: registry });
  return { read: () => registry.metrics() };
}
