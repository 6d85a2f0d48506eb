/** The agents of the host. */
import type { FastifyInstance } from 'fastify';
import { routes } from '../../contracts/http.ts';
import type { ApiDeps } from '../deps.ts';
import { register } from '../register.ts';

/** Registers the routes of `agent-routes.ts`. */
export function agentRoutes(app: FastifyInstance, { door }: Pick<ApiDeps, 'door'>): void {
  register(app, routes.listAgents, async () => ({ items: await door.agents(), nextCursor: null }));
}
