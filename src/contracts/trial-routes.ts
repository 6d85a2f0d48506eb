/** Routes that try the verification commands of a project, before a night does. Part of the route table. */
import { z } from 'zod';
import { id, route } from './route.ts';
import { TASK_STATUSES } from './vocabulary.ts';

/** What the commands said, as far as they are. */
export const VerifyTrialSchema = z
  .object({
    taskId: z.string().describe('The task by itself that tries them: cancel it to stop'),
    status: z.enum(TASK_STATUSES),
    problem: z
      .object({ code: z.string(), message: z.string() })
      .nullable()
      .describe('What keeps it from trying (set-up failed, a command was not found); null: nothing'),
    checks: z.array(
      z.object({
        command: z.string(),
        status: z.enum(['waiting', 'running', 'ended']),
        exitCode: z.int().nullable().describe('null: not ended, ended by a signal, or timed out'),
        timedOut: z.boolean(),
        durationMs: z.number().nullable().describe('null until it has ended'),
        outputTail: z.string().describe('At most 4 KB'),
      }),
    ),
  })
  .meta({ id: 'VerifyTrial' });
/** See {@link VerifyTrialSchema}. */
export type VerifyTrial = z.infer<typeof VerifyTrialSchema>;

/** Context of the task that is a try: the commands that it tries. */
export const TrialContextSchema = z.object({ verifyTrial: z.array(z.string()) });

/** True for the context of a task that is a try. */
export function isTrialContext(context: unknown): boolean {
  return TrialContextSchema.safeParse(context).success;
}

/** Rows of the route table. */
export const trialRoutes = {
  tryVerification: route({
    method: 'POST',
    path: '/api/projects/:id/verify-trials',
    summary: 'Run the verification commands once on the host, in a new workspace that goes after it; commits nothing',
    tag: 'projects',
    params: id,
    answers: VerifyTrialSchema,
    status: 201,
  }),
  verifyTrial: route({
    method: 'GET',
    path: '/api/tasks/:id/verify-trial',
    summary: 'What the verification commands said in such a try',
    tag: 'tasks',
    params: id,
    answers: VerifyTrialSchema,
  }),
} as const;
