/** The journal in pages. */
import type { FastifyInstance } from 'fastify';
import { AppError } from '../../contracts/errors.ts';
import { routes } from '../../contracts/http.ts';
import { topicFits } from '../../contracts/topics.ts';
import type { ApiDeps } from '../deps.ts';
import { register } from '../register.ts';
import { findBatch } from '../services/lookup.ts';
import { toEventView } from '../views/small-views.ts';

/** Registers the list of events. */
export function eventRoutes(app: FastifyInstance, { store }: Pick<ApiDeps, 'store'>): void {
  register(app, routes.listEvents, async ({ query }) => {
    const { limit, cursor, topics } = query;
    const batch = query.batch === undefined ? {} : { batch: (await findBatch(store, query.batch)).id };
    const after = cursor === undefined ? Math.max(0, (await store.events.lastSeq()) - limit) : placeOf(cursor);
    // One more than is looked at: it says whether there are more.
    const found = await store.events.after(after, { ...batch, limit: limit + 1 });
    const looked = found.slice(0, limit);
    const wanted = topics === undefined ? [] : topics.split(',');
    return {
      items: looked.filter(({ type }) => topicFits(wanted, type)).map(toEventView),
      nextCursor: found.length > limit ? String(looked.at(-1)?.seq ?? after) : null,
    };
  });
}

/** @throws AppError invalid_input */
function placeOf(cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  const message = 'must be the number of an event';
  throw new AppError('invalid_input', `cursor ${message}.`, { details: { fields: [{ path: 'cursor', message }] } });
}
