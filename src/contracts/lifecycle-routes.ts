/** Routes about a batch's life beyond start and pause: lanes, offload, retry, all at once, delete. Part of the route table. */
import { z } from 'zod';
import { LanesSchema } from './hold-views.ts';
import { commandBody, id, route } from './route.ts';
import { BatchViewSchema, CommandAnswerSchema } from './views.ts';

const laneLimit = z.int().min(1).max(64);
const taskIds = z.array(z.string()).min(1).max(10_000);

/** What became of each task of an offload. */
export const OffloadAnswerSchema = z
  .object({
    source: z.string(),
    target: z.object({ id: z.string(), name: z.string(), created: z.boolean(), reopened: z.boolean() }),
    tasks: z.array(
      z.object({
        taskId: z.string(),
        name: z.string(),
        batchId: z.string().describe('Batch that it is in now, or leaves'),
        result: z.enum(['moved', 'pending', 'stayed']),
        reason: z.string().nullable().describe('Why it is not moved; null: it is'),
      }),
    ),
  })
  .meta({ id: 'OffloadAnswer' });

/** What an offload would refuse. */
export const OffloadCheckSchema = z
  .object({
    ok: z.boolean().describe('An offload moves all tasks or none'),
    tasks: z.array(
      z.object({
        taskId: z.string(),
        name: z.string().nullable().describe('null: no task of this batch'),
        reason: z.string().nullable().describe('Why it would be refused; null: it would be moved'),
      }),
    ),
  })
  .meta({ id: 'OffloadCheck' });

/** What became of each batch of a command to all. */
export const ManyAnswersSchema = z
  .object({
    items: z.array(
      z.object({
        batchId: z.string(),
        name: z.string(),
        answer: CommandAnswerSchema.nullable(),
        error: z.object({ code: z.string(), message: z.string() }).nullable(),
      }),
    ),
  })
  .meta({ id: 'ManyAnswers' });

/** A batch that is out of sight. */
export const DeletedBatchSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    deletedAt: z.string().describe('RFC 3339'),
    restorableUntil: z.string().describe('RFC 3339'),
    message: z.string(),
  })
  .meta({ id: 'DeletedBatch' });

/** Rows of the route table. */
export const lifecycleRoutes = {
  lanes: route({
    method: 'GET',
    path: '/api/lanes',
    summary: 'Who works, who waits for a lane, which accounts hold',
    tag: 'lanes',
    answers: LanesSchema,
  }),
  setLanes: route({
    method: 'PUT',
    path: '/api/lanes',
    summary: 'How many batches work at once; those at work go on',
    tag: 'lanes',
    body: z
      .object({
        limit: laneLimit.optional(),
        background: laneLimit.optional().describe('So many tasks by themselves work at once'),
      })
      .refine(({ limit, background }) => limit !== undefined || background !== undefined, {
        message: 'Give limit, background or both',
        path: ['limit'],
      })
      .meta({ examples: [{ limit: 6 }] }),
    answers: LanesSchema,
  }),
  offload: route({
    method: 'POST',
    path: '/api/batches/:id/offload',
    summary: 'Move tasks to another batch, to a completed one (reopened) or to a new one',
    tag: 'batches',
    params: id,
    body: commandBody.extend({
      to: z.string().optional().describe('Batch; either this or newBatch'),
      newBatch: z.object({ name: z.string().trim().min(1).max(200).optional() }).optional(),
      taskIds,
      running: z.boolean().default(false).describe('Also the running task: it is stopped, and goes on there'),
    }),
    answers: OffloadAnswerSchema,
  }),
  checkOffload: route({
    method: 'POST',
    path: '/api/batches/:id/offload/check',
    readOnly: true,
    summary: 'Which of these tasks an offload would refuse, and why; moves nothing',
    tag: 'batches',
    params: id,
    body: z.object({
      to: z.string().optional().describe('Batch; absent: a new one'),
      taskIds,
      running: z.boolean().default(false),
    }),
    answers: OffloadCheckSchema,
  }),
  retryBatch: route({
    method: 'POST',
    path: '/api/batches/:id/retry',
    summary: 'Queue failed tasks again (default: all of them); a completed batch is reopened',
    tag: 'batches',
    params: id,
    body: commandBody.extend({ taskIds: taskIds.optional() }),
    answers: BatchViewSchema,
  }),
  retryTask: route({
    method: 'POST',
    path: '/api/tasks/:id/retry',
    summary: 'Queue a task again that failed, was skipped or cancelled',
    tag: 'tasks',
    params: id,
    body: commandBody,
    answers: CommandAnswerSchema,
  }),
  pauseAll: route({
    method: 'POST',
    path: '/api/batches/pause-all',
    summary: 'Pause every running batch (now: stop the running tasks, resumable)',
    tag: 'batches',
    body: commandBody.extend({ now: z.boolean().default(false) }),
    answers: ManyAnswersSchema,
  }),
  resumeAll: route({
    method: 'POST',
    path: '/api/batches/resume-all',
    summary: 'Resume every paused batch',
    tag: 'batches',
    body: commandBody,
    answers: ManyAnswersSchema,
  }),
  deleteBatch: route({
    method: 'DELETE',
    path: '/api/batches/:id',
    summary: 'Cancel it if it is open, then take it out of lists and reports; can be undone',
    tag: 'batches',
    params: id,
    answers: DeletedBatchSchema,
  }),
  restoreBatch: route({
    method: 'POST',
    path: '/api/batches/:id/restore',
    summary: 'Undo a deletion: it is shown again; what was cancelled stays so',
    tag: 'batches',
    params: id,
    answers: BatchViewSchema,
  }),
} as const;

/** See {@link OffloadAnswerSchema}. */
export type OffloadAnswer = z.infer<typeof OffloadAnswerSchema>;
/** See {@link OffloadCheckSchema}. */
export type OffloadCheck = z.infer<typeof OffloadCheckSchema>;
/** See {@link ManyAnswersSchema}. */
export type ManyAnswers = z.infer<typeof ManyAnswersSchema>;
/** See {@link DeletedBatchSchema}. */
export type DeletedBatch = z.infer<typeof DeletedBatchSchema>;
