/** Batches. */
import type { FastifyInstance } from 'fastify';
import { isId } from '../../contracts/ids.ts';
import { routes } from '../../contracts/http.ts';
import type { ApiDeps } from '../deps.ts';
import { seedOf } from '../plugins/keyed-requests.ts';
import { checkMatch, isBound, withEtag } from '../etags.ts';
import { register } from '../register.ts';
import { changeBatch, editableBatch } from '../services/change-batch.ts';
import { cancel, goOn, pause } from '../services/command-batch.ts';
import type { BatchCreation } from '../services/create-batch.ts';
import { addTasks, moveTask, removeTasks } from '../services/edit-batch.ts';
import { findBatch } from '../services/lookup.ts';
import { overallProgress } from '../services/overall-progress.ts';
import type { Views } from '../services/views.ts';

/** Batches that ended longer ago are left out of the current list. */
const ARCHIVED_AFTER_MS = 7 * 86_400_000;

/** Registers the routes of batches. */
export function batchRoutes(app: FastifyInstance, deps: ApiDeps, creation: BatchCreation, views: Views): void {
  const { store } = deps;
  register(
    app,
    routes.createBatch,
    async ({ body }, { request }) => await views.batch(await creation.create(body, seedOf(request))),
  );
  register(app, routes.listBatches, async ({ query }) => {
    const { limit, cursor, status, project, show } = query;
    if (project !== undefined && !isId('project', project)) return { items: [], nextCursor: null };
    const page = await store.batches.list({
      limit,
      ...(cursor === undefined ? {} : { cursor }),
      ...(status === undefined ? {} : { status }),
      ...(project === undefined ? {} : { project }),
      ...(show === 'current' ? { closedSinceMs: deps.clock.now() - ARCHIVED_AFTER_MS } : {}),
      deleted: show === 'deleted',
    });
    return { items: await views.summaries(page.items), nextCursor: page.nextCursor };
  });
  register(app, routes.getBatch, async ({ params }, { reply }) => {
    const row = await findBatch(store, params.id);
    return withEtag(reply, await views.batch(row), editableBatch(row));
  });
  register(app, routes.editBatch, async ({ params, body: { commandId, ...asked } }, { request, reply }) => {
    const row = await findBatch(store, params.id);
    const from = editableBatch(row);
    checkMatch(request, from);
    await changeBatch(deps, row, { commandId, change: given(asked), from: isBound(request) ? from : null });
    const now = await findBatch(store, params.id);
    return withEtag(reply, await views.batch(now), editableBatch(now));
  });
  register(app, routes.overallProgress, async () => await overallProgress(deps));
  commandRoutes(app, deps);
  editRoutes(app, deps, views);
}

function commandRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const { store } = deps;
  register(app, routes.startBatch, async ({ params, body }) =>
    goOn(deps, await findBatch(store, params.id), 'start', body.commandId),
  );
  register(app, routes.pauseBatch, async ({ params, body }) =>
    pause(deps, await findBatch(store, params.id), body.commandId, { now: body.now }),
  );
  register(app, routes.resumeBatch, async ({ params, body }) =>
    goOn(deps, await findBatch(store, params.id), 'resume', body.commandId),
  );
  register(app, routes.cancelBatch, async ({ params, body }) =>
    cancel(deps, await findBatch(store, params.id), body.commandId),
  );
  register(app, routes.skipWait, async ({ params, body }) =>
    goOn(deps, await findBatch(store, params.id), 'skipWait', body.commandId),
  );
}

function editRoutes(app: FastifyInstance, deps: ApiDeps, views: Views): void {
  const { store } = deps;
  register(app, routes.addTasks, async ({ params, body }) => {
    const row = await findBatch(store, params.id);
    await addTasks(deps, row, body);
    return await views.batch(await findBatch(store, row.id));
  });
  register(app, routes.removeTasks, async ({ params, body }) => {
    const row = await findBatch(store, params.id);
    await removeTasks(deps, row, body);
    return await views.batch(await findBatch(store, row.id));
  });
  register(app, routes.moveTask, async ({ params, body }) => {
    const row = await findBatch(store, params.id);
    await moveTask(deps, row, body);
    return await views.batch(await findBatch(store, row.id));
  });
}

type Change = Parameters<typeof changeBatch>[2]['change'];

/** What was given: `undefined` would replace what is there. */
function given(asked: { readonly [Key in keyof Change]: Change[Key] | undefined }): Change {
  const { name, onFailure, attempts, maxFixes, onUsageLimit } = asked;
  return {
    ...(name === undefined ? {} : { name }),
    ...(onFailure === undefined ? {} : { onFailure }),
    ...(attempts === undefined ? {} : { attempts }),
    ...(maxFixes === undefined ? {} : { maxFixes }),
    ...(onUsageLimit === undefined ? {} : { onUsageLimit }),
  };
}
