/** Whether we live, whether we are ready, and what we are. Part of the route table. */
import { z } from 'zod';
import { route } from './route.ts';

/** One part of the stack, looked at. */
export const StackCheckSchema = z.object({
  name: z.string(),
  ok: z.boolean(),
  message: z.string(),
  repair: z.string().nullable().describe('What to type when it is not ok; null: nothing'),
});

/** What answers depend on; the names are those of `/api/status`, which also says why. */
export const ReadinessSchema = z
  .object({
    status: z.enum(['ready', 'degraded']).describe('degraded: reads are answered, and commands stored or refused'),
    checks: z.array(z.object({ name: z.string(), ok: z.boolean() })),
  })
  .meta({ id: 'Readiness' });

/** Rows of the route table. */
export const healthRoutes = {
  live: route({
    method: 'GET',
    path: '/api/health/live',
    summary: 'Does the process answer (no token needed)',
    tag: 'system',
    answers: z.object({ status: z.literal('live') }),
  }),
  ready: route({
    method: 'GET',
    path: '/api/health/ready',
    summary: 'Can it do its work, by dependency (no token needed); 503 without database or disk',
    tag: 'system',
    answers: ReadinessSchema,
  }),
  version: route({
    method: 'GET',
    path: '/api/version',
    summary: 'What answers',
    tag: 'system',
    answers: z.object({ version: z.string(), node: z.string(), openapi: z.string().describe('Path of the document') }),
  }),
} as const;

/** See {@link ReadinessSchema}. */
export type Readiness = z.infer<typeof ReadinessSchema>;
