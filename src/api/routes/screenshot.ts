/** The picture that was taken after a task. */
import type { FastifyInstance } from 'fastify';
import { AppError } from '../../contracts/errors.ts';
import { routes } from '../../contracts/http.ts';
import { SCREENSHOT_PATH } from '../../contracts/screenshot-path.ts';
import type { ApiDeps } from '../deps.ts';
import { parseInput } from '../register.ts';
import { findTask } from '../services/lookup.ts';

/** Registers the route of pictures: the only one that answers with neither JSON nor events. */
export function screenshotRoute(app: FastifyInstance, { store, door }: Pick<ApiDeps, 'store' | 'door'>): void {
  app.get(SCREENSHOT_PATH, { schema: { hide: true } }, async (request, reply) => {
    const { params } = parseInput(routes.attemptPrompts, request);
    const { id } = (await findTask(store, params.id)).definition;
    const picture = await door.screenshot(id, params.number);
    if (picture !== null) return await reply.type('image/png').send(Buffer.from(picture, 'base64'));
    throw new AppError('run_not_found', `Attempt ${params.number} of ${id} left no screenshot.`);
  });
}
