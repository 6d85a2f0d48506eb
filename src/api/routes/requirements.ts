/** Requirement files of a project. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../contracts/errors.ts';
import { routes } from '../../contracts/http.ts';
import type { ApiDeps } from '../deps.ts';
import { register } from '../register.ts';
import { findProject } from '../services/lookup.ts';
import { contains, pageOf } from '../services/page-of.ts';
import { requirementsOf } from '../services/projects.ts';
import {
  createRequirement,
  deleteRequirement,
  editRequirement,
  renameRequirement,
  requirementDetail,
  restoreRequirements,
} from '../services/requirements.ts';

/** Registers the routes of requirements. */
export function requirementRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const project = (id: string) => findProject(deps.store, id);
  register(app, routes.listRequirements, async ({ params, query: { sort, status, search, ...query } }) => {
    const all = await requirementsOf(deps, await project(params.id));
    const wanted = all.filter(
      (each) => (status === undefined || each.status === status) && contains([each.name, each.title], search),
    );
    return pageOf(wanted, (each) => (sort === 'name' ? each.name : `${each[sort]}\0${each.name}`), query);
  });
  register(app, routes.readRequirement, async ({ params }, { reply }) =>
    tagged(reply, await requirementDetail(deps, await project(params.id), params.name)),
  );
  register(app, routes.createRequirement, async ({ params, body }, { reply }) => {
    const answer = await createRequirement(deps, await project(params.id), body);
    tagged(reply, answer.requirement);
    return answer;
  });
  register(app, routes.editRequirement, async ({ params, body }, { request, reply }) => {
    const expectedSha256 = ifMatch(request);
    if (expectedSha256 === undefined) throw matchMissing();
    const edit = { name: params.name, text: body.text, expectedSha256 };
    const answer = await editRequirement(deps, await project(params.id), edit);
    tagged(reply, answer.requirement);
    return answer;
  });
  register(app, routes.renameRequirement, async ({ params, body }, { request, reply }) => {
    const rename = { name: params.name, to: body.to, expectedSha256: ifMatch(request) ?? null };
    const answer = await renameRequirement(deps, await project(params.id), rename);
    tagged(reply, answer.requirement);
    return answer;
  });
  register(app, routes.deleteRequirement, async ({ params }, { request }) => {
    const deletion = { name: params.name, expectedSha256: ifMatch(request) ?? null };
    return await deleteRequirement(deps, await project(params.id), deletion);
  });
  register(app, routes.restoreRequirements, async ({ params, body }) =>
    restoreRequirements(deps, await project(params.id), body.undoToken),
  );
}

function tagged<Answer extends { readonly sha256: string }>(reply: FastifyReply, answer: Answer): Answer {
  void reply.header('etag', `"${answer.sha256}"`);
  return answer;
}

/** The sha256 that `If-Match` names; null: `*`, any; undefined: no such header. */
function ifMatch(request: FastifyRequest): string | null | undefined {
  const header = request.headers['if-match'];
  if (header === undefined) return undefined;
  if (header.trim() === '*') return null;
  return header.trim().replace(/^"(.*)"$/, '$1');
}

function matchMissing(): AppError {
  const message = 'must say which text the change is made from: its ETag, or * for any';
  return new AppError('invalid_input', `The header If-Match ${message}.`, {
    details: { fields: [{ path: 'if-match', message }] },
  });
}
