/** Routes of the requirement files of a project. */
import { z } from 'zod';
import { id, route } from './route.ts';
import { RequirementViewSchema } from './views.ts';

const text = z.string().max(1_000_000).describe('Markdown, at most 1 MB of UTF-8');
const name = z.string().min(1).max(1000);
const named = id.extend({ name: name.describe('File name without `.md`; a `/` in it is sent as `%2F`') });
const undoToken = z.string().min(8).max(64).describe('Undoes the change, for 30 days');
const message = z.string().describe('What was done, and what it does not change');

/** A requirement with its text; the answer's `ETag` is its sha256. */
export const RequirementDetailSchema = RequirementViewSchema.extend({
  text: z.string(),
  frozenSha256: z
    .string()
    .nullable()
    .describe('What the open task that has it works from, whatever the file says by now; null: no open task has it'),
}).meta({ id: 'RequirementDetail' });

/** What a change made of a requirement. */
export const RequirementChangeSchema = z
  .object({ requirement: RequirementDetailSchema, undoToken, message })
  .meta({ id: 'RequirementChange' });

/** By name; part of `routes`. PUT needs `If-Match`, the others heed it: `requirement_changed` (412) has the sha256 now. */
export const requirementRoutes = {
  readRequirement: route({
    method: 'GET',
    path: '/api/projects/:id/requirements/:name',
    summary: 'One requirement with its text; its ETag is the sha256',
    tag: 'requirements',
    params: named,
    answers: RequirementDetailSchema,
  }),
  createRequirement: route({
    method: 'POST',
    path: '/api/projects/:id/requirements',
    summary: 'Write a new requirement file; its folder is made where it is missing',
    tag: 'requirements',
    params: id,
    body: z.object({ name, text }),
    answers: RequirementChangeSchema,
    status: 201,
  }),
  editRequirement: route({
    method: 'PUT',
    path: '/api/projects/:id/requirements/:name',
    summary: 'Replace its text; If-Match says which text is meant (`*`: any)',
    tag: 'requirements',
    params: named,
    body: z.object({ text }),
    answers: RequirementChangeSchema,
  }),
  renameRequirement: route({
    method: 'POST',
    path: '/api/projects/:id/requirements/:name/rename',
    summary: 'Give it another name; refused while a batch has it',
    tag: 'requirements',
    params: named,
    body: z.object({ to: name }),
    answers: RequirementChangeSchema,
  }),
  deleteRequirement: route({
    method: 'DELETE',
    path: '/api/projects/:id/requirements/:name',
    summary: 'Delete the file; the answer has the token that brings it back',
    tag: 'requirements',
    params: named,
    answers: z.object({ name: z.string(), undoToken, message }),
  }),
  restoreRequirements: route({
    method: 'POST',
    path: '/api/projects/:id/requirements/restore',
    summary: 'Undo a change (an edit, a rename, a deletion, an applied result) as a whole',
    tag: 'requirements',
    params: id,
    body: z.object({ undoToken: z.string().min(1).max(200) }),
    answers: z.object({
      items: z.array(
        z.object({ name: z.string(), sha256: z.string().nullable().describe('As it is now; null: not there') }),
      ),
      message,
    }),
  }),
} as const;

/** See {@link RequirementDetailSchema}. */
export type RequirementDetail = z.infer<typeof RequirementDetailSchema>;
/** See {@link RequirementChangeSchema}. */
export type RequirementChangeView = z.infer<typeof RequirementChangeSchema>;
