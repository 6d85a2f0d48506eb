/** Tries of the verification commands. */
import type { FastifyInstance } from 'fastify';
import { routes } from '../../contracts/http.ts';
import type { ApiDeps } from '../deps.ts';
import { seedOf } from '../plugins/keyed-requests.ts';
import { register } from '../register.ts';
import type { BatchCreation } from '../services/create-batch.ts';
import { findTask } from '../services/lookup.ts';
import { seededTaskId } from '../services/task-definitions.ts';
import { readTrial, startTrial } from '../services/verify-trial.ts';

/** Registers the routes of `trial-routes.ts`. */
export function trialRoutes(app: FastifyInstance, deps: ApiDeps, creation: BatchCreation): void {
  register(app, routes.tryVerification, async ({ params }, { request }) => {
    return await startTrial(deps, creation, params.id, seededTaskId(seedOf(request)));
  });
  register(app, routes.verifyTrial, async ({ params }) => readTrial(deps, await findTask(deps.store, params.id)));
}
