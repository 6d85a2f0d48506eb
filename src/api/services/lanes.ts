/** The lanes of the host whose door this is. */
import type { Lanes } from '../../contracts/hold-views.ts';
import { soloTaskOf } from '../../contracts/ids.ts';
import type { HostId } from '../../contracts/ids.ts';
import type { BatchRow, Store } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';
import { toLanesView } from '../views/lane-view.ts';

type Deps = Pick<ApiDeps, 'store' | 'lanes' | 'host' | 'clock'>;

/** Who works, who waits, which accounts hold. @throws AppError no_worker, temporal_unreachable */
export async function lanesOf(deps: Deps): Promise<Lanes> {
  const state = await deps.lanes.state(deps.host);
  const places = [...(state?.holders ?? []), ...(state?.queue ?? [])];
  const names = await deps.store.batches.names(places.map(({ batch }) => batch));
  return toLanesView(state, deps.host, names, deps.clock.now());
}

/** Changes how many batches, and tasks by themselves, work at once. @throws AppError no_worker, temporal_unreachable */
export async function setLanes(
  deps: Deps,
  { limit, background }: { readonly limit?: number | undefined; readonly background?: number | undefined },
): Promise<Lanes> {
  await deps.lanes.setLimits(deps.host, {
    ...(limit === undefined ? {} : { limit }),
    ...(background === undefined ? {} : { background }),
  });
  return await lanesOf(deps);
}

/** How many batches wait in the queue of each host; empty when none of `shown` does, because then nobody asks. */
export async function queueLengths(store: Store, shown: readonly BatchRow[]): Promise<Map<HostId, number>> {
  const lengths = new Map<HostId, number>();
  if (!shown.some(isQueued)) return lengths;
  for (const row of await store.batches.open()) {
    if (isQueued(row) && soloTaskOf(row.id) === null) lengths.set(row.host, (lengths.get(row.host) ?? 0) + 1);
  }
  return lengths;
}

function isQueued(row: BatchRow): boolean {
  const lane = row.head?.lane;
  return lane?.status === 'asked' && lane.wait !== null;
}
