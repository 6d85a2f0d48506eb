/** The report. */
import type { FastifyInstance } from 'fastify';
import { routes } from '../../contracts/http.ts';
import type { ApiDeps } from '../deps.ts';
import { register } from '../register.ts';
import { makeReport } from '../services/make-report.ts';
import type { Views } from '../services/views.ts';

/** Registers the route of the report. */
export function reportRoutes(app: FastifyInstance, deps: ApiDeps, views: Views): void {
  register(app, routes.report, async ({ query }) => await makeReport(deps, views, query));
}
