/**
 * Parameters and results of the built-in kinds. A task's parameters are checked here before it is queued, and never
 * change after; a result is checked before it is kept.
 */
import { z } from 'zod';
import { BACKGROUND_PARAMS, BACKGROUND_RESULTS } from './background.ts';
import type { BuiltinKind } from './vocabulary.ts';

/** Parameters of one task, as canonical JSON, in bytes. */
export const MAX_PARAMS_BYTES = 256 * 1024;
/** Result of one task as JSON, in bytes. */
export const MAX_RESULT_BYTES = 1024 * 1024;

const text = z.string().min(1).max(100_000);
const number = z.int().min(1);
const login = z.string().min(1).max(100);
const environment = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be a variable name'),
  z.string().max(8000),
);

/** Milliseconds that a task may take, from a second to a day. */
const timeoutMs = z.int().min(1000).max(86_400_000);

/** An issue as GitHub describes it; what is absent is asked for when the task begins. */
const IssueSchema = z.object({
  number,
  title: z.string().max(1000),
  body: z.string().max(200_000).nullable().optional(),
  labels: z
    .array(z.object({ name: z.string().max(200) }))
    .max(100)
    .optional(),
});

/** See `custom-command`. */
export const CommandOptionsSchema = z.strictObject({
  cwd: z.string().min(1).max(4096).optional().describe('Folder to start in, relative to the workspace and inside it'),
  env: environment.optional().describe('Added to the environment; names that begin with NIGHTLOOM_ are refused'),
  stdin: z.string().max(200_000).optional().describe('Given to the program; default: nothing'),
  timeoutMs: timeoutMs.optional().describe('Its own time-out; default: agent.timeout'),
});

/** Parameters by kind. Unknown keys are mistakes, so that a misspelt one is found before the night. */
export const KIND_PARAMS = {
  requirement: z.strictObject({ requirementName: z.string().min(1).max(1000) }),
  ...BACKGROUND_PARAMS,
  'process-issue': z.strictObject({ issueNumber: number, issue: IssueSchema.optional() }),
  'process-comment': z.strictObject({
    issueNumber: number,
    comment: z.object({
      id: number,
      body: z.string().max(200_000).optional(),
      user: z.object({ login }).optional(),
    }),
  }),
  'process-pr': z.strictObject({
    prNumber: number,
    action: z.enum(['opened', 'synchronize', 'closed']).default('opened'),
  }),
  'claude-cli': z.strictObject({
    instructions: text.describe('What the agent is told'),
    taskContext: z
      .record(z.string().max(200), z.json())
      .optional()
      .describe('Facts that it is told beside that, as JSON'),
    timeoutMs: timeoutMs.optional().describe('Its own time-out; default: agent.timeout'),
  }),
  'custom-command': z.strictObject({
    command: z.string().min(1).max(4096).describe('Program, by name or path; no shell is between'),
    args: z.array(z.string().max(100_000)).max(1000).default([]),
    options: CommandOptionsSchema.default({}),
  }),
} as const satisfies Record<BuiltinKind, z.ZodType>;

/** Parameters of a built-in kind, as checked. */
export type KindParams<Kind extends BuiltinKind> = z.output<(typeof KIND_PARAMS)[Kind]>;

const AgentResultSchema = z.object({
  text: z.string().describe('The last words of the agent, or what its result says'),
});

const ForgeResultSchema = z.object({
  text: z.string(),
  commit: z.string().nullable(),
  commentUrl: z.string().nullable().describe('What was written for others to read'),
  pullRequestUrl: z.string().nullable(),
});

/** Results by kind; `requirement` has none: its commit is its result. */
export const KIND_RESULTS = {
  requirement: z.null(),
  ...BACKGROUND_RESULTS,
  'process-issue': ForgeResultSchema,
  'process-comment': ForgeResultSchema,
  'process-pr': ForgeResultSchema,
  'claude-cli': AgentResultSchema,
  'custom-command': z.object({
    exitCode: z.int().nullable().describe('null: ended by a signal or its time-out'),
    stdout: z.string().describe('Its end, at most 32 KB'),
    stderr: z.string().describe('Its end, at most 32 KB'),
    durationMs: z.number(),
  }),
} as const satisfies Record<BuiltinKind, z.ZodType>;

/** Result of a built-in kind. */
export type KindResult<Kind extends BuiltinKind> = z.output<(typeof KIND_RESULTS)[Kind]>;
