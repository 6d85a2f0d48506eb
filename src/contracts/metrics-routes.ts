/** What was executed so far, in figures. Part of the route table; `/metrics` says more, in the format of Prometheus. */
import { z } from 'zod';
import { route } from './route.ts';
import { STEPS } from './vocabulary.ts';

const figures = {
  tasksExecuted: z.int().describe('Ends of tasks that had an attempt; one that was tried again counts once more'),
  tasksSucceeded: z.int(),
  tasksFailed: z.int(),
  tasksCancelled: z.int(),
  totalExecutionTimeMs: z.number().describe('Sum of their attempts'),
  avgExecutionTimeMs: z.number().describe('0 when nothing was executed'),
  costUsd: z.number(),
  tokens: z.number(),
};

/** Figures over everything that the journal has. */
export const MetricsSchema = z
  .object({
    overall: z.object(figures),
    projects: z.array(z.object({ projectId: z.string(), project: z.string().nullable(), ...figures })),
    currentTasks: z.array(
      z.object({
        taskId: z.string(),
        batchId: z.string(),
        projectId: z.string(),
        kind: z.string(),
        name: z.string(),
        step: z.enum(STEPS).nullable(),
        startedAt: z.string().nullable().describe('RFC 3339'),
      }),
    ),
  })
  .meta({ id: 'Metrics' });
/** See {@link MetricsSchema}. */
export type Metrics = z.infer<typeof MetricsSchema>;

/** Address of the metrics in the text format of Prometheus; same token or session as the API. */
export const PROMETHEUS_PATH = '/metrics';

/** The same of the host worker that is a child of the stack; 404 where the host runs by itself and serves its own. */
export const HOST_PROMETHEUS_PATH = '/metrics/host';

/** Of its answers: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export const PROMETHEUS_MEDIA_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Rows of the route table. */
export const metricsRoutes = {
  metrics: route({
    method: 'GET',
    path: '/api/metrics',
    summary: 'What was executed: overall, per project, and now',
    tag: 'system',
    answers: MetricsSchema,
  }),
} as const;
