/** Metrics: for people and programs of ours, and for Prometheus. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { AppError } from '../../contracts/errors.ts';
import { routes } from '../../contracts/http.ts';
import { HOST_PROMETHEUS_PATH, PROMETHEUS_MEDIA_TYPE, PROMETHEUS_PATH } from '../../contracts/metrics-routes.ts';
import type { ApiDeps } from '../deps.ts';
import { register } from '../register.ts';
import { createMetrics } from '../services/metrics/metrics.ts';

/** Registers all of them; the journal is read from the start on, in the background. */
export function metricsRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const metrics = createMetrics(deps);
  register(app, routes.metrics, () => metrics.read());
  app.get(PROMETHEUS_PATH, { schema: { hide: true } }, async (_request, reply) =>
    sendText(reply, await metrics.scrape()),
  );
  hostMetricsRoute(app, deps);
  app.addHook('onReady', async () => {
    void metrics.catchUp().catch((err: unknown) => deps.logger.warn({ err }, 'the journal could not be counted'));
  });
}

/** A target of its own: figures of two processes under one name would have to be told apart by label. */
function hostMetricsRoute(app: FastifyInstance, { hostMetrics, host }: ApiDeps): void {
  if (hostMetrics === undefined) return;
  app.get(HOST_PROMETHEUS_PATH, { schema: { hide: true } }, async (_request, reply) => {
    const text = await hostMetrics();
    if (text === null) throw new AppError('host_offline', `The worker of host ${host} does not answer.`);
    return sendText(reply, text);
  });
}

function sendText(reply: FastifyReply, text: string): FastifyReply {
  return reply
    .type(PROMETHEUS_MEDIA_TYPE)
    .serializer((body: unknown) => String(body))
    .send(text);
}
