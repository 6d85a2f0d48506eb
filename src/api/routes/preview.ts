/** What an agent would be told. */
import type { FastifyInstance } from 'fastify';
import { routes } from '../../contracts/http.ts';
import type { PromptPreviewView } from '../../contracts/preview-routes.ts';
import type { ApiDeps } from '../deps.ts';
import { register } from '../register.ts';
import { findProject } from '../services/lookup.ts';

/** Registers the routes of prompt previews. */
export function previewRoutes(app: FastifyInstance, { store, door }: Pick<ApiDeps, 'store' | 'door'>): void {
  const preview = async (id: string, requirementName: string, template: string | null): Promise<PromptPreviewView> => {
    const { path: projectPath, settings: dashboard } = await findProject(store, id);
    const made = await door.previewPrompt({ projectPath, requirementName, template, dashboard });
    return { ...made, contextFiles: [...made.contextFiles], unknownPlaceholders: [...made.unknownPlaceholders] };
  };
  register(app, routes.promptPreview, ({ params, query }) => preview(params.id, query.requirement, null));
  register(app, routes.tryPrompt, ({ params, body }) => preview(params.id, body.requirement, body.template ?? null));
}
