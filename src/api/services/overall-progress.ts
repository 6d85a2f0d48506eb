/** How far all open batches are. */
import { soloTaskOf } from '../../contracts/ids.ts';
import type { OverallProgress } from '../../contracts/progress-routes.ts';
import type { Counts } from '../../contracts/views.ts';
import { toCounts } from '../../domain/report.ts';
import type { BatchRow, StatusCounts, Store } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';
import { toForecastView } from '../views/forecast-view.ts';
import type { ForecastView } from '../views/forecast-view.ts';
import { instant } from '../views/instants.ts';
import { toHoldView } from '../views/lane-view.ts';

type Deps = Pick<ApiDeps, 'store' | 'clock'>;
type Item = OverallProgress['batches'][number];

/** Progress of every open batch and of all together, from the projection; without tasks that run by themselves. */
export async function overallProgress({ store, clock }: Deps): Promise<OverallProgress> {
  const nowMs = clock.now();
  const rows = (await store.batches.open()).filter((row) => row.deletedAtMs === null && soloTaskOf(row.id) === null);
  const figures = await store.batches.figures(rows.map(({ id }) => id));
  const batches = await Promise.all(
    rows.map((row) => progressOf(store, row, figures.get(row.id)?.counts ?? {}, nowMs)),
  );
  const sum = toCounts({});
  for (const { counts: some } of batches) {
    for (const status of Object.keys(some) as (keyof Counts)[]) sum[status] += some[status];
  }
  const records = rows.filter(({ status }) => status === 'running').map(({ recordedAtMs }) => recordedAtMs);
  return {
    generatedAt: instant(nowMs),
    recordedAt: records.length === 0 ? null : instant(Math.min(...records)),
    ...doneOf(sum),
    forecast: together(batches),
    batches,
  };
}

async function progressOf(store: Store, row: BatchRow, byStatus: StatusCounts, nowMs: number): Promise<Item> {
  const counts = toCounts(byStatus);
  const { endedMs, running } = await store.tasks.pace(row.id);
  const runningMs = running.map(({ startedAtMs }) => (startedAtMs === null ? 0 : nowMs - startedAtMs));
  const open = counts.queued + counts.running + counts.waiting;
  const hold = row.head?.hold ?? null;
  return {
    id: row.id,
    name: row.name,
    status: row.status === 'creating' ? 'idle' : row.status,
    hold: toHoldView(hold),
    running: running.map(({ id, name }) => ({ id, name })),
    ...doneOf(counts),
    forecast: toForecastView(row, { endedMs, open, runningMs }, nowMs),
    recordedAt: instant(row.recordedAtMs),
  };
}

function doneOf(counts: Counts): { done: number; total: number; counts: Counts } {
  const done = counts.completed + counts.failed + counts.skipped + counts.cancelled;
  return { done, total: done + counts.queued + counts.running + counts.waiting, counts };
}

/** Batches work side by side: the last one ends last. null as soon as one of those that run cannot be foretold. */
function together(batches: readonly Item[]): ForecastView | null {
  const running = batches.filter(({ status, done, total }) => status === 'running' && done < total);
  const known = running.flatMap(({ forecast }) =>
    forecast?.endsAt == null ? [] : [{ ...forecast, endsAt: forecast.endsAt }],
  );
  const [first] = known;
  if (first === undefined || known.length < running.length) return null;
  const last = known.reduce((late, each) => (each.endsAt.to > late.endsAt.to ? each : late), first);
  const samples = known.reduce((sum, each) => sum + each.samples, 0);
  const meanMs = Math.round(known.reduce((sum, each) => sum + each.meanMs * each.samples, 0) / samples);
  return { samples, meanMs, leftMs: last.leftMs, endsAt: last.endsAt };
}
