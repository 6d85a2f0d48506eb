/** Routes of background tasks: starting one, and applying what it proposes. Part of the route table. */
import { z } from 'zod';
import { ListedTaskSchema } from './inbox-routes.ts';
import { id, route } from './route.ts';

const storyId = z.string().min(1).max(1000).describe('Name of the requirement');

/** One thing of a result that can be applied by itself. */
export const ProposalViewSchema = z
  .object({
    id: storyId,
    role: z.enum(['refinement', 'story', 'target', 'related_update']),
    change: z.enum(['create', 'edit']),
    title: z.string(),
    reason: z.string().nullable(),
    text: z.string().describe('The whole file as it would be'),
    state: z
      .enum(['open', 'applied', 'changed', 'gone', 'taken', 'done'])
      .describe(
        'open: can be applied; applied: the file is like that; conflicts, which `overwrite` overrules: changed since the task was made, gone, taken by another text, done (worked off already)',
      ),
    message: z.string().nullable().describe('What is in the way; null: nothing'),
    sha256: z.string().nullable().describe('Of the file as it is now; null: there is none'),
  })
  .meta({ id: 'Proposal' });

/** By name; part of `routes`. */
export const backgroundRoutes = {
  createTask: route({
    method: 'POST',
    path: '/api/tasks',
    summary: 'Start a task in the background; it begins as soon as a background place is free',
    tag: 'tasks',
    body: z
      .object({
        kind: z.string().min(1).max(100).optional().describe('refine, generate, story-edit, or any other kind'),
        type: z.string().min(1).max(100).optional().describe('The same as kind'),
        projectId: z.string().max(200).optional().describe('Default: the only project there is'),
        params: z.record(z.string(), z.unknown()).default({}),
        context: z
          .record(z.string().max(200), z.unknown())
          .optional()
          .describe('Given back with the task, for instance `returnPath`: where its result is opened; at most 16 KB'),
        version: z
          .string()
          .min(1)
          .max(200)
          .optional()
          .describe('Default: made of the task and of the stories it is about'),
        name: z.string().trim().min(1).max(100).optional(),
      })
      .refine(({ kind, type }) => (kind ?? type) !== undefined && (kind === undefined || (type ?? kind) === kind), {
        message: 'Give kind, or type',
        path: ['kind'],
      })
      .meta({
        examples: [{ kind: 'generate', params: { description: 'Coupons with a date until which they are good' } }],
      }),
    answers: ListedTaskSchema,
    status: 201,
  }),
  listProposals: route({
    method: 'GET',
    path: '/api/tasks/:id/apply',
    summary: 'What of its result can be applied, and what would be in the way',
    tag: 'tasks',
    params: id,
    answers: z.object({ items: z.array(ProposalViewSchema) }),
  }),
  applyTask: route({
    method: 'POST',
    path: '/api/tasks/:id/apply',
    summary: 'Write chosen items of its result into requirement files: all of them or none; again: nothing more',
    tag: 'tasks',
    params: id,
    body: z.object({
      items: z.array(storyId).min(1).max(500).optional().describe('Ids of proposals; default: all'),
      overwrite: z.boolean().default(false).describe('Also those in whose way something is'),
    }),
    answers: z.object({
      applied: z.array(z.string()),
      already: z.array(z.string()).describe('Their files were like that'),
      undoToken: z.string().nullable().describe('Undoes it as a whole, for 30 days; null: nothing was written'),
      message: z.string(),
      items: z.array(ProposalViewSchema),
    }),
  }),
} as const;

/** See {@link ProposalViewSchema}. */
export type ProposalView = z.infer<typeof ProposalViewSchema>;
