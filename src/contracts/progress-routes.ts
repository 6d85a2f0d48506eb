/** How far everything is that is open. Part of the route table. */
import { z } from 'zod';
import { HoldViewSchema } from './hold-views.ts';
import { CountsSchema, ForecastSchema } from './progress-views.ts';
import { route } from './route.ts';
import { BATCH_STATUSES } from './vocabulary.ts';

const done = {
  done: z.int().describe('Tasks that are over, however they ended'),
  total: z.int(),
  counts: CountsSchema,
};

/** All open batches together, and each. */
export const OverallProgressSchema = z
  .object({
    generatedAt: z.string().describe('RFC 3339'),
    recordedAt: z
      .string()
      .nullable()
      .describe('The oldest record of a batch that runs: how old this is; null: none runs'),
    ...done,
    forecast: ForecastSchema.nullable().describe(
      'Until the last one ends, if each has its lane; null: not known of all',
    ),
    batches: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        status: z.enum(BATCH_STATUSES),
        hold: HoldViewSchema.nullable(),
        running: z.array(z.object({ id: z.string(), name: z.string() })),
        ...done,
        forecast: ForecastSchema.nullable(),
        recordedAt: z.string().describe('RFC 3339'),
      }),
    ),
  })
  .meta({ id: 'OverallProgress' });

/** Rows of the route table. */
export const progressRoutes = {
  overallProgress: route({
    method: 'GET',
    path: '/api/progress',
    summary: 'How far all open batches are, and when they will be done',
    tag: 'batches',
    answers: OverallProgressSchema,
  }),
} as const;

/** See {@link OverallProgressSchema}. */
export type OverallProgress = z.infer<typeof OverallProgressSchema>;
