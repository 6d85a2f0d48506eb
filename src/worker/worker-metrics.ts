/** What Temporal's SDK measures in this process: slots, pollers, caches, latencies, requests. */
import { MetricsBuffer } from '@temporalio/worker';
import type { BufferedMetricUpdate } from '@temporalio/worker';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The SDK's metrics, gathered here because its own exporter would open a port without a password. */
export interface WorkerMetrics {
  /** For `installRuntime`; must be given to it before `read` is called. */
  readonly buffer: MetricsBuffer;
  /** The text format of Prometheus. They begin anew with the process. */
  read(): Promise<string>;
  /** Takes what the SDK gathered; must be called now and then, or its buffer runs over. */
  drain(): void;
}

/** Labels that are kept: few values each. Queue names would repeat the installation. */
const LABELS = ['worker_type', 'poller_type', 'operation', 'activity_type', 'workflow_type', 'status_code'] as const;
type Label = (typeof LABELS)[number];

const LATENCY_BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300, 3600];

/** Nothing gathered yet. */
export function createWorkerMetrics(): WorkerMetrics {
  const buffer = new MetricsBuffer({ useSecondsForDurations: true });
  const registry = new Registry();
  const writers = new Map<string, (labels: Labels, value: number) => void>();
  const drain = (): void => {
    for (const { metric, value, attributes } of buffer.retrieveUpdates()) {
      let write = writers.get(metric.name);
      if (write === undefined) {
        write = writerOf(metric, registry);
        writers.set(metric.name, write);
      }
      write(pick(attributes), value);
    }
  };
  return {
    buffer,
    drain,
    read: async () => {
      drain();
      return await registry.metrics();
    },
  };
}

type Labels = Partial<Record<Label, string>>;

function writerOf(
  { name, kind, description, unit }: BufferedMetricUpdate['metric'],
  registry: Registry,
): (labels: Labels, value: number) => void {
  const help =
    description === undefined || description === '' ? `${name}${unit === undefined ? '' : ` in ${unit}`}` : description;
  const shape = { name, help, labelNames: LABELS, registers: [registry] };
  if (kind === 'counter') {
    const counter = new Counter(shape);
    return (labels, value) => counter.inc(labels, value);
  }
  if (kind === 'gauge') {
    const gauge = new Gauge(shape);
    return (labels, value) => gauge.set(labels, value);
  }
  const histogram = new Histogram({ ...shape, buckets: LATENCY_BUCKETS_S });
  return (labels, value) => histogram.observe(labels, value);
}

function pick(attributes: BufferedMetricUpdate['attributes']): Labels {
  const labels: Labels = {};
  for (const name of LABELS) {
    const value = attributes[name];
    if (value !== undefined) labels[name] = String(value);
  }
  return labels;
}
