/** What API, CLI and dashboard show: one schema per thing, one batch object everywhere. Instants are RFC 3339. */
import { z } from 'zod';
import { HoldViewSchema, LaneViewSchema } from './hold-views.ts';
import { StackCheckSchema } from './health-routes.ts';
import { LogInfoSchema, ProgressViewSchema } from './log-views.ts';
import { SettingsOverridesSchema } from './settings.ts';
import { EVENT_TYPES } from './events.ts';
import { BatchLimitsSchema, CountsSchema, ForecastSchema } from './progress-views.ts';
import { kindDetails, kindFields, needFields } from './task-routes.ts';
import { BATCH_STATUSES, STEPS, TASK_STATUSES, VERDICTS, WAIT_KINDS } from './vocabulary.ts';

const instant = z.string().describe('RFC 3339');
const nullableInstant = instant.nullable();
const costUsd = z.number().nullable().describe('US dollars; null when no agent said');

/** Why a task failed, and at which step. */
export const FailureViewSchema = z.object({ code: z.string(), message: z.string(), step: z.enum(STEPS) });

/** One verification command as it ran. */
export const CheckViewSchema = z.object({
  command: z.string(),
  exitCode: z.int().nullable(),
  passed: z.boolean(),
  baseline: z.enum(['passed', 'failed', 'none']),
  timedOut: z.boolean(),
  durationMs: z.number(),
});

/** A task inside the batch object. */
export const TaskViewSchema = z
  .object({
    id: z.string(),
    name: z.string().describe('Requirement name'),
    project: z.string().describe('Project name'),
    projectId: z.string(),
    batchId: z.string(),
    ...kindFields,
    ...needFields,
    status: z.enum(TASK_STATUSES),
    step: z.enum(STEPS).nullable().describe('Where the pipeline is; null unless running'),
    attempts: z.int().describe('Attempts that count: a go that a limit or a lost machine ended does not'),
    agent: z.string().nullable(),
    commit: z.string().nullable(),
    salvageRef: z.string().nullable().describe('Ref that keeps the work of a failed attempt'),
    failure: FailureViewSchema.nullable(),
    verified: z.enum(VERDICTS),
    verification: z.array(CheckViewSchema).describe('Of the last attempt'),
    waits: z.array(z.object({ kind: z.enum(WAIT_KINDS), from: instant, until: nullableInstant })),
    deniedTools: z.array(z.string()).describe('Tool calls that the permission mode denied'),
    notes: z.array(z.string()),
    startedAt: nullableInstant,
    completedAt: nullableInstant,
    durationMs: z.number(),
    costUsd,
  })
  .meta({ id: 'Task' });

/** A project of a batch, with the branch that carries its commits. */
export const BatchProjectSchema = z.object({
  project: z.string(),
  projectId: z.string(),
  path: z.string(),
  branch: z.string().nullable().describe('null until the workspace is prepared, or in place'),
  base: z.string().nullable().describe('Commit the branch began at'),
  merged: z.boolean().nullable().describe('null when not known (host away, or not prepared)'),
});

/** What to type next, and why. */
export const NextSchema = z.object({ why: z.string(), command: z.string() });

const batchFields = {
  id: z.string(),
  name: z.string(),
  status: z.enum(BATCH_STATUSES),
  hold: HoldViewSchema.nullable(),
  lane: LaneViewSchema,
  onFailure: z.string(),
  project: z.string().describe("The first project's name"),
  branch: z.string().nullable().describe("The first project's branch"),
  projects: z.array(BatchProjectSchema),
  counts: CountsSchema,
  createdAt: instant,
  startedAt: nullableInstant,
  completedAt: nullableInstant,
  deletedAt: nullableInstant,
  recordedAt: instant.describe('How old this view is: when the workflow last wrote it'),
  costUsd,
  notes: z.array(z.string()).describe('What happened to the batch itself'),
  next: z.array(NextSchema),
};

/** A batch in a list. */
export const BatchSummarySchema = z.object(batchFields).meta({ id: 'BatchSummary' });
/** The one batch object. */
export const BatchViewSchema = z
  .object({
    ...batchFields,
    forecast: ForecastSchema.nullable(),
    limits: BatchLimitsSchema,
    tasks: z.array(TaskViewSchema),
  })
  .meta({ id: 'Batch' });

/** One go at a task. */
export const AttemptViewSchema = z
  .object({
    number: z.int(),
    startedAt: instant,
    endedAt: nullableInstant,
    agent: z.string(),
    sessionId: z.string().nullable(),
    outcome: z.string().nullable(),
    message: z.string().nullable(),
    costUsd,
    tokens: z.number().nullable(),
    turns: z.number().nullable(),
    fixes: z.int(),
    deniedTools: z.array(z.string()),
    verification: z.array(CheckViewSchema),
  })
  .meta({ id: 'Attempt' });

/** A task by itself: with its attempts and runs. */
export const TaskDetailSchema = TaskViewSchema.extend({
  batchName: z.string(),
  attemptList: z.array(AttemptViewSchema),
  logs: z.array(LogInfoSchema),
  progress: ProgressViewSchema.nullable(),
  ...kindDetails,
}).meta({ id: 'TaskDetail' });

/** A registered repository. */
export const ProjectViewSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    path: z.string(),
    host: z.string(),
    createdAt: instant,
    settings: SettingsOverridesSchema,
  })
  .meta({ id: 'Project' });

