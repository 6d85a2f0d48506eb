/** Tasks, their progress and their logs. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { routes } from '../../contracts/http.ts';
import type { ApiDeps } from '../deps.ts';
import { seedOf } from '../plugins/keyed-requests.ts';
import { register } from '../register.ts';
import { cancelTask, refuseClosed } from '../services/command-batch.ts';
import type { BatchCreation } from '../services/create-batch.ts';
import { findBatch, findTask } from '../services/lookup.ts';
import { runAlone } from '../services/run-alone.ts';
import { seededTaskId } from '../services/task-definitions.ts';
import type { Views } from '../services/views.ts';
import { toAnswerView } from '../views/small-views.ts';

/** Registers the routes of tasks. */
export function taskRoutes(app: FastifyInstance, deps: ApiDeps, creation: BatchCreation, views: Views): void {
  const { store, door } = deps;
  register(app, routes.runTask, async ({ body }, { request }) => {
    const taskId = seededTaskId(seedOf(request));
    return await views.task(await runAlone(deps, creation, { ...body, taskId }));
  });
  register(app, routes.getTask, async ({ params }) => await views.task(await findTask(store, params.id)));
  register(app, routes.cancelTask, async ({ params, body }) => {
    const task = await findTask(store, params.id);
    const batch = await findBatch(store, task.batch);
    refuseClosed(batch, 'cancelTask');
    return toAnswerView(await cancelTask(deps, batch, task.definition.id, body.commandId ?? randomUUID()));
  });
  register(app, routes.taskProgress, async ({ params }) => {
    const task = await findTask(store, params.id);
    return { progress: await door.progress(task.definition.id) };
  });
  register(app, routes.listLogs, async ({ params }) => {
    const task = await findTask(store, params.id);
    return { items: await door.logs(task.definition.id) };
  });
  register(app, routes.readLog, async ({ params, query }) => {
    const task = await findTask(store, params.id);
    const { attempt, step, stream, offset, maxBytes } = query;
    return await door.readLog({ task: task.definition.id, attempt, step, stream }, offset, maxBytes);
  });
}
