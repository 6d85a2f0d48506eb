/** Routes that show what an agent would be told. Part of the route table. */
import { z } from 'zod';
import { id, route } from './route.ts';
import { SETTING_SOURCES } from './settings.ts';

const requirementName = z.string().min(1).max(1000);

/** The prompt of a requirement's first attempt. */
export const PromptPreviewSchema = z
  .object({
    prompt: z.string().describe('Exactly what the agent would get, but for masked secrets'),
    template: z.string(),
    source: z.enum([...SETTING_SOURCES, 'unsaved']).describe('Where the template comes from; unsaved: the request'),
    contextFiles: z.array(z.string()).describe('`contexts/<feature>/.context` in the checkout'),
    unknownPlaceholders: z.array(z.string()).describe('They stay in the prompt as they are'),
  })
  .meta({ id: 'PromptPreview' });

/** By name; part of `routes`. */
export const previewRoutes = {
  promptPreview: route({
    method: 'GET',
    path: '/api/projects/:id/prompt-preview',
    summary: 'What an agent would be told for a requirement now',
    tag: 'requirements',
    params: id,
    query: z.object({ requirement: requirementName }),
    answers: PromptPreviewSchema,
  }),
  tryPrompt: route({
    method: 'POST',
    path: '/api/projects/:id/prompt-preview',
    readOnly: true,
    summary: 'The same with a template that is not saved; saves nothing',
    tag: 'requirements',
    params: id,
    body: z.object({
      requirement: requirementName,
      template: z.string().min(1).max(20_000).optional().describe('As the setting `prompt`; default: that one'),
    }),
    answers: PromptPreviewSchema,
  }),
} as const;

/** See {@link PromptPreviewSchema}. */
export type PromptPreviewView = z.infer<typeof PromptPreviewSchema>;
