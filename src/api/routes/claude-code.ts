/** One requirement, done by itself. */
import type { FastifyInstance } from 'fastify';
import { routes } from '../../contracts/http.ts';
import type { ApiDeps } from '../deps.ts';
import { seedOf } from '../plugins/keyed-requests.ts';
import { register } from '../register.ts';
import { askClaudeCode, executeRequirement, writeRequirement } from '../services/claude-code.ts';
import type { BatchCreation } from '../services/create-batch.ts';
import type { Views } from '../services/views.ts';

/** Registers the routes. */
export function claudeCodeRoutes(app: FastifyInstance, deps: ApiDeps, creation: BatchCreation, views: Views): void {
  register(app, routes.claudeCode, async ({ body }, { request }) =>
    body.action === 'create-requirement'
      ? writeRequirement(deps, body)
      : executeRequirement(deps, creation, views, body, seedOf(request)),
  );
  register(app, routes.askClaudeCode, async ({ query }) => askClaudeCode(deps, views, query));
}
