/** Metrics: counters follow the journal, gauges are looked up when somebody asks. */
import type { Metrics } from '../../../contracts/metrics-routes.ts';
import type { HoldReason } from '../../../contracts/vocabulary.ts';
import type { TaskEnd } from '../../../store/metrics.ts';
import type { BatchRow } from '../../../store/store.ts';
import type { ApiDeps } from '../../deps.ts';
import { nullableInstant } from '../../views/instants.ts';
import { ExecutionTotals } from './execution-totals.ts';
import type { EndFigures, Totals } from './execution-totals.ts';
import { createInstruments } from './instruments.ts';
import type { Instruments } from './instruments.ts';

/** What was asked for. */
export interface MetricsService {
  /** The text format of Prometheus. */
  scrape(): Promise<string>;
  read(): Promise<Metrics>;
  /** Reads the journal up to its end, so that the first answer is as fast as the next. */
  catchUp(): Promise<void>;
}

type Deps = Pick<ApiDeps, 'store' | 'host' | 'clock' | 'version' | 'logger' | 'workerMetrics'> & {
  readonly lanes: Pick<ApiDeps['lanes'], 'state'>;
};

const ENDS_PER_READ = 500;
const CURRENT_TASKS = 100;
/** Asking for the lanes needs a worker; the answer of before will do for so long. */
const LANE_LIMIT_AGE_MS = 30_000;
/** Kind of tasks whose rows went with their batch. */
const REMOVED = 'removed';

/** Metrics over the whole installation. */
export function createMetrics(deps: Deps): MetricsService {
  const instruments = createInstruments(deps.version);
  const totals = new ExecutionTotals();
  const askForLanes = createLaneLimit(deps, instruments);
  const catchUp = createReader(deps, instruments, totals);
  return {
    catchUp,
    scrape: async () => {
      askForLanes();
      await catchUp();
      await measure(deps, instruments);
      const own = await Promise.all([instruments.registry.metrics(), instruments.process.metrics()]);
      const worker = (await deps.workerMetrics?.()) ?? '';
      return [...own, worker].filter((part) => part !== '').join('\n');
    },
    read: async () => {
      await catchUp();
      return await toMetrics(deps, totals);
    },
  };
}

/** Counts what the journal has beyond what was counted, one reader at a time: an end is never counted twice. */
function createReader({ store }: Deps, instruments: Instruments, totals: ExecutionTotals): () => Promise<void> {
  let lastSeq = 0;
  let reading: Promise<void> = Promise.resolve();
  const readOn = async (): Promise<void> => {
    for (let isLast = false; !isLast;) {
      const page = await store.metrics.after(lastSeq, ENDS_PER_READ);
      for (const end of page.ends) count(instruments, end, totals.add(end));
      for (const reason of page.holds) instruments.held.inc({ reason });
      ({ lastSeq, isLast } = page);
    }
  };
  return () => {
    reading = reading.catch(() => undefined).then(readOn);
    return reading;
  };
}

function count(instruments: Instruments, { row, outcome }: TaskEnd, figures: EndFigures): void {
  const { durationMs, costUsd, tokens } = figures;
  const kind = row?.kind ?? REMOVED;
  instruments.ended.inc({ kind, outcome });
  if (durationMs !== null) instruments.duration.observe({ kind, outcome }, durationMs / 1000);
  instruments.cost.inc({ kind }, costUsd);
  instruments.tokens.inc({ kind }, tokens);
}

async function toMetrics({ store }: Deps, totals: ExecutionTotals): Promise<Metrics> {
  const [projects, { items }] = await Promise.all([
    store.projects.list(),
    store.tasks.list({ status: 'running', limit: CURRENT_TASKS }),
  ]);
  const names = new Map(projects.map(({ id, name }) => [id, name]));
  return {
    overall: figuresOf(totals.overall),
    projects: [...totals.projects].map(([id, each]) => ({
      projectId: id,
      project: names.get(id) ?? null,
      ...figuresOf(each),
    })),
    currentTasks: items.map(({ definition, batch, details }) => ({
      taskId: definition.id,
      batchId: batch,
      projectId: definition.project,
      kind: definition.kind,
      name: definition.name,
      step: details?.step ?? null,
      startedAt: nullableInstant(details?.startedAtMs ?? null),
    })),
  };
}

/** Sets the gauges from the rows of the open batches. */
async function measure({ store, clock }: Deps, instruments: Instruments): Promise<void> {
  const open = await store.batches.open();
  const ids = open.map(({ id }) => id);
  const [figures, oldestMs] = await Promise.all([store.batches.figures(ids), store.metrics.oldestWaitingMs(ids)]);
  const { tasks, batches, holds, lanes, queueAge } = instruments;
  for (const gauge of [tasks, batches, holds, lanes]) gauge.reset();
  for (const { counts } of figures.values()) {
    for (const [status, count] of Object.entries(counts)) tasks.inc({ status }, count);
  }
  for (const { status } of open) batches.inc({ status });
  for (const reason of open.flatMap(holdOf)) holds.inc({ reason });
  lanes.set({ state: 'held' }, open.filter((row) => row.head?.lane.status === 'held').length);
  lanes.set({ state: 'waiting' }, open.filter((row) => row.head?.lane.status === 'asked').length);
  queueAge.set(oldestMs === null ? 0 : Math.max(0, clock.now() - oldestMs) / 1000);
}

function holdOf({ head }: BatchRow): HoldReason[] {
  return head?.status === 'running' && head.hold !== null ? [head.hold.reason] : [];
}

/** Nobody waits for the lanes: without a worker they do not answer for seconds. */
function createLaneLimit({ lanes, host, clock, logger }: Deps, { laneLimit }: Instruments): () => void {
  let askedAtMs = Number.NEGATIVE_INFINITY;
  laneLimit.reset();
  return () => {
    if (clock.now() - askedAtMs < LANE_LIMIT_AGE_MS) return;
    askedAtMs = clock.now();
    const keep = async (): Promise<void> => {
      const state = await lanes.state(host);
      if (state !== null) laneLimit.set(state.limit);
    };
    keep().catch((err: unknown) => logger.debug({ err }, 'the lanes did not say how many they are'));
  };
}

function figuresOf(totals: Totals) {
  const { outcomes, executed, executionMs, costUsd, tokens } = totals;
  return {
    tasksExecuted: executed,
    tasksSucceeded: outcomes.completed,
    tasksFailed: outcomes.failed,
    tasksCancelled: outcomes.cancelled,
    totalExecutionTimeMs: executionMs,
    avgExecutionTimeMs: executed === 0 ? 0 : executionMs / executed,
    costUsd,
    tokens,
  };
}
