/** The HTTP routes: every path string exists once, here. The API registers these rows, the client calls them. */
import { z } from 'zod';
import { auditRoutes } from './audit-routes.ts';
import { claudeCodeRoutes } from './claude-code-routes.ts';
import { doctorRoutes } from './doctor-routes.ts';
import { editRoutes } from './edit-routes.ts';
import { eventRoutes } from './event-routes.ts';
import { gitRoutes } from './git-routes.ts';
import { githubRoutes } from './github-routes.ts';
import { healthRoutes } from './health-routes.ts';
import { backgroundRoutes } from './background-routes.ts';
import { ideaRoutes } from './idea-routes.ts';
import { inboxRoutes } from './inbox-routes.ts';
import { agentRoutes } from './agent-routes.ts';
import { inspectRoutes } from './inspect-routes.ts';
import { settingsRoutes } from './installation-settings.ts';
import { lifecycleRoutes } from './lifecycle-routes.ts';
import { metricsRoutes } from './metrics-routes.ts';
import { progressRoutes } from './progress-routes.ts';
import { previewRoutes } from './preview-routes.ts';
import { projectRoutes } from './project-routes.ts';
import { requirementRoutes } from './requirement-routes.ts';
import { commandBody, id, listOf, page, route } from './route.ts';
import { sessionRoutes } from './session-routes.ts';
import { SettingsOverridesSchema } from './settings.ts';
import { AloneTaskSchema, NewTaskSchema } from './task-routes.ts';
import { trialRoutes } from './trial-routes.ts';
import { webhookRoutes } from './webhook-routes.ts';
import { LogInfoSchema, LogRangeSchema, ProgressViewSchema } from './log-views.ts';
import {
  BatchSummarySchema,
  BatchViewSchema,
  CommandAnswerSchema,
  ReportSchema,
  StatusSchema,
  TaskDetailSchema,
} from './views.ts';
import { BATCH_STATUSES, ON_FAILURE } from './vocabulary.ts';

