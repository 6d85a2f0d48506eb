/** Routes that look into a task: attempts, prompts, evidence, diff, search in logs. Part of the route table. */
import { z } from 'zod';
import { id, listOf, page, route } from './route.ts';
import { AttemptViewSchema, CheckViewSchema } from './views.ts';
import { VERDICTS } from './vocabulary.ts';

const attemptOf = id.extend({ number: z.coerce.number().int().min(1).max(1_000_000) });
const logAddress = {
  attempt: z.coerce.number().int().min(1),
  step: z.string().min(1).max(100),
  stream: z.enum(['stdout', 'stderr']).default('stdout'),
};

/** A boolean in a query: `true` or `false`. */
const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');

/** Lines of a log with a text in them. */
export const LogSearchSchema = z
  .object({
    matches: z.array(
      z.object({
        offset: z.number().describe('Byte at which the line begins'),
        line: z.int().describe('From 1'),
        text: z.string().describe('The line, at most 1,000 characters around the first hit'),
      }),
    ),
    next: z
      .object({ offset: z.number(), line: z.int() })
      .nullable()
      .describe('Send both to go on; null: everything was looked at'),
    totalBytes: z.number(),
  })
  .meta({ id: 'LogSearch' });

/** A change, file by file. */
export const DiffSchema = z
  .object({
    source: z.enum(['commit', 'salvage']).describe('salvage: kept work of a task that was not completed'),
    commit: z.string(),
    base: z.string().nullable(),
    files: z.array(
      z.object({
        path: z.string(),
        oldPath: z.string().nullable(),
        status: z.enum(['added', 'modified', 'deleted', 'renamed', 'copied', 'type_changed']),
        binary: z.boolean().describe('Also files above 1 MB'),
        additions: z.int().nullable(),
        deletions: z.int().nullable(),
        patch: z.string().nullable().describe('Unified diff; null: binary, or left out: ask for this path alone'),
      }),
    ),
    totalFiles: z.int(),
    truncated: z.boolean(),
  })
  .meta({ id: 'Diff' });

/** Prompts of an attempt as the agent got them. */
export const PromptsSchema = z
  .object({
    items: z.array(z.object({ step: z.string(), text: z.string(), bytes: z.number() })),
  })
  .meta({ id: 'Prompts' });

/** What the verification commands of an attempt said. */
export const EvidenceSchema = z
  .object({
    items: z.array(
      z.object({
        round: z.int().describe("0 after the agent's work, n after fix round n"),
        verdict: z.enum(VERDICTS),
        checks: z.array(
          CheckViewSchema.extend({
            step: z.string().describe('Step whose log has the whole output'),
            outputTail: z.string(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'Evidence' });

/** Rows of the route table. */
export const inspectRoutes = {
  listAttempts: route({
    method: 'GET',
    path: '/api/tasks/:id/attempts',
    summary: 'Its attempts, oldest first',
    tag: 'tasks',
    params: id,
    query: z.object(page),
    answers: listOf(AttemptViewSchema),
  }),
  attemptPrompts: route({
    method: 'GET',
    path: '/api/tasks/:id/attempts/:number/prompt',
    summary: 'The prompts of an attempt as the agent got them, one for each of its runs',
    tag: 'tasks',
    params: attemptOf,
    answers: PromptsSchema,
  }),
  attemptEvidence: route({
    method: 'GET',
    path: '/api/tasks/:id/attempts/:number/evidence',
    summary: 'What the verification commands of an attempt said',
    tag: 'tasks',
    params: attemptOf,
    answers: EvidenceSchema,
  }),
  taskDiff: route({
    method: 'GET',
    path: '/api/tasks/:id/diff',
    summary: 'What its commit changed, or the kept work of a task that was not completed',
    tag: 'tasks',
    params: id,
    query: z.object({
      path: z.string().min(1).max(4096).optional().describe('Only this file'),
      ignoreWhitespace: flag,
      maxBytes: z.coerce.number().int().min(1000).max(4_194_304).default(1_048_576),
    }),
    answers: DiffSchema,
  }),
  searchLog: route({
    method: 'GET',
    path: '/api/tasks/:id/logs/search',
    summary: 'Lines of one log with a text in them; long logs in several goes',
    tag: 'logs',
    params: id,
    query: z.object({
      ...logAddress,
      q: z.string().min(1).max(200),
      ignoreCase: flag,
      offset: z.coerce.number().int().min(0).default(0),
      line: z.coerce.number().int().min(1).default(1),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
    answers: LogSearchSchema,
  }),
  findLogLine: route({
    method: 'GET',
    path: '/api/tasks/:id/log/line',
    summary: 'Where a line of one log begins, for links to it; beyond the end: the last one',
    tag: 'logs',
    params: id,
    query: z.object({ ...logAddress, line: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) }),
    answers: z.object({ line: z.int(), offset: z.number(), totalBytes: z.number() }),
  }),
} as const;
