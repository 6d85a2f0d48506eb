/** Routes for whoever wants one requirement done and nothing else: no batches to think of. Part of the route table. */
import { z } from 'zod';
import { RequirementChangeSchema, RequirementDetailSchema } from './requirement-routes.ts';
import { route } from './route.ts';
import { RequirementViewSchema } from './views.ts';

/** What such a caller sees of a task: waiting for a limit or an answer is `session-limit`, skipped and cancelled are `failed`. */
export const CLAUDE_CODE_STATUSES = ['idle', 'queued', 'running', 'completed', 'failed', 'session-limit'] as const;
/** One of {@link CLAUDE_CODE_STATUSES}. */
export type ClaudeCodeStatus = (typeof CLAUDE_CODE_STATUSES)[number];

const instant = z.string().nullable().describe('RFC 3339; null: not yet');
const projectId = z.string().max(200).describe('Or projectPath');
const projectPath = z.string().min(1).max(4096).describe('Of a registered project; instead of projectId');
const requirementName = z.string().min(1).max(1000);
const project = { projectId: projectId.optional(), projectPath: projectPath.optional() };

/** How the change is committed; what is left out is as the project's settings say. */
const gitConfig = z.object({
  enabled: z.boolean().optional().describe('false: the change is left in the checkout, uncommitted'),
  commitMessageTemplate: z.string().min(1).max(2000).optional(),
  push: z.boolean().optional().describe('true: the branch is pushed when the task is completed'),
});

/** One requirement's task. */
export const ClaudeCodeTaskSchema = z
  .object({
    taskId: z.string(),
    batchId: z.string(),
    projectId: z.string(),
    requirementName: z.string().nullable().describe('null: a task of another kind'),
    status: z.enum(CLAUDE_CODE_STATUSES),
    error: z.string().nullable(),
    commit: z.string().nullable(),
    branch: z.string().nullable(),
    startedAt: instant,
    completedAt: instant,
    progress: z
      .object({ phase: z.string(), turns: z.int(), lastTool: z.string().nullable() })
      .nullable()
      .describe('What its agent is doing now'),
  })
  .meta({ id: 'ClaudeCodeTask' });

/** Rows of the route table. */
export const claudeCodeRoutes = {
  claudeCode: route({
    method: 'POST',
    path: '/api/claude-code',
    summary: 'Run one requirement (a batch of one is made and started), or write one',
    tag: 'claude-code',
    body: z.object({
      action: z.enum(['execute-requirement', 'create-requirement']).default('execute-requirement'),
      ...project,
      requirementName,
      gitConfig: gitConfig.optional().describe('For execute-requirement'),
      again: z.boolean().optional().describe('Also a requirement that an undelivered branch resolves'),
      content: z.string().max(1_000_000).optional().describe('For create-requirement: Markdown'),
    }),
    answers: z.discriminatedUnion('action', [
      z.object({ action: z.literal('execute-requirement'), taskId: z.string(), task: ClaudeCodeTaskSchema }),
      z.object({ action: z.literal('create-requirement'), ...RequirementChangeSchema.shape }),
    ]),
    status: 201,
  }),
  askClaudeCode: route({
    method: 'GET',
    path: '/api/claude-code',
    summary: 'How a task stands, which requirements there are, or what one says',
    tag: 'claude-code',
    query: z.object({
      action: z.enum(['status', 'list-requirements', 'read-requirement']),
      taskId: z
        .string()
        .max(1300)
        .optional()
        .describe('For status: a task, or `<projectId>:<requirementName>`, the newest task of that requirement'),
      ...project,
      requirementName: requirementName.optional(),
    }),
    answers: z.discriminatedUnion('action', [
      z.object({ action: z.literal('status'), task: ClaudeCodeTaskSchema }),
      z.object({ action: z.literal('list-requirements'), requirements: z.array(RequirementViewSchema) }),
      z.object({ action: z.literal('read-requirement'), requirement: RequirementDetailSchema }),
    ]),
  }),
} as const;

/** See {@link ClaudeCodeTaskSchema}. */
export type ClaudeCodeTask = z.infer<typeof ClaudeCodeTaskSchema>;
