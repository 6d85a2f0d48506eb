/** The morning report. */
import { AppError } from '../../contracts/errors.ts';
import { soloTaskOf } from '../../contracts/ids.ts';
import type { Report } from '../../contracts/views.ts';
import { gapsMet } from '../../domain/gaps.ts';
import type { Gap, UnderWay } from '../../domain/gaps.ts';
import { needsYou, totalsOf } from '../../domain/report.ts';
import type { BatchRow } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';
import { instant, nullableInstant } from '../views/instants.ts';
import { findBatch } from './lookup.ts';
import type { Views } from './views.ts';

/** A report shows at most this many batches: the newest. */
const MAX_BATCHES = 50;
/** Of the stack itself, the newest. */
const MAX_NOTES = 500;

/**
 * Report of one batch, or of what was recorded since a moment together with all open batches; with neither, of the
 * newest batches.
 * @throws AppError batch_not_found; invalid_input when `since` is no instant
 */
export async function makeReport(
  deps: Pick<ApiDeps, 'store' | 'clock'>,
  views: Views,
  query: { readonly batch?: string | undefined; readonly since?: string | undefined },
): Promise<Report> {
  const sinceMs = query.since === undefined ? null : parseSince(query.since);
  const rows = query.batch === undefined ? await rowsSince(deps, sinceMs) : [await findBatch(deps.store, query.batch)];
  const batches = await Promise.all(rows.map((row) => views.batch(row)));
  return {
    generatedAt: instant(deps.clock.now()),
    since: nullableInstant(sinceMs),
    batches,
    totals: totalsOf(batches),
    needsYou: needsYou(batches),
    gaps: gapsMet(await readGaps(deps.store), batches.flatMap(underWay)).map(({ fromMs, untilMs, why }) => ({
      from: instant(fromMs),
      until: instant(untilMs),
      why,
    })),
  };
}

async function readGaps(store: ApiDeps['store']): Promise<Gap[]> {
  return (await store.events.systemNotes(MAX_NOTES)).flatMap(({ data: { from, until, why } }) => {
    if (typeof from !== 'string' || typeof until !== 'string') return [];
    if (why !== 'asleep' && why !== 'stack down') return [];
    return [{ fromMs: Date.parse(from), untilMs: Date.parse(until), why }];
  });
}

function underWay({ startedAt, completedAt }: Report['batches'][number]): UnderWay[] {
  if (startedAt === null) return [];
  return [{ fromMs: Date.parse(startedAt), untilMs: completedAt === null ? null : Date.parse(completedAt) }];
}

async function rowsSince(deps: Pick<ApiDeps, 'store'>, sinceMs: number | null): Promise<BatchRow[]> {
  const { items } = await deps.store.batches.list({ limit: MAX_BATCHES, ...(sinceMs === null ? {} : { sinceMs }) });
  if (sinceMs === null) return items;
  const listed = new Set(items.map((row) => row.id));
  const open = (await deps.store.batches.open()).filter(
    (row) => !listed.has(row.id) && row.deletedAtMs === null && soloTaskOf(row.id) === null,
  );
  return [...items, ...open].slice(0, MAX_BATCHES);
}

function parseSince(text: string): number {
  const ms = Date.parse(text);
  const looksRight = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.test(text);
  if (looksRight && !Number.isNaN(ms)) return ms;
  const message = 'must be an instant like 2026-01-31T22:00:00Z';
  throw new AppError('invalid_input', `since ${message}.`, { details: { fields: [{ path: 'since', message }] } });
}
