/** Lanes, offload, retry, all at once, delete. */
import type { FastifyInstance } from 'fastify';
import { routes } from '../../contracts/http.ts';
import type { ApiDeps } from '../deps.ts';
import { register } from '../register.ts';
import { pauseAll, resumeAll } from '../services/all-batches.ts';
import type { BatchCreation } from '../services/create-batch.ts';
import { deleteBatch, restoreBatch } from '../services/delete-batch.ts';
import { shareAsking } from '../services/share-asking.ts';
import { lanesOf, setLanes } from '../services/lanes.ts';
import { findAnyBatch, findBatch, findTask } from '../services/lookup.ts';
import { checkBeforeOffload } from '../services/offload-reasons.ts';
import { offload } from '../services/offload.ts';
import { retryTasks } from '../services/retry.ts';
import type { Views } from '../services/views.ts';
import { toAnswerView } from '../views/small-views.ts';

/** Registers the routes of `lifecycle-routes.ts`. */
export function lifecycleRoutes(app: FastifyInstance, deps: ApiDeps, creation: BatchCreation, views: Views): void {
  const { store } = deps;
  // Temporal and the control worker have more to do for this than we have, and all dashboards ask at the same time.
  register(
    app,
    routes.lanes,
    shareAsking(() => lanesOf(deps)),
  );
  register(app, routes.setLanes, async ({ body }) => await setLanes(deps, body));
  register(
    app,
    routes.offload,
    async ({ params, body }) => await offload(deps, creation, await findBatch(store, params.id), body),
  );
  register(
    app,
    routes.checkOffload,
    async ({ params, body }) => await checkBeforeOffload(deps, await findBatch(store, params.id), body),
  );
  register(app, routes.retryBatch, async ({ params, body }) => {
    const row = await findBatch(store, params.id);
    await retryTasks(deps, row, body);
    return await views.batch(await findBatch(store, row.id));
  });
  register(app, routes.retryTask, async ({ params, body }) => {
    const task = await findTask(store, params.id);
    const request = { commandId: body.commandId, taskIds: [task.definition.id] };
    return toAnswerView(await retryTasks(deps, await findBatch(store, task.batch), request));
  });
  register(app, routes.pauseAll, async ({ body }) => await pauseAll(deps, body.commandId, body.now));
  register(app, routes.resumeAll, async ({ body }) => await resumeAll(deps, body.commandId));
  register(
    app,
    routes.deleteBatch,
    async ({ params }) => await deleteBatch(deps, await findAnyBatch(store, params.id)),
  );
  register(app, routes.restoreBatch, async ({ params }) => {
    const row = await findAnyBatch(store, params.id);
    await restoreBatch(deps, row);
    return await views.batch(await findBatch(store, row.id));
  });
}
