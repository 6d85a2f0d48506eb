/** The metrics by name, in the text format of Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/). */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** Seconds: from commands that end at once to agents that work for hours. */
const DURATION_BUCKETS_S = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 1800, 3600, 7200, 14_400];

/** Everything that we count or measure. Counters come from the journal and outlive the process. */
export function createInstruments(version: string) {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name: `nightloom_${name}`, help, labelNames, registers });
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Gauge({ name: `nightloom_${name}`, help, labelNames, registers });
  gauge('build_info', 'Always 1; the version is a label.', ['version']).set({ version }, 1);
  const process = processMetrics();
  return {
    registry,
    process,
    ended: counter('tasks_total', 'Ends of tasks.', ['kind', 'outcome']),
    duration: new Histogram({
      name: 'nightloom_task_duration_seconds',
      help: 'Sum of the attempts that led to an end.',
      labelNames: ['kind', 'outcome'],
      buckets: DURATION_BUCKETS_S,
      registers,
    }),
    cost: counter('task_cost_usd_total', 'What agents said they cost, in US dollars.', ['kind']),
    tokens: counter('task_tokens_total', 'Tokens that agents said they used.', ['kind']),
    held: counter('holds_total', 'Holds of batches that began.', ['reason']),
    tasks: gauge('tasks', 'Tasks of open batches by status.', ['status']),
    batches: gauge('batches', 'Open batches by status.', ['status']),
    holds: gauge('batches_held', 'Running batches that are held now.', ['reason']),
    lanes: gauge('lanes', 'Batches that have a lane, and that wait for one.', ['state']),
    laneLimit: gauge('lane_limit', 'So many batches may work at once; absent until the lanes said so.', []),
    queueAge: gauge('queue_oldest_seconds', 'Age of the task that waits longest; 0 when none waits.', []),
  };
}

/** See {@link createInstruments}. */
export type Instruments = ReturnType<typeof createInstruments>;

/** Of this process: they begin anew with it. */
function processMetrics(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
