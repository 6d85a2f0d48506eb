/** Metrics: for people and programs of ours, and for Prometheus. */
import type { FastifyInstance } from 'fastify';
import { routes } from '../../contracts/http.ts';
import { PROMETHEUS_MEDIA_TYPE, PROMETHEUS_PATH } from '../../contracts/metrics-routes.ts';
import { register } from '../register.ts';
import type { MetricsService } from '../services/metrics/metrics.ts';

/** Registers both routes; the journal is read from the start on, in the background. */
export function metricsRoutes(app: FastifyInstance, metrics: MetricsService, onFailure: (err: unknown) => void): void {
  register(app, routes.metrics, () => metrics.read());
  app.get(PROMETHEUS_PATH, { schema: { hide: true } }, async (_request, reply) => {
    const text = await metrics.scrape();
    return reply
      .type(PROMETHEUS_MEDIA_TYPE)
      .serializer((body: unknown) => String(body))
      .send(text);
  });
  app.addHook('onReady', async () => {
    void metrics.catchUp().catch(onFailure);
  });
}
