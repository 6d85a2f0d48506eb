/** Background tasks: started, and what they propose applied. */
import type { FastifyInstance } from 'fastify';
import { routes } from '../../contracts/http.ts';
import type { ApiDeps } from '../deps.ts';
import { seedOf } from '../plugins/keyed-requests.ts';
import { register } from '../register.ts';
import type { BatchCreation } from '../services/create-batch.ts';
import { findTask } from '../services/lookup.ts';
import { applyProposals, proposalViews } from '../services/proposals.ts';
import { startTask } from '../services/start-task.ts';
import { seededTaskId } from '../services/task-definitions.ts';
import type { Views } from '../services/views.ts';

/** Registers the routes of background tasks. */
export function backgroundRoutes(app: FastifyInstance, deps: ApiDeps, creation: BatchCreation, views: Views): void {
  register(app, routes.createTask, async ({ body }, { request }) => {
    const taskId = seededTaskId(seedOf(request));
    return await startTask(deps, creation, views, { ...body, taskId });
  });
  register(app, routes.listProposals, async ({ params }) => ({
    items: await proposalViews(deps, await findTask(deps.store, params.id)),
  }));
  register(app, routes.applyTask, async ({ params, body }) =>
    applyProposals(deps, await findTask(deps.store, params.id), body),
  );
}
