/** Routes of ideas, and of what became of them. Part of the route table. */
import { z } from 'zod';
import { RequirementDetailSchema } from './requirement-routes.ts';
import { id, listOf, page, route } from './route.ts';
import { IDEA_STATUSES } from './vocabulary.ts';

const instant = z.string().describe('RFC 3339');
const title = z.string().trim().min(1).max(200).describe('One line');
const text = z.string().max(100_000).describe('Markdown; may be empty');
const name = z.string().min(1).max(1000).describe('Of the requirement: file name without `.md`');

/** An idea with what became of it. */
export const IdeaViewSchema = z
  .object({
    id: z.string(),
    projectId: z.string(),
    projectName: z.string(),
    title: z.string(),
    text: z.string(),
    status: z
      .enum(IDEA_STATUSES)
      .describe('idea; requirement: a file was made of it; implemented: that was completed, or you said so'),
    requirementName: z.string().nullable(),
    taskId: z.string().nullable().describe('The task that implemented it; null: none, or you said so'),
    createdAt: instant,
    updatedAt: instant,
    implementedAt: instant.nullable(),
  })
  .meta({ id: 'Idea' });

/** What one completed task did. */
export const ImplementationViewSchema = z
  .object({
    taskId: z.string(),
    batchId: z.string(),
    projectId: z.string(),
    kind: z.string(),
    name: z.string().describe('Of the requirement, or what the task is called'),
    title: z.string(),
    at: instant,
    attempt: z.int(),
    agent: z.string().nullable(),
    sessionId: z.string().nullable().describe('The agent session that did it'),
    commit: z.string().nullable().describe('null: it committed nothing'),
    files: z
      .array(z.string())
      .nullable()
      .describe('Paths that the commit touched, at most 2,000; empty: it is gone; null: not looked up yet'),
  })
  .meta({ id: 'Implementation' });

/** By name; part of `routes`. */
export const ideaRoutes = {
  listIdeas: route({
    method: 'GET',
    path: '/api/ideas',
    summary: 'Ideas, newest first',
    tag: 'ideas',
    query: z.object({
      ...page,
      project: z.string().optional(),
      status: z.enum(IDEA_STATUSES).optional(),
    }),
    answers: listOf(IdeaViewSchema),
  }),
  getIdea: route({
    method: 'GET',
    path: '/api/ideas/:id',
    summary: 'One idea',
    tag: 'ideas',
    params: id,
    answers: IdeaViewSchema,
  }),
  createIdea: route({
    method: 'POST',
    path: '/api/ideas',
    summary: 'Write an idea down',
    tag: 'ideas',
    body: z.object({ projectId: z.string().min(1).max(200), title, text: text.default('') }),
    answers: IdeaViewSchema,
    status: 201,
  }),
  editIdea: route({
    method: 'PATCH',
    path: '/api/ideas/:id',
    summary: 'Change its words or its status; with If-Match only from that state, which the ETag names',
    tag: 'ideas',
    params: id,
    body: z
      .object({
        title: title.optional(),
        text: text.optional(),
        status: z
          .enum(IDEA_STATUSES)
          .optional()
          .describe('idea: forgets which requirement was made of it; requirement: only if there is one'),
      })
      .refine((change) => Object.values(change).some((value) => value !== undefined), {
        message: 'Give title, text or status',
        path: ['title'],
      })
      .meta({ examples: [{ title: 'Coupons' }] }),
    answers: IdeaViewSchema,
  }),
  removeIdea: route({
    method: 'DELETE',
    path: '/api/ideas/:id',
    summary: 'Forget it (with If-Match only in that state); a requirement that was made of it stays',
    tag: 'ideas',
    params: id,
    answers: IdeaViewSchema,
  }),
  makeRequirement: route({
    method: 'POST',
    path: '/api/ideas/:id/requirement',
    summary: 'Make a requirement file of it; when that is completed, so is the idea',
    tag: 'ideas',
    params: id,
    body: z.object({
      name: name.optional().describe('Default: made of the title, and one that is free'),
      text: z.string().max(1_000_000).optional().describe('Default: title and text of the idea'),
    }),
    answers: z.object({
      idea: IdeaViewSchema,
      requirement: RequirementDetailSchema,
      undoToken: z.string().describe('Takes the file away again, for 30 days'),
      message: z.string(),
    }),
    status: 201,
  }),
  updateIdeaStatus: route({
    method: 'POST',
    path: '/api/ideas/update-implementation-status',
    summary: 'Say that the ideas of a requirement are implemented; completed tasks do so by themselves',
    tag: 'ideas',
    body: z.object({
      requirementName: name,
      projectId: z.string().max(200).optional().describe('Needed only if several projects have ideas of that name'),
      status: z.enum(IDEA_STATUSES).default('implemented'),
    }),
    answers: z.object({
      success: z.literal(true),
      updated: z.int().describe('So many were not in that status; 0: none is about that requirement, or all were'),
      ideas: z.array(IdeaViewSchema),
    }),
  }),
  implementationLog: route({
    method: 'GET',
    path: '/api/projects/:id/implementation-log',
    summary: 'What completed tasks did, newest first',
    tag: 'ideas',
    params: id,
    query: z.object(page),
    answers: listOf(ImplementationViewSchema),
  }),
} as const;

/** See {@link IdeaViewSchema}. */
export type IdeaView = z.infer<typeof IdeaViewSchema>;
/** See {@link ImplementationViewSchema}. */
export type ImplementationView = z.infer<typeof ImplementationViewSchema>;
