/** How tasks are named when they are made, and what a task by itself shows of its kind. Part of the route table. */
import { z } from 'zod';
import { SettingsOverridesSchema } from './settings.ts';
import { STAGES, WHEN_NEEDED_FAILED } from './vocabulary.ts';

/** Names a task to be made: a requirement by its name, anything else by kind and parameters. */
export const NewTaskSchema = z
  .object({
    projectId: z.string(),
    requirementName: z.string().min(1).max(1000).optional().describe('Short for the kind requirement'),
    kind: z.string().min(1).max(100).optional().describe('See `contracts/kind-params.ts` for what each takes'),
    params: z.record(z.string(), z.unknown()).optional().describe('Of that kind; default: none'),
    name: z.string().trim().min(1).max(100).optional().describe('What it is called; default: made of its parameters'),
    after: z
      .array(z.union([z.int().min(0), z.string().min(1).max(1000)]))
      .max(100)
      .optional()
      .describe('Tasks that must be completed first: place in this request, or name or id in the request or the batch'),
    whenNeededFailed: z
      .enum(WHEN_NEEDED_FAILED)
      .optional()
      .describe('When one of `after` did not end well: skip this one (default), run it all the same, hold the batch'),
  })
  .refine((task) => (task.requirementName === undefined) !== (task.kind === undefined), {
    message: 'Give either requirementName or kind',
    path: ['kind'],
  })
  .meta({ examples: [{ projectId: 'p_2a6s0d4f8g', requirementName: 'validate-coupons' }] });

/** A task to be run by itself. */
export const AloneTaskSchema = z.object({
  projectId: z.string(),
  kind: z.string().min(1).max(100).describe('See `contracts/kind-params.ts` for what each takes'),
  params: z.record(z.string(), z.unknown()).optional().describe('Of that kind; default: none'),
  name: z.string().trim().min(1).max(100).optional().describe('What it is called; default: made of its parameters'),
  timeoutMs: z.int().min(1000).max(86_400_000).optional().describe('Wall time of one run; default: agent.timeout'),
  flags: SettingsOverridesSchema.optional().describe('Settings for this task alone; the strongest source'),
  again: z.boolean().optional().describe('Run a requirement that an undelivered branch resolves already'),
});

/** Of a task in every view. */
export const kindFields = {
  kind: z.string().describe('requirement, another built-in kind, or one that a handler of the project defines'),
  stage: z.enum(STAGES).nullable().describe('What of its kind it is at; null unless running'),
};

/** What a task needs, in every view. */
export const needFields = {
  after: z.array(z.string()).describe('Ids of the tasks of its batch that must be completed first'),
  whenNeededFailed: z.enum(WHEN_NEEDED_FAILED).nullable().describe('null: it needs no other task'),
};

/** What a task was made from, in lists and by itself. */
export const originFields = {
  version: z
    .string()
    .describe('Given by its maker, or the sha256 of what it works from: another one when a story it is about changed'),
  context: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe('What its maker wants back with it: where its result is opened (`returnPath`); null: nothing'),
};

/** Of a task by itself. */
export const kindDetails = {
  ...originFields,
  params: z.record(z.string(), z.unknown()).describe('As checked; empty for a requirement'),
  screenshots: z
    .array(z.int())
    .describe('Attempts with a picture: GET /api/tasks/:id/attempts/:number/screenshot, a PNG'),
  result: z.unknown().describe('What it left, by its kind; null: nothing, or nothing yet'),
};