/** Body of batch creation. */
export const NewBatchSchema = z.object({
  name: z.string().trim().min(1).max(200).optional().describe('Default: the day and the project'),
  tasks: z.array(NewTaskSchema).min(1).max(10_000),
  onFailure: z.enum(ON_FAILURE).optional(),
  flags: SettingsOverridesSchema.optional().describe('Settings for this batch alone; the strongest source'),
  again: z.boolean().optional().describe('Run requirements that an undelivered branch resolves already'),
});
/** All routes by name. */
export const routes = {
  health: route({
    method: 'GET',
    path: '/api/health',
    summary: 'Is the API alive (no token needed)',
    tag: 'system',
    answers: z.object({ status: z.literal('ok'), version: z.string() }),
  }),
  ...healthRoutes,
  status: route({
    method: 'GET',
    path: '/api/status',
    summary: 'The stack and its parts',
    tag: 'system',
    answers: StatusSchema,
  }),
  ...sessionRoutes,
  prune: route({
    method: 'POST',
    path: '/api/prune',
    summary: 'Remove merged branches, old runs and expired refs; never unmerged work',
    tag: 'system',
    body: z.object({ dryRun: z.boolean().default(false) }),
    answers: z.object({
      items: z.array(
        z.object({
          kind: z.string(),
          name: z.string(),
          bytes: z.number().nullable(),
          reason: z.string(),
          kept: z.boolean(),
        }),
      ),
    }),
  }),
  createBatch: route({
    method: 'POST',
    path: '/api/batches',
    summary: 'Make a batch; it is idle until started',
    tag: 'batches',
    body: NewBatchSchema,
    answers: BatchViewSchema,
    status: 201,
  }),
  listBatches: route({
    method: 'GET',
    path: '/api/batches',
    summary: 'Batches, newest first',
    tag: 'batches',
    query: z.object({
      ...page,
      status: z.enum(BATCH_STATUSES).optional(),
      project: z.string().optional(),
      show: z
        .enum(['all', 'current', 'deleted'])
        .default('all')
        .describe('current: without what ended more than 7 days ago; deleted: only those that can be restored'),
    }),
    answers: listOf(BatchSummarySchema),
  }),
  getBatch: route({
    method: 'GET',
    path: '/api/batches/:id',
    summary: 'The batch object',
    tag: 'batches',
    params: id,
    answers: BatchViewSchema,
  }),
  startBatch: route({
    method: 'POST',
    path: '/api/batches/:id/start',
    summary: 'Start',
    tag: 'batches',
    params: id,
    body: commandBody,
    answers: CommandAnswerSchema,
  }),
  pauseBatch: route({
    method: 'POST',
    path: '/api/batches/:id/pause',
    summary: 'Let the running task end (now: stop it, resumable) and start nothing more',
    tag: 'batches',
    params: id,
    body: commandBody.extend({ now: z.boolean().default(false) }),
    answers: CommandAnswerSchema,
  }),
  resumeBatch: route({
    method: 'POST',
    path: '/api/batches/:id/resume',
    summary: 'Go on after a pause or a hold',
    tag: 'batches',
    params: id,
    body: commandBody,
    answers: CommandAnswerSchema,
  }),
  cancelBatch: route({
    method: 'POST',
    path: '/api/batches/:id/cancel',
    summary: 'End the running task, keep its work, start nothing more',
    tag: 'batches',
    params: id,
    body: commandBody,
    answers: CommandAnswerSchema,
  }),
  skipWait: route({
    method: 'POST',
    path: '/api/batches/:id/skip-wait',
    summary: 'Do not wait any longer for what the batch waits for',
    tag: 'batches',
    params: id,
    body: commandBody,
    answers: CommandAnswerSchema,
  }),
  addTasks: route({
    method: 'POST',
    path: '/api/batches/:id/tasks',
    summary: 'Add tasks at the end',
    tag: 'batches',
    params: id,
    body: commandBody.extend({ tasks: z.array(NewTaskSchema).min(1).max(10_000), again: z.boolean().optional() }),
    answers: BatchViewSchema,
  }),
  removeTasks: route({
    method: 'POST',
    path: '/api/batches/:id/tasks/remove',
    summary: 'Take queued tasks out of the batch',
    tag: 'batches',
    params: id,
    body: commandBody.extend({ taskIds: z.array(z.string()).min(1).max(10_000) }),
    answers: BatchViewSchema,
  }),
  moveTask: route({
    method: 'POST',
    path: '/api/batches/:id/tasks/move',
    summary: 'Move a queued task to a place among the open ones (0: next)',
    tag: 'batches',
    params: id,
    body: commandBody.extend({ taskId: z.string(), position: z.int().min(0).max(10_000) }),
    answers: BatchViewSchema,
  }),
  runTask: route({
    method: 'POST',
    path: '/api/tasks/run',
    summary:
      'Run a task of any kind by itself: it takes a background place and no lane, and no list of batches shows it',
    tag: 'tasks',
    body: AloneTaskSchema,
    answers: TaskDetailSchema,
    status: 201,
  }),
  getTask: route({
    method: 'GET',
    path: '/api/tasks/:id',
    summary: 'A task with its attempts and runs',
    tag: 'tasks',
    params: id,
    answers: TaskDetailSchema,
  }),
  cancelTask: route({
    method: 'POST',
    path: '/api/tasks/:id/cancel',
    summary: 'Cancel one task',
    tag: 'tasks',
    params: id,
    body: commandBody,
    answers: CommandAnswerSchema,
  }),
  taskProgress: route({
    method: 'GET',
    path: '/api/tasks/:id/progress',
    summary: 'What its agent is doing now',
    tag: 'tasks',
    params: id,
    answers: z.object({ progress: ProgressViewSchema.nullable() }),
  }),
  listLogs: route({
    method: 'GET',
    path: '/api/tasks/:id/logs',
    summary: 'Its runs',
    tag: 'logs',
    params: id,
    answers: z.object({ items: z.array(LogInfoSchema) }),
  }),
  readLog: route({
    method: 'GET',
    path: '/api/tasks/:id/log',
    summary: 'A range of one log, by byte',
    tag: 'logs',
    params: id,
    query: z.object({
      attempt: z.coerce.number().int().min(1),
      step: z.string().min(1).max(100),
      stream: z.enum(['stdout', 'stderr']).default('stdout'),
      offset: z.coerce.number().int().default(0),
      maxBytes: z.coerce.number().int().min(1).max(1_048_576).default(262_144),
    }),
    answers: LogRangeSchema,
  }),
  report: route({
    method: 'GET',
    path: '/api/report',
    summary: 'What landed, what failed, what waited, what it cost',
    tag: 'report',
    query: z.object({ batch: z.string().optional(), since: z.string().optional() }),
    answers: ReportSchema,
  }),
  ...auditRoutes,
  ...claudeCodeRoutes,
  ...eventRoutes,
  ...gitRoutes,
  ...settingsRoutes,
  ...editRoutes,
  ...backgroundRoutes,
  ...ideaRoutes,
  ...inboxRoutes,
  ...progressRoutes,
  ...previewRoutes,
  ...projectRoutes,
  ...requirementRoutes,
  ...webhookRoutes,
  ...agentRoutes,
  ...doctorRoutes,
  ...trialRoutes,
  ...lifecycleRoutes,
  ...inspectRoutes,
  ...metricsRoutes,
  ...githubRoutes,
} as const;

/** Server-sent events; their bodies are events, not one document. */
export const streams = {
  /** Journal events; `Last-Event-ID` or `?after=` replays. `?batch=` and `?topics=` (with commas) filter. Event name: `journal`, data: EventView. */
  events: '/api/events',
  /** Bytes of one log from `?offset=`. Event name: `log`, data: LogRange, id: next offset; `end` when the run has ended. */
  followLog: '/api/tasks/:id/log/follow',
} as const;

/** Name of a route. */
export type RouteName = keyof typeof routes;
/** What a route's answer parses to. */
export type RouteAnswer<Name extends RouteName> = z.infer<(typeof routes)[Name]['answers']>;
/** What a caller may send as body. */
export type RouteBody<Name extends RouteName> = z.input<(typeof routes)[Name]['body']>;
/** What a caller may send as query. */
export type RouteQuery<Name extends RouteName> = z.input<(typeof routes)[Name]['query']>;
