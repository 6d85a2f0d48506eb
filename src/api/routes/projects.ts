/** Projects and their requirements. */
import type { FastifyInstance } from 'fastify';
import { routes } from '../../contracts/http.ts';
import type { ApiDeps } from '../deps.ts';
import { checkMatch, withEtag } from '../etags.ts';
import { register } from '../register.ts';
import { findProject } from '../services/lookup.ts';
import { checkPath } from '../services/check-path.ts';
import { contains, newestFirst, pageOf } from '../services/page-of.ts';
import { addProject, removeProject } from '../services/projects.ts';
import type { ProjectRow } from '../../store/store.ts';
import { toProjectView } from '../views/small-views.ts';

/** Registers the routes of projects. */
export function projectRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const { store, door } = deps;
  register(app, routes.listProjects, async ({ query: { sort, search, ...query } }) => {
    const wanted = (await store.projects.list()).filter(({ name, path }) => contains([name, path], search));
    const keyOf = ({ id, name, createdAtMs }: ProjectRow): string =>
      `${sort === 'newest' ? newestFirst(createdAtMs) : name}\0${id}`;
    const { items, nextCursor } = pageOf(wanted, keyOf, query);
    return { items: items.map(toProjectView), nextCursor };
  });
  register(app, routes.addProject, async ({ body }) => {
    const { project, trust } = await addProject(deps, body);
    return { ...toProjectView(project), trust };
  });
  register(app, routes.checkProject, async ({ body }) => await checkPath(deps, body.path));
  register(app, routes.getProject, async ({ params }, { reply }) => {
    const project = await findProject(store, params.id);
    return withEtag(reply, toProjectView(project), project.settings);
  });
  register(app, routes.removeProject, async ({ params }) => toProjectView(await removeProject(deps, params.id)));
  register(app, routes.setProjectSettings, async ({ params, body }, { request, reply }) => {
    const project = await findProject(store, params.id);
    checkMatch(request, project.settings);
    await door.configuration(project.path, { dashboard: body, flags: {} });
    const now = (await store.projects.setSettings(project.id, body)) ?? project;
    return withEtag(reply, toProjectView(now), now.settings);
  });
  register(app, routes.projectConfiguration, async ({ params, body }) => {
    const project = await findProject(store, params.id);
    const overrides = { dashboard: project.settings, flags: body.flags ?? {} };
    const { settings, origins } = await door.configuration(project.path, overrides);
    return { settings: { ...settings }, origins: [...origins] };
  });
  register(app, routes.preflight, async ({ params, body }) => {
    const project = await findProject(store, params.id);
    const overrides = { dashboard: project.settings, flags: body.flags ?? {} };
    const { settings } = await door.configuration(project.path, overrides);
    const findings = await door.preflight(project.path, settings);
    return { ok: findings.every((finding) => finding.level !== 'error'), findings };
  });
}
