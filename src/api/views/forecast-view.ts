/** Forecasts as callers see them. */
import type { z } from 'zod';
import type { ForecastSchema } from '../../contracts/progress-views.ts';
import { leftTime } from '../../domain/forecast.ts';
import type { ForecastFacts } from '../../domain/forecast.ts';
import type { BatchRow } from '../../store/store.ts';
import { instant } from './instants.ts';

/** A forecast. */
export type ForecastView = z.infer<typeof ForecastSchema>;

/** null: too little is known, or nothing is left. A batch that is held goes on when its hold ends by itself. */
export function toForecastView(row: BatchRow, facts: ForecastFacts, nowMs: number): ForecastView | null {
  const left = leftTime(facts);
  if (left === null) return null;
  const { samples, meanMs, fromMs, toMs } = left;
  const goesOnMs = Math.max(nowMs, row.head?.hold?.untilMs ?? 0);
  const isHeld = row.head?.hold != null && row.head.hold.untilMs === null;
  const runs = row.status === 'running' && !isHeld;
  const endsAt = { from: instant(goesOnMs + fromMs), to: instant(goesOnMs + toMs) };
  return { samples, meanMs, leftMs: { from: fromMs, to: toMs }, endsAt: runs ? endsAt : null };
}
