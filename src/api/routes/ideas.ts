/** Ideas, and the log of what was implemented. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { routes } from '../../contracts/http.ts';
import type { IdeaView } from '../../contracts/idea-routes.ts';
import type { IdeaChange } from '../../store/idea-store.ts';
import type { ApiDeps } from '../deps.ts';
import { checkMatch, isBound, withEtag } from '../etags.ts';
import { register } from '../register.ts';
import { createIdeas, editableIdea } from '../services/ideas.ts';
import { implementationsOf, lookUpFiles } from '../services/implementation-log.ts';
import { findProject } from '../services/lookup.ts';

const LOOK_UP_EVERY_MS = 60_000;

/** Registers the routes of ideas. */
export function ideaRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const ideas = createIdeas(deps);
  register(app, routes.listIdeas, async ({ query }) => ideas.list(query));
  register(app, routes.getIdea, async ({ params }, { reply }) => tagged(reply, await ideas.get(params.id)));
  register(app, routes.createIdea, async ({ body }, { reply }) => tagged(reply, await ideas.create(body)));
  register(app, routes.editIdea, async ({ params, body }, { request, reply }) => {
    const from = editableIdea(await ideas.get(params.id));
    checkMatch(request, from);
    return tagged(reply, await ideas.edit(params.id, toChange(body), isBound(request) ? from : null));
  });
  register(app, routes.removeIdea, async ({ params }, { request }) => {
    checkMatch(request, editableIdea(await ideas.get(params.id)));
    return await ideas.remove(params.id);
  });
  register(app, routes.makeRequirement, async ({ params, body }) => ideas.makeRequirement(params.id, body));
  register(app, routes.updateIdeaStatus, async ({ body }) => ideas.setStatusOf(body));
  register(app, routes.implementationLog, async ({ params, query }) =>
    implementationsOf(deps, await findProject(deps.store, params.id), query),
  );
  lookUpInBackground(app, deps);
}

function tagged(reply: FastifyReply, idea: IdeaView): IdeaView {
  return withEtag(reply, idea, editableIdea(idea));
}

function toChange(body: { [Key in 'title' | 'text' | 'status']?: IdeaChange[Key] | undefined }): IdeaChange {
  const { title, text, status } = body;
  return {
    ...(title === undefined ? {} : { title }),
    ...(text === undefined ? {} : { text }),
    ...(status === undefined ? {} : { status }),
  };
}

function lookUpInBackground(app: FastifyInstance, deps: ApiDeps): void {
  const timer = setInterval(() => {
    void lookUpFiles(deps).catch((err: unknown) => {
      deps.logger.warn({ err }, 'files of commits could not be looked up');
    });
  }, LOOK_UP_EVERY_MS);
  timer.unref();
  app.addHook('onClose', async () => clearInterval(timer));
}
