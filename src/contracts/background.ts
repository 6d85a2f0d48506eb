/**
 * Background tasks: what each kind is asked and what it answers. Stories are the project's requirements: a story's id is
 * the requirement's name. A result is a proposal; nothing changes before the user applies items of it.
 */
import { z } from 'zod';

/** Kinds whose result is a proposal about requirements. */
export const BACKGROUND_KINDS = ['refine', 'generate', 'story-edit'] as const;
/** One of {@link BACKGROUND_KINDS}. */
export type BackgroundKind = (typeof BACKGROUND_KINDS)[number];

/** True for a kind of this file. */
export function isBackgroundKind(kind: string): kind is BackgroundKind {
  return (BACKGROUND_KINDS as readonly string[]).includes(kind);
}

/** More requirements than this are not looked at together. */
export const MAX_STORIES = 200;
const MAX_BODY = 50_000;
const MAX_TEXT = 10_000;
const MAX_TITLE = 200;

const storyId = z.string().min(1).max(1000).describe('Name of the requirement file without .md');
const title = z.string().trim().min(1).max(MAX_TITLE).describe('One line');
const body = z
  .string()
  .trim()
  .min(1)
  .max(MAX_BODY)
  .describe('The whole Markdown text, beginning with the title as a heading');
const text = z.string().trim().min(1).max(MAX_TEXT);

/** A story as it was when the task was made; `sha256` of its frozen bytes. */
export const StoryRefSchema = z.strictObject({
  id: storyId,
  title: z.string().max(MAX_TITLE),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** Filled in by the API when the task is made; the revision in a task's `version` is made of these. */
const stories = z.array(StoryRefSchema).max(MAX_STORIES).default([]).describe('Set by the API: what was frozen');

/** Params of `refine`. */
export const RefineParamsSchema = z.strictObject({
  requirements: z
    .array(storyId)
    .min(1)
    .max(MAX_STORIES)
    .optional()
    .describe('Names of those to be refined; default: all that no batch has taken'),
  focus: text.optional().describe('What to look at above all'),
  stories,
});
/** Params of `generate`. */
export const GenerateParamsSchema = z.strictObject({
  description: text.describe('What is wanted, in plain words'),
  count: z.int().min(1).max(50).default(10).describe('So many stories at most'),
  stories,
});
/** Params of `story-edit`. */
export const StoryEditParamsSchema = z.strictObject({
  storyId,
  target: text.describe('How it shall change, or what it shall say'),
  stories,
});

/** Params by kind. */
export const BACKGROUND_PARAMS = {
  refine: RefineParamsSchema,
  generate: GenerateParamsSchema,
  'story-edit': StoryEditParamsSchema,
} as const;

const RefinementSchema = z.strictObject({
  storyId,
  problem: z.enum(['ambiguous', 'incomplete', 'contradiction', 'too_large', 'untestable', 'duplicate', 'other']),
  explanation: text.describe('What is unclear, and why it matters'),
  title,
  body,
});
const NewStorySchema = z.strictObject({
  id: storyId.describe('Short name in lower case with hyphens, not taken yet'),
  title,
  body,
});
const EditedStorySchema = z.strictObject({ title, body });
const RelatedUpdateSchema = z.strictObject({
  storyId,
  reason: text.describe('Why this story must change too'),
  title,
  body,
});

/** What the agent answers to `refine`, and its result: at most one refinement per story. */
export const RefineAnswerSchema = z.strictObject({
  refinements: z.array(RefinementSchema).max(MAX_STORIES),
  summary: text,
});
/** What the agent answers to `generate`, and its result. */
export const GenerateAnswerSchema = z.strictObject({ stories: z.array(NewStorySchema).max(50), reasoning: text });
/** What the agent answers to `story-edit`; the story as it is now is added by us. */
export const StoryEditAnswerSchema = z.strictObject({
  target: EditedStorySchema,
  related_updates: z.array(RelatedUpdateSchema).max(MAX_STORIES),
  summary: text,
});

/** Result of `story-edit`. */
export const StoryEditResultSchema = z.strictObject({
  storyId,
  currentStory: z.strictObject({ title: z.string(), body: z.string() }).describe('As it was when the task was made'),
  ...StoryEditAnswerSchema.shape,
});

/** Results by kind. */
export const BACKGROUND_RESULTS = {
  refine: RefineAnswerSchema,
  generate: GenerateAnswerSchema,
  'story-edit': StoryEditResultSchema,
} as const;

/** Answers by kind: what an agent is asked for. */
export const BACKGROUND_ANSWERS = {
  refine: RefineAnswerSchema,
  generate: GenerateAnswerSchema,
  'story-edit': StoryEditAnswerSchema,
} as const;

/**
 * JSON schema of a kind's answer, as agents take it: draft 7 without `$schema`, every property required and no others
 * allowed. Lengths are left out, because strict modes of some agents refuse those keywords; we check them ourselves.
 */
export function answerJsonSchema(kind: BackgroundKind): Record<string, unknown> {
  const { $schema: _draft, ...schema } = z.toJSONSchema(BACKGROUND_ANSWERS[kind], {
    target: 'draft-7',
    override: ({ jsonSchema }) => {
      delete jsonSchema.minLength;
      delete jsonSchema.maxLength;
    },
  });
  return schema;
}

/** See {@link StoryRefSchema}. */
export type StoryRef = z.infer<typeof StoryRefSchema>;
/** See {@link RefineParamsSchema}. */
export type RefineParams = z.infer<typeof RefineParamsSchema>;
/** See {@link GenerateParamsSchema}. */
export type GenerateParams = z.infer<typeof GenerateParamsSchema>;
/** See {@link StoryEditParamsSchema}. */
export type StoryEditParams = z.infer<typeof StoryEditParamsSchema>;
/** See {@link RefineAnswerSchema}. */
export type RefineResult = z.infer<typeof RefineAnswerSchema>;
/** See {@link GenerateAnswerSchema}. */
export type GenerateResult = z.infer<typeof GenerateAnswerSchema>;
/** See {@link StoryEditResultSchema}. */
export type StoryEditResult = z.infer<typeof StoryEditResultSchema>;
/** A task's kind with its params. */
export type BackgroundOrder =
  | { readonly kind: 'refine'; readonly params: RefineParams }
  | { readonly kind: 'generate'; readonly params: GenerateParams }
  | { readonly kind: 'story-edit'; readonly params: StoryEditParams };
/** A result with the kind that made it. */
export type BackgroundResult =
  | { readonly kind: 'refine'; readonly result: RefineResult }
  | { readonly kind: 'generate'; readonly result: GenerateResult }
  | { readonly kind: 'story-edit'; readonly result: StoryEditResult };
