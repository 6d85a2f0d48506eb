/** Editing a batch. Part of the route table. */
import { z } from 'zod';
import { commandBody, id, route } from './route.ts';
import { BatchViewSchema } from './views.ts';
import { ON_FAILURE, ON_USAGE_LIMIT } from './vocabulary.ts';

/** What can be changed of a batch; null: as the project's settings say. */
const BatchEditSchema = commandBody
  .extend({
    name: z.string().trim().min(1).max(200).optional(),
    onFailure: z.enum(ON_FAILURE).optional(),
    attempts: z.int().min(1).max(10).nullable().optional().describe('Attempts per task that the agent may fail'),
    maxFixes: z.int().min(0).max(10).nullable().optional().describe('Fix rounds after a failed verification'),
    onUsageLimit: z.enum(ON_USAGE_LIMIT).nullable().optional(),
  })
  .refine((body) => Object.keys(body).some((key) => key !== 'commandId'), {
    message: 'Give at least one thing to change',
  })
  .meta({ examples: [{ name: 'Tonight', attempts: 3 }] });

/** Rows of the route table. */
export const editRoutes = {
  editBatch: route({
    method: 'PATCH',
    path: '/api/batches/:id',
    summary:
      'Change name and limits, also while it runs; with If-Match only from that state. The ETag names these alone',
    tag: 'batches',
    params: id,
    body: BatchEditSchema,
    answers: BatchViewSchema,
  }),
} as const;
