/** The audit. */
import type { FastifyInstance } from 'fastify';
import type { AuditEntryView } from '../../contracts/audit-routes.ts';
import { routes } from '../../contracts/http.ts';
import type { AuditRow } from '../../store/control-store.ts';
import type { ApiDeps } from '../deps.ts';
import { register } from '../register.ts';
import { instant, nullableInstant } from '../views/instants.ts';

/** Registers the route of the audit. */
export function auditRoutes(app: FastifyInstance, { store }: Pick<ApiDeps, 'store'>): void {
  register(app, routes.listAudit, async ({ query }) => {
    const { limit, cursor, subject, who, method, outcome, since, until } = query;
    const { items, nextCursor } = await store.audit.list({
      limit,
      ...(cursor === undefined ? {} : { cursor }),
      ...(subject === undefined ? {} : { subject }),
      ...(who === undefined ? {} : { who }),
      ...(method === undefined ? {} : { method }),
      ...(outcome === undefined ? {} : { outcome }),
      ...(since === undefined ? {} : { sinceMs: Date.parse(since) }),
      ...(until === undefined ? {} : { untilMs: Date.parse(until) }),
    });
    return { items: items.map(toView), nextCursor };
  });
}

function toView({ atMs, endedAtMs, request, subjects, ...rest }: AuditRow): AuditEntryView {
  const moments = { at: instant(atMs), endedAt: nullableInstant(endedAtMs) };
  return { ...rest, ...moments, subjects: [...subjects], requestId: request };
}
