/** Health, status, the agents of the host, clean-up. */
import type { FastifyInstance } from 'fastify';
import { routes } from '../../contracts/http.ts';
import { readSettings } from '../../store/installation-settings.ts';
import type { ApiDeps } from '../deps.ts';
import { register } from '../register.ts';
import { createReadiness } from '../services/readiness.ts';

const DAY_MS = 86_400_000;

function versionOf(version: string) {
  return { version, node: process.version, openapi: '/openapi.json' };
}

/** Registers the routes of the stack itself. */
export function systemRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const { store, door } = deps;
  register(app, routes.health, () => Promise.resolve({ status: 'ok', version: deps.version }));
  register(app, routes.live, () => Promise.resolve({ status: 'live' }));
  const readiness = createReadiness(deps);
  register(app, routes.ready, () => readiness());
  register(app, routes.version, () => Promise.resolve(versionOf(deps.version)));
  register(app, routes.status, () => deps.status());
  register(app, routes.listAgents, async () => ({ items: await door.agents(), nextCursor: null }));
  register(app, routes.doctor, async () => {
    const found = await Promise.all([door.machineChecks(), deps.ownChecks?.() ?? []]);
    return { items: found.flat(), nextCursor: null };
  });
  register(app, routes.prune, async ({ body }) => {
    const [{ settings }, projects, open, creating] = await Promise.all([
      readSettings(store.settings),
      store.projects.list(),
      store.batches.open(),
      store.batches.creating(),
    ]);
    const items = await door.prune({
      projects: projects.map(({ id, path }) => ({ id, path })),
      openBatches: [...open, ...creating].map((row) => row.id),
      dryRun: body.dryRun,
      maxAgeMs: settings.retention.runsDays * DAY_MS,
    });
    return { items };
  });
}
