/** Webhooks. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../contracts/errors.ts';
import { routes } from '../../contracts/http.ts';
import type { WebhookView } from '../../contracts/webhook-routes.ts';
import type { WebhookChange } from '../../store/control-store.ts';
import type { ApiDeps } from '../deps.ts';
import { register } from '../register.ts';
import {
  changeWebhook,
  createWebhook,
  findWebhook,
  redeliver,
  renewSecret,
  testWebhook,
} from '../services/webhooks.ts';
import { toDeliveryView, toWebhookView } from '../views/webhook-view.ts';

/** Registers the routes of webhooks. */
export function webhookRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const { webhooks } = deps.store;
  register(app, routes.listWebhooks, async () => ({
    items: (await webhooks.list()).map(toWebhookView),
    nextCursor: null,
  }));
  register(app, routes.createWebhook, async ({ body }, { request, reply }) => {
    const key = request.headers['idempotency-key'];
    return tagged(reply, await createWebhook(deps, { ...body, key: typeof key === 'string' ? key : null }));
  });
  register(app, routes.getWebhook, async ({ params }, { reply }) =>
    tagged(reply, toWebhookView(await findWebhook(deps, params.id))),
  );
  register(app, routes.changeWebhook, async ({ params, body }, { request, reply }) =>
    tagged(reply, toWebhookView(await changeWebhook(deps, params.id, ifMatch(request), toChange(body)))),
  );
  register(app, routes.removeWebhook, async ({ params }) => {
    const { id } = await findWebhook(deps, params.id);
    await webhooks.remove(id);
    return { removed: id };
  });
  register(app, routes.renewWebhookSecret, async ({ params }, { reply }) =>
    tagged(reply, await renewSecret(deps, params.id)),
  );
  register(app, routes.testWebhook, async ({ params }) => testWebhook(deps, params.id));
  register(app, routes.listDeliveries, async ({ params, query: { limit, cursor } }) => {
    const { id } = await findWebhook(deps, params.id);
    const page = await webhooks.deliveries(id, { limit, ...(cursor === undefined ? {} : { cursor }) });
    return { items: page.items.map(toDeliveryView), nextCursor: page.nextCursor };
  });
  register(app, routes.redeliver, async ({ params }) => redeliver(deps, params.id, params.seq));
}

function tagged<Answer extends Pick<WebhookView, 'version'>>(reply: FastifyReply, answer: Answer): Answer {
  void reply.header('etag', `"${answer.version}"`);
  return answer;
}

/** The version that `If-Match` names; null: any. @throws AppError invalid_input */
function ifMatch(request: FastifyRequest): number | null {
  const header = request.headers['if-match']?.trim() ?? '*';
  if (header === '*') return null;
  const version = /^"?(\d{1,9})"?$/.exec(header)?.[1];
  if (version !== undefined) return Number(version);
  const message = 'must be the ETag of a webhook, or *';
  throw new AppError('invalid_input', `The header If-Match ${message}.`, {
    details: { fields: [{ path: 'if-match', message }] },
  });
}

function toChange(body: {
  readonly url?: string | undefined;
  readonly topics?: readonly string[] | undefined;
  readonly enabled?: boolean | undefined;
}): WebhookChange {
  return {
    ...(body.url === undefined ? {} : { url: body.url }),
    ...(body.topics === undefined ? {} : { topics: [...new Set(body.topics)] }),
    ...(body.enabled === undefined ? {} : { enabled: body.enabled }),
  };
}