/** A project as its registration answers it. */
export const RegisteredProjectSchema = ProjectViewSchema.extend({
  trust: z.object({
    trusted: z.boolean().describe('Whether the project file as it is now is trusted'),
    changed: z.boolean().describe('Whether it is another than the one that was trusted before'),
    commands: z.array(z.string()).describe('`verify: npm test`: what the file makes us execute'),
  }),
}).meta({ id: 'RegisteredProject' });

/** A requirement file, and what the batches do with it. */
export const RequirementViewSchema = z
  .object({
    name: z.string(),
    title: z.string(),
    bytes: z.number(),
    sha256: z.string(),
    gitState: z.enum(['tracked', 'modified', 'untracked', 'ignored']),
    slashCommandReason: z.string().nullable(),
    problem: z.string().nullable(),
    status: z
      .enum(TASK_STATUSES)
      .describe(
        'of the open task that has it; else completed (on an undelivered branch), failed (the last go at this very text), or idle',
      ),
    taskId: z.string().nullable(),
    batchId: z.string().nullable(),
    undelivered: z.string().nullable().describe('Branch that resolves it already but is not merged'),
  })
  .meta({ id: 'Requirement' });

/** What a night in a project needs, and what is missing. */
export const PreflightViewSchema = z
  .object({
    ok: z.boolean(),
    findings: z.array(
      z.object({
        level: z.enum(['error', 'warning', 'info']),
        code: z.string(),
        message: z.string(),
        repair: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'Preflight' });

/** What landed, failed and waited, and what it cost. */
export const ReportSchema = z
  .object({
    generatedAt: instant,
    since: nullableInstant,
    batches: z.array(BatchViewSchema),
    totals: CountsSchema.extend({ costUsd, commits: z.int() }),
    needsYou: z.array(NextSchema),
    gaps: z
      .array(z.object({ from: instant, until: instant, why: z.string() }))
      .describe('Times in which the machine slept or nothing ran'),
  })
  .meta({ id: 'Report' });

/** The stack and its parts. */
export const StatusSchema = z
  .object({
    healthy: z.boolean(),
    url: z.string().nullable(),
    pid: z.int().nullable(),
    processes: z.array(z.object({ role: z.string(), pid: z.int() })),
    temporalAddress: z.string().nullable(),
    temporalPid: z.int().nullable(),
    temporalUiUrl: z.string().nullable(),
    home: z.string(),
    version: z.string(),
    installation: z.string().nullable(),
    host: z.string().nullable(),
    checks: z.array(StackCheckSchema),
    running: z.int().describe('Agents running now'),
    openBatches: z.int(),
  })
  .meta({ id: 'Status' });

/** An entry of the journal. */
export const EventViewSchema = z
  .object({
    seq: z.int(),
    id: z.string(),
    type: z.enum(EVENT_TYPES),
    alias: z.string().optional().describe('Another name of the type: task-completed, task-failed, progress, ...'),
    at: instant,
    batch: z.string().nullable(),
    task: z.string().nullable(),
    data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  })
  .meta({ id: 'Event' });

/** RFC 9457. */
export const ProblemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    hint: z.string(),
    retryAt: z.string().optional(),
    details: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Problem' });

/** Answer of a command to a batch. */
export const CommandAnswerSchema = z
  .object({
    result: z
      .enum(['applied', 'superseded', 'stored'])
      .describe('stored: no worker answered; it is applied when one is back'),
    status: z.enum(BATCH_STATUSES),
    running: z.string().nullable().describe('Task that still runs: after a pause the one that ends first'),
    message: z.string(),
  })
  .meta({ id: 'CommandAnswer' });

/** See {@link HoldViewSchema}. */
/** See {@link CountsSchema}. */
export type Counts = z.infer<typeof CountsSchema>;
/** See {@link TaskViewSchema}. */
export type TaskView = z.infer<typeof TaskViewSchema>;
/** See {@link BatchProjectSchema}. */
export type BatchProject = z.infer<typeof BatchProjectSchema>;
/** See {@link NextSchema}. */
export type Next = z.infer<typeof NextSchema>;
/** See {@link BatchSummarySchema}. */
export type BatchSummary = z.infer<typeof BatchSummarySchema>;
/** See {@link BatchViewSchema}. */
export type BatchView = z.infer<typeof BatchViewSchema>;
/** See {@link AttemptViewSchema}. */
export type AttemptView = z.infer<typeof AttemptViewSchema>;
/** See {@link TaskDetailSchema}. */
export type TaskDetail = z.infer<typeof TaskDetailSchema>;
/** See {@link RegisteredProjectSchema}. */
export type RegisteredProject = z.infer<typeof RegisteredProjectSchema>;
/** See {@link ProjectViewSchema}. */
export type ProjectView = z.infer<typeof ProjectViewSchema>;
/** See {@link RequirementViewSchema}. */
export type RequirementView = z.infer<typeof RequirementViewSchema>;
/** See {@link PreflightViewSchema}. */
export type PreflightView = z.infer<typeof PreflightViewSchema>;
/** See {@link ReportSchema}. */
export type Report = z.infer<typeof ReportSchema>;
/** See {@link StatusSchema}. */
export type Status = z.infer<typeof StatusSchema>;
/** See {@link EventViewSchema}. */
export type EventView = z.infer<typeof EventViewSchema>;
/** See {@link ProblemSchema}. */
export type Problem = z.infer<typeof ProblemSchema>;
/** See {@link CommandAnswerSchema}. */
export type CommandAnswerView = z.infer<typeof CommandAnswerSchema>;
