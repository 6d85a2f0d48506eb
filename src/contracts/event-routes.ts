/** Routes of the journal. Part of the route table; its live form is the stream `/api/events`. */
import { z } from 'zod';
import { listOf, page, route } from './route.ts';
import { isTopic } from './topics.ts';
import { EventViewSchema } from './views.ts';

/** Topics in a query: with commas. */
export const topicsQuery = z
  .string()
  .max(2000)
  .refine((text) => text.split(',').every(isTopic), {
    message: 'must be event types (task.failed) or their first parts (task), with commas',
  })
  .optional()
  .describe('Only these event types, or their first parts (`task`); with commas');

/** Rows of the route table. */
export const eventRoutes = {
  listEvents: route({
    method: 'GET',
    path: '/api/journal',
    summary: 'Events, oldest first; without a cursor those among the newest `limit`',
    tag: 'events',
    query: z.object({
      ...page,
      cursor: page.cursor.describe('Number of an event: those after it, 0 for all. `nextCursor` is one'),
      batch: z.string().max(200).optional(),
      topics: topicsQuery,
    }),
    answers: listOf(EventViewSchema).describe('A page may hold less than `limit` while there are more'),
  }),
} as const;
