/** Whether requests can be answered, by what they depend on. */
import type { Readiness } from '../../contracts/health-routes.ts';
import { AppError } from '../../contracts/errors.ts';
import type { ApiDeps } from '../deps.ts';

/** Nothing is answered without these; without the others reads go on. */
const NEEDED: ReadonlySet<string> = new Set(['database', 'disk']);
/** Anybody may ask, and the checks cost something. */
const FRESH_MS = 1000;

/** Makes the question; within a second all get the same answer. @throws AppError not_ready with `details.checks` */
export function createReadiness({ status, clock }: Pick<ApiDeps, 'status' | 'clock'>): () => Promise<Readiness> {
  let last: { readonly atMs: number; readonly checks: Promise<Readiness['checks']> } | null = null;
  const look = async (): Promise<Readiness['checks']> => (await status()).checks.map(({ name, ok }) => ({ name, ok }));
  return async () => {
    const nowMs = clock.now();
    if (last === null || Math.abs(nowMs - last.atMs) >= FRESH_MS) last = { atMs: nowMs, checks: look() };
    const checks = await last.checks;
    const missing = checks.filter(({ name, ok }) => !ok && NEEDED.has(name)).map(({ name }) => name);
    if (missing.length > 0) {
      throw new AppError('not_ready', `Not in order: ${missing.join(', ')}.`, { details: { checks } });
    }
    return { status: checks.every(({ ok }) => ok) ? 'ready' : 'degraded', checks };
  };
}
